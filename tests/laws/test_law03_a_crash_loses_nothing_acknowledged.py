"""Law 3: whatever the last event was before a crash, going on ends as if there had been none.

With real kills: tests/laws/test_nothing_acknowledged_is_lost.py for the journal, tests/e2e/test_kills.py for all of it.
"""

from pathlib import Path

from pydantic import JsonValue

from agentsh.core.controls import Retry
from agentsh.core.errors import ExitCode
from agentsh.core.events import Recorded, StepFinished, StepStarted
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.live_reaction import LiveReaction
from agentsh.engine.reaction import Reaction
from agentsh.engine.steps import Effect, Outcome
from agentsh.store.journal import SqliteJournal
from tests.support.stage import asks_and_says, card, stage

TEAM = [
    (card("ann"), asks_and_says("plan", "what")),
    (card("bob", "plan"), asks_and_says("code", "how", "why")),
    (card("eve", "plan", "code"), asks_and_says("test", "does it work")),
]


async def test_after_a_crash_behind_any_event_the_end_is_the_same_and_nothing_is_asked_twice(tmp_path: Path) -> None:
    async with stage(tmp_path / "whole.db", TEAM) as on:
        await on.session.run()
        events = await on.events()
        asked = sorted(on.model.asked)
        said = {m.id: m for m in await on.desk.log.journal.messages()}
    assert len(events) > 20
    for count in range(1, len(events)):
        path = tmp_path / f"crashed-{count}.db"
        known = await crashed(path, events[:count])
        async with stage(path, TEAM) as on:
            assert (await on.session.run()).exit_code == ExitCode.DONE
            assert {m.id: m for m in await on.desk.log.journal.messages()} == said, count
            assert sorted([*known, *on.model.asked]) == asked, count


async def crashed(path: Path, events: list[Recorded]) -> list[str]:
    """Write a session that ends with these events; return the questions that were answered."""
    journal = await SqliteJournal.open(path, create=True)
    await journal.append([recorded.event for recorded in events])
    await journal.aclose()
    asked: dict[tuple[str, int], str] = {}
    for recorded in events:
        if isinstance(recorded.event, StepStarted) and recorded.event.step == "model":
            request = recorded.event.request
            assert isinstance(request, dict)
            asked[recorded.event.reaction, recorded.event.ordinal] = request["messages"][-1]["content"]  # type: ignore[index,call-overload,assignment]
    done = [recorded.event for recorded in events if isinstance(recorded.event, StepFinished)]
    return [asked[step.reaction, step.ordinal] for step in done if step.step == "model"]


async def test_a_step_that_may_do_harm_twice_is_not_repeated_but_shown_until_the_boss_wants_it(tmp_path: Path) -> None:
    sent: list[str] = []

    async def sends(reaction: Reaction) -> None:
        async def perform(_ordinal: int) -> Outcome[JsonValue]:
            sent.append("a letter")
            return Outcome("sent", "sent")

        assert isinstance(reaction, LiveReaction)
        effect: Effect[JsonValue] = Effect("tool", "letter", perform, lambda stored: stored, safe_to_retry=False)
        await reaction._steps.run(effect)
        await reaction.publish(Draft(content="sent", cause_by=ActionName("send")))

    team = [(card("ann"), sends)]
    async with stage(tmp_path / "whole.db", team) as on:
        await on.session.run()
        events = await on.events()
    (finished,) = [r.seq for r in events if r.event.kind == "step.finished"]
    await crashed(tmp_path / "crashed.db", events[: finished - 1])
    async with stage(tmp_path / "crashed.db", team) as on:
        ended = await on.session.run()
        assert (ended.status, ended.exit_code) == ("waiting", ExitCode.PERSON)
        assert "may have happened" in ended.summary
        assert sent == ["a letter"]
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
    assert sent == ["a letter", "a letter"]
