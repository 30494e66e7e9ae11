"""Law 9: every request says how much it may read and write, fits into that by rule, and a server that cut is told of.

The rule in detail: tests/roles/test_budget.py.
"""

from pathlib import Path

import pytest

from agentsh.core import chat as c
from agentsh.core.controls import Say
from agentsh.core.errors import ExitCode
from agentsh.core.events import MemorySummarised, ModelTruncated
from agentsh.core.tokens import estimate_prompt
from tests.roles.test_shipped_company import worked
from tests.support.cards import action, cast_role, role_card, summarise_prompt
from tests.support.stage import ModelInProcess, stage

NUM_CTX = 2048
LONG = "one two three four five six seven eight nine ten " * 5
NOTE = action("note", "Write a note.", max_tokens=100)


async def test_every_request_of_a_long_talk_fits_the_window_oldest_history_summarised_first(tmp_path: Path) -> None:
    requests: list[c.ChatRequest] = []

    def reply(request: c.ChatRequest) -> str:
        requests.append(request)
        return "In short: numbers." if request.messages[-1].content == summarise_prompt() else f"Note {len(requests)}."

    card = role_card("clerk", "note", memory={"window": 6})
    role = cast_role(card, NOTE, num_ctx=NUM_CTX)
    async with stage(tmp_path / "s.db", [(card, role.react)], model=ModelInProcess(reply)) as on:
        for number in range(60):
            await on.session.send(Say(text=f"number {number}: {LONG}"))
            assert (await on.session.run()).exit_code == ExitCode.DONE
        summaries = [r.event for r in await on.events() if isinstance(r.event, MemorySummarised)]
    for request in requests:
        assert request.options.num_ctx == NUM_CTX
        assert estimate_prompt(request.messages) + request.options.num_predict <= NUM_CTX
    assert summaries, "what has no room is summarised"
    last = "\n".join(message.content for message in requests[-1].messages)
    assert "number 59" in last
    assert "number 1:" not in last
    assert "In short: numbers." in last


@pytest.mark.parametrize("text", [LONG * 400, "x" * 100_000, "line\n" * 30_000])
async def test_one_message_that_is_longer_than_the_window_is_cut_by_rule_and_not_by_the_server(
    tmp_path: Path, text: str
) -> None:
    card = role_card("clerk", "note")
    role = cast_role(card, NOTE, num_ctx=NUM_CTX)
    async with stage(tmp_path / "s.db", [(card, role.react)]) as on:
        await on.session.send(Say(text=text))
        assert (await on.session.run()).exit_code == ExitCode.DONE
        (request,) = on.model.requests
    assert estimate_prompt(request.messages) + request.options.num_predict <= NUM_CTX
    assert "[…" in str(request.messages), "what is left out is marked"


async def test_every_request_of_the_company_has_its_limits(tmp_path: Path) -> None:
    company, _ = await worked(tmp_path / "s.db")
    assert company.requests
    for request in company.requests:
        assert estimate_prompt(request.messages) + request.options.num_predict <= request.options.num_ctx


def test_a_request_without_limits_cannot_be_made() -> None:
    for options in ({}, {"num_ctx": 2048}, {"num_predict": 100}):
        with pytest.raises(ValueError, match="Field required"):
            c.ChatOptions.model_validate(options)


@pytest.mark.parametrize(("words", "told"), [(40, 0), (4000, 1)])
async def test_a_server_that_saw_far_less_than_was_sent_is_told_of(tmp_path: Path, words: int, told: int) -> None:
    card = role_card("clerk", "note")
    role = cast_role(card, NOTE, num_ctx=16384)
    async with stage(tmp_path / "s.db", [(card, role.react)]) as on:
        await on.session.send(Say(text="word " * words))
        await on.session.run()
        alarms = [r.event for r in await on.events() if isinstance(r.event, ModelTruncated)]
    assert len(alarms) == told
    assert all(alarm.seen_tokens < alarm.estimated_tokens / 2 for alarm in alarms)
