"""A role is taken over and released at any moment; what was answered is asked of nobody again, crash or no crash."""

import asyncio
from pathlib import Path

import pytest

from agentsh.core.chat import ChatRequest
from agentsh.core.code import Command
from agentsh.core.controls import AnswerQuestion, Be, ChangeModel, Release, Settle
from agentsh.core.errors import ModelMissing, UsageError
from agentsh.core.events import HumanAsked
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.cards import TITLED, action, cast_role, facts_of, role_card
from tests.support.stage import ModelInProcess, Stage, card, stage

ANN = RoleName("ann")
CARD = role_card("ann", "first", "second")
ACTIONS = [action("first", "One."), action("second", "Two.", output=TITLED)]
VALID = {"title": "Snake", "goals": ["fun"]}


def team() -> list[tuple[object, object]]:
    return [(CARD, cast_role(CARD, *ACTIONS, facts=facts_of(CARD)))]


def by_model(request: ChatRequest) -> str:
    return '{"title": "By model", "goals": []}' if request.schema_ else "by model"


async def asked(on: Stage) -> HumanAsked:
    event = await on.until(lambda event: event.kind == "human.asked")
    assert isinstance(event, HumanAsked)
    return event


async def said(on: Stage) -> list[str]:
    return [message.content for message in await on.desk.log.journal.messages()][1:]


async def test_taken_over_in_mid_reaction_its_next_steps_go_to_the_person_as_forms(tmp_path: Path) -> None:
    model = ModelInProcess(by_model, hold=asyncio.Event())
    async with stage(tmp_path / "s.db", team(), model=model, present=True) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "step.started")
        await on.session.send(Be(role=ANN))
        model.hold.set()
        question = await asked(on)
        assert question.schema_ == TITLED
        assert on.session.view().roles[0].human
        with pytest.raises(UsageError, match="goals"):
            await on.session.send(AnswerQuestion(question=question.question, answer={"title": "Snake"}))
        await on.session.send(AnswerQuestion(question=question.question, answer=VALID))
        await running
        assert await said(on) == ["by model", "## Title\n\nSnake\n\n## Goals\n\n- fun"]
        assert len(model.asked) == 1


async def test_released_while_its_question_is_open_the_model_is_asked_the_same(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stage(path, team(), model=ModelInProcess(by_model), present=True) as on:
        await on.session.send(Be(role=ANN))
        running = asyncio.create_task(on.session.run())
        question = await asked(on)
        await on.session.send(Release(role=ANN))
        await running
        assert on.session.view().questions == ()
        assert (await said(on))[0] == "by model"
        with pytest.raises(UsageError, match="does not wait"):
            await on.session.send(AnswerQuestion(question=question.question, answer="late"))
        steps = [event for event in await on.kinds() if event in ("human.withdrawn", "reaction.diverged")]
        assert steps == ["human.withdrawn"]


async def test_after_a_crash_nobody_is_asked_again_whoever_plays_the_role_by_then(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stage(path, team(), model=ModelInProcess(by_model), present=True) as on:
        await on.session.send(Be(role=ANN))
        running = asyncio.create_task(on.session.run())
        await on.session.send(AnswerQuestion(question=(await asked(on)).question, answer="by hand"))
        await on.until(lambda event: event.kind == "human.asked" and event.schema_ is not None)
        running.cancel()
        await asyncio.wait([running])
        await on.session.send(Release(role=ANN))
    async with stage(path, team(), model=ModelInProcess(by_model), present=True) as on:
        await on.session.run()
        assert (await said(on))[0] == "by hand"
        assert len(on.model.asked) == 1, "only what nobody had answered is asked of the model"
        assert "reaction.diverged" not in await on.kinds()


async def test_others_go_on_while_a_person_thinks(tmp_path: Path) -> None:
    other = role_card("bob", "first")
    roles = [*team(), (other, cast_role(other, *ACTIONS, facts=facts_of(CARD, other)))]
    async with stage(tmp_path / "s.db", roles, model=ModelInProcess(by_model), present=True) as on:
        await on.session.send(Be(role=ANN))
        running = asyncio.create_task(on.session.run())
        await asked(on)
        event = await on.until(lambda event: event.kind == "message.published" and event.message.sent_from == "bob")
        assert event.message.content == "by model"
        assert on.session.view().questions
        running.cancel()
        await asyncio.wait([running])


async def test_nobody_is_released_whom_nobody_plays(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", team(), present=True) as on:
        with pytest.raises(UsageError, match="nobody plays ann"):
            await on.session.send(Release(role=ANN))


async def test_another_model_answers_from_the_next_step_on_and_a_crash_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    model = ModelInProcess(by_model, hold=asyncio.Event())
    async with stage(path, team(), model=model, present=True) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "step.started")
        await on.session.send(ChangeModel(name="other", role=ANN))
        with pytest.raises(ModelMissing, match="'nowhere'"):
            await on.session.send(ChangeModel(name="nowhere"))
        assert on.session.view().roles[0].model == "other"
        model.hold.set()
        await on.until(lambda event: event.kind == "message.published" and event.message.cause_by == "first")
        running.cancel()
        await asyncio.wait([running])
    async with stage(path, team(), model=ModelInProcess(by_model), present=True) as on:
        await on.session.run()
        finished = [item.event for item in await on.events() if item.event.kind == "step.finished"]
        assert len([step for step in finished if step.step == "model"]) == 2
        assert "reaction.diverged" not in await on.kinds()
    assert model.requests[0].model == "tiny"
    assert all(request.model == "other" for request in [*model.requests[1:], *on.model.requests])


async def test_approvals_queue_while_others_go_on_and_each_is_settled_by_its_id(tmp_path: Path) -> None:
    async def runs(reaction: Reaction) -> None:
        await reaction.run(Command(argv=("python", f"{reaction.role}.py")))
        await reaction.publish(Draft(content=reaction.role, cause_by=ActionName("ran")))

    async def talks(reaction: Reaction) -> None:
        await reaction.publish(Draft(content="talk", cause_by=ActionName("talked")))

    roles = [(card("ann"), runs), (card("bob"), runs), (card("zoe"), talks)]
    async with stage(tmp_path / "s.db", roles, present=True, policy="ask") as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "approval.asked" and event.role == "bob")
        await on.until(lambda event: event.kind == "message.published" and event.message.sent_from == "zoe")
        waiting = {question.role: question.question for question in on.session.view().questions}
        assert list(waiting) == ["ann", "bob"]
        await on.session.send(Settle(question=waiting["bob"], allowed=True))
        await on.until(lambda event: event.kind == "message.published" and event.message.sent_from == "bob")
        assert [question.role for question in on.session.view().questions] == ["ann"]
        with pytest.raises(UsageError, match="does not wait"):
            await on.session.send(Settle(question=waiting["bob"], allowed=False))
        await on.session.send(Settle(question=waiting["ann"], allowed=True))
        await running
