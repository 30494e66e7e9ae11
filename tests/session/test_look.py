"""Reading a session beyond its view: pages, steps, prompts, causes, memories, files."""

import asyncio
from pathlib import Path

import pytest

from agentsh.core.controls import ChangeModel, Go, Pause, Say, Whisper
from agentsh.core.errors import ModelMissing, UsageError
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.cards import TITLED, action, cast_role, facts_of, role_card
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, asks_and_says, card, stage

ANN, BOB = RoleName("ann"), RoleName("bob")
CHAIN = [
    (card("ann"), asks_and_says("plan", "what")),
    (card("bob", "plan"), asks_and_says("code", "how", "why")),
]
CARD = role_card("ann", "write_prd", goal="be brief")
PRD = action("write_prd", "Write it for {{ idea }}.", output=TITLED)


def company() -> list[tuple[object, object]]:
    return [(CARD, cast_role(CARD, PRD, facts=facts_of(CARD)))]


def answering(*_: object) -> ModelInProcess:
    return ModelInProcess(lambda request: '{"title": "Snake", "goals": []}' if request.schema_ else "From memory.")


async def test_messages_come_by_the_page_from_the_end(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        for number in range(3):
            await on.session.send(Say(text=f"say {number}"))
            await on.session.run()
        newest = await on.session.messages(last=4)
        older = await on.session.messages(before=newest[0].seq, last=4)
        whole = [said.message.id for said in [*await on.session.messages(before=older[0].seq), *older, *newest]]
        of_bob = await on.session.messages(causes=[ActionName("code")])
        known = [message.id for message in await on.desk.log.journal.messages()]
    assert whole == known
    assert len(known) == 9
    assert [said.message.sent_from for said in of_bob] == ["bob"] * 3
    assert all(said.at.endswith("Z") for said in newest)


async def test_a_role_s_steps_are_told_newest_last(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        await on.session.run()
        await on.session.send(Say(text="more"))
        await on.session.run()
        steps = await on.session.steps(BOB)
        last = await on.session.steps(BOB, last=1)
    assert [(step.reaction, step.ordinal, step.step, step.state) for step in steps[:3]] == [
        ("bob:1", 0, "model", "done"),
        ("bob:1", 1, "model", "done"),
        ("bob:1", 2, "publish", "done"),
    ]
    assert len(steps) == 6
    assert steps[0].usage.prompt_tokens == 10
    assert last == steps[-1:]


async def test_a_message_is_followed_back_to_the_boss(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        await on.session.run()
        cause = await on.session.why(MessageId("bob:1:2"))
        with pytest.raises(UsageError, match="'nobody:1'"):
            await on.session.why(MessageId("nobody:1"))
    chain = [cause, cause.causes[0], cause.causes[0].causes[0]]
    assert [found.message.id for found in chain] == ["bob:1:2", "ann:1:1", "boss:1"]
    assert chain[2].causes == ()


async def test_a_cause_of_two_is_told_once(tmp_path: Path) -> None:
    async def twice(reaction: Reaction) -> None:
        for number in range(2):
            await reaction.publish(Draft(content=f"part {number}", cause_by=ActionName("part")))

    async def sums(reaction: Reaction) -> None:
        await reaction.publish(Draft(content=str(len(reaction.observed)), cause_by=ActionName("sum")))

    roles = [(card("ann"), twice), (card("bob", "part", "user_requirement"), sums)]
    async with stage(tmp_path / "s.db", roles) as on:
        await on.session.send(Pause(role=BOB))
        await on.session.send(Say(text="go"))
        with on.session._run.held():
            running = asyncio.create_task(on.session.run())
            await on.until(lambda event: event.kind == "reaction.finished" and event.role == ANN)
        await on.session.send(Go(role=BOB))
        await running
        newest = (await on.session.messages(last=1))[0].message
        told: list[tuple[str, bool]] = []

        def walk(cause: object) -> None:
            told.append((cause.message.id, cause.told))  # type: ignore[attr-defined]
            for inner in cause.causes:  # type: ignore[attr-defined]
                walk(inner)

        walk(await on.session.why(newest.id))
    first = [id_ for id_, again in told if not again]
    assert newest.content == "2", "it observed both parts"
    assert len(first) == len(set(first)), "each message is followed once"
    assert told.count(("boss:1", True)) == 1


async def test_the_lens_shows_the_last_prompt_exactly(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", company(), model=answering()) as on:
        await on.session.run()
        lens = await on.session.lens(ANN)
    asked = on.model.requests[0]
    assert [(part.role, part.text) for part in lens.parts] == [(said.role, said.content) for said in asked.messages]
    assert (lens.reaction, lens.ordinal, lens.model) == ("ann:1", 0, "tiny")
    assert lens.schema_ == TITLED
    assert lens.seen_tokens == 10
    assert lens.tokens == sum(part.tokens for part in lens.parts) > 0


async def test_the_lens_shows_what_a_role_would_see_now_and_does_nothing(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", company(), model=answering()) as on:
        assert (await on.session.lens(ANN)).note == "nobody has said anything to it yet"
        await on.session.run()
        await on.session.send(Say(text="and in colour"))
        before = on.session.view().seq
        lens = await on.session.lens(ANN, now=True)
        assert on.session.view().seq == before
        assert len(on.model.requests) == 1
        await on.session.run()
    assert [part.text for part in lens.parts] == [said.content for said in on.model.requests[1].messages]
    assert any("and in colour" in part.text for part in lens.parts)
    assert lens.reaction is None


async def test_the_lens_tells_of_a_next_step_that_is_no_prompt(tmp_path: Path) -> None:
    async def writes(reaction: Reaction) -> None:
        await reaction.write([FileDraft(path="a.py", text="")], "write")

    async with stage(tmp_path / "s.db", [(card("ann"), writes)]) as on:
        await on.session.send(Say(text="go"))
        assert (await on.session.lens(ANN)).note == "its next step is to write: a.py"


async def test_an_interview_is_answered_from_memory_and_remembered_by_nobody(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", company(), model=answering()) as on:
        await on.session.run()
        await on.session.send(Pause())
        pieces = asyncio.create_task(_deltas_of(on, "ann:interview:1"))
        await asyncio.sleep(0)
        answer = await on.session.interview(ANN, "Why a snake?")
        assert answer.text == "From memory."
        asked = on.model.requests[-1]
        assert any("Snake" in said.content for said in asked.messages), "what it said is in its memory"
        assert "Why a snake?" in asked.messages[-1].content
        assert len(await on.session.messages()) == 2, "no message is on the bus"
        event = (await on.events())[-1].event
        assert (event.kind, event.question, event.answer) == ("role.interviewed", "Why a snake?", "From memory.")
        assert on.session.view().usage.calls == 2, "it is charged"
        assert "".join(await asyncio.wait_for(pieces, HANG_S)) == "From memory."
        with pytest.raises(UsageError, match="'zoe'"):
            await on.session.interview(RoleName("zoe"), "Who are you?")


async def _deltas_of(on: object, reaction: str) -> list[str]:
    said: list[str] = []
    async for item in on.session.follow():  # type: ignore[attr-defined]
        if getattr(item, "reaction", "") == reaction:
            said.append(item.text)
        if getattr(getattr(item, "event", None), "kind", "") == "role.interviewed":
            return said
    return said


async def test_a_role_without_a_memory_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        with pytest.raises(UsageError, match="no memory"):
            await on.session.recall(ANN)


async def test_a_whisper_is_remembered_by_one_and_sets_nobody_off(tmp_path: Path) -> None:
    other = role_card("bob", "write_prd")
    roles = [*company(), (other, cast_role(other, PRD, facts=facts_of(CARD, other)))]
    async with stage(tmp_path / "s.db", roles, model=answering()) as on:
        await on.session.run()
        asked = len(on.model.requests)
        await on.session.send(Whisper(role=ANN, text="the Boss likes green"))
        await on.session.run()
        assert len(on.model.requests) == asked
        remembered = {role: [said.content for said in (await on.session.recall(role))[1]] for role in (ANN, BOB)}
        assert "the Boss likes green" in remembered[ANN]
        assert "the Boss likes green" not in remembered[BOB]
        await on.session.send(Say(text="again"))
        await on.session.run()
    seen = [any("likes green" in said.content for said in request.messages) for request in on.model.requests[asked:]]
    assert sorted(seen) == [False, True]


async def test_files_tell_who_changed_them_last(tmp_path: Path) -> None:
    async def writes(reaction: Reaction) -> None:
        await reaction.write([FileDraft(path="main.py", text="1\n")], "write")

    async with stage(tmp_path / "s.db", [(card("ann"), writes)]) as on:
        on.workspace.texts["notes.txt"] = "mine"
        await on.session.run()
        files = {file.path: file for file in await on.session.files()}
        assert files["main.py"].role == ANN
        assert files["notes.txt"].role is None
        assert await on.session.file("main.py") == "1\n"
        with pytest.raises(UsageError, match=r"'gone\.py'"):
            await on.session.file("gone.py")


async def test_search_finds_messages_by_their_words(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        await on.session.run()
        assert "boss:1" in [said.id for said in await on.session.search("build")]
        assert await on.session.search("nowhere") == []


async def test_models_are_those_of_the_servers_by_their_full_names(tmp_path: Path) -> None:
    model = ModelInProcess(models=("tiny", "qwen3:latest"))
    async with stage(tmp_path / "s.db", CHAIN, model=model) as on:
        assert [found.name for found in await on.session.models()] == ["tiny", "qwen3:latest"]
        await on.session.send(ChangeModel(name="qwen3"))
        assert {role.model for role in on.session.view().roles} == {"qwen3:latest"}
        with pytest.raises(ModelMissing):
            await on.session.send(ChangeModel(name="qwen4"))
