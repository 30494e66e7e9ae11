"""Laws of plan_and_act: a plan that can be followed, step by step, made anew when it has to be."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agentsh.core.cards import RoleCard
from agentsh.core.chat import ChatRequest
from agentsh.core.controls import Say, Settle
from agentsh.core.errors import ExitCode, OutputInvalid, PlanFailed
from agentsh.core.events import ApprovalAsked, MessagePublished, StepFinished
from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.core.plans import Tasks
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.roles.role import LlmRole
from tests.support.cards import action, boss_says, cast_role, message, role_card
from tests.support.reaction_on_script import ReactionOnScript
from tests.support.stage import ModelInProcess, Stage, stage

ANALYST = RoleName("analyst")
SHELF = Shelf([shipped_prompts()])
PLAN = SHELF.action("plan")
STEP = SHELF.action("plan_step")
LOOK, THINK = action("look", "Look it up."), action("think", "Think{% if step %} about {{ step.text }}{% endif %}.")
TEST = action("test", "Test.", output={"type": "object", "properties": {"passed": {"type": "boolean"}},
                                       "required": ["passed"], "additionalProperties": False})  # fmt: skip


def step(id_: str, by: str, *after: str, text: str = "") -> JsonObject:
    return {"id": id_, "text": text or f"the {id_} of it", "by": by, "after": list(after)}


def plan(*steps: JsonObject) -> str:
    return json.dumps({"steps": list(steps)})


GOOD = plan(step("s2", "think", "s1"), step("s1", "look"))


def card(*, review: bool = False, replans: int = 2) -> RoleCard:
    names = ("look", "think", "test")
    return role_card(ANALYST, *names, react="plan_and_act", planning={"review": review, "replans": replans})


def analyst(**planning: object) -> LlmRole:
    return cast_role(card(**planning), LOOK, THINK, TEST, PLAN, STEP)  # type: ignore[arg-type]


async def reacted(answers: Sequence[str], **given: object) -> ReactionOnScript:
    planning: dict[str, object] = {key: given.pop(key) for key in ("review", "replans") if key in given}
    reaction = ReactionOnScript(ANALYST, answers, observed=(boss_says(),), **given)  # type: ignore[arg-type]
    await analyst(**planning).react(reaction)
    return reaction


def asked(request: ChatRequest) -> str:
    return request.messages[-1].content


async def test_steps_are_done_in_the_order_in_which_they_wait_for_each_other() -> None:
    reaction = await reacted([GOOD, "found", "thought"])
    assert [(said.cause_by, said.tags) for said in reaction.published] == [
        ("plan", ()),
        ("look", ("step:s1",)),
        ("think", ("step:s2",)),
    ]
    assert reaction.published[0].content == "- [ ] s2 think: the s2 of it (after s1)\n- [ ] s1 look: the s1 of it"


async def test_an_action_is_told_which_step_it_is_by_its_own_prompt_or_below_it() -> None:
    reaction = await reacted([GOOD, "found", "thought"])
    looked, thought = (asked(request) for request in reaction.requests[1:])
    assert looked.startswith("Look it up.\n\nThis is step s1 of your plan: the s1 of it")
    assert thought == "Think about the s2 of it."


async def test_who_may_do_a_step_is_an_enum() -> None:
    reaction = await reacted([GOOD, "found", "thought"])
    schema = json.dumps(reaction.requests[0].schema_)
    assert '"enum": ["look", "think", "test"]' in schema


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (plan(step("a", "look", "b"), step("b", "think", "c"), step("c", "think", "b")), "in a circle: b → c → b"),
        (plan(step("a", "look", "z")), "comes after 'z', and there is no such step"),
        (plan(step("a", "look"), step("a", "think")), "Two steps are called 'a'"),
    ],
)
async def test_a_plan_that_cannot_be_followed_goes_back_with_what_is_wrong(wrong: str, told: str) -> None:
    reaction = await reacted([wrong, GOOD, "found", "thought"])
    assert told in asked(reaction.requests[1])
    assert [said.cause_by for said in reaction.published] == ["plan", "look", "think"]


async def test_after_two_repairs_a_plan_in_a_circle_is_told() -> None:
    wrong = plan(step("a", "look", "b"), step("b", "think", "a"))
    with pytest.raises(OutputInvalid, match="circle: a → b → a"):
        await reacted([wrong, wrong, wrong])


async def test_a_step_that_fails_has_the_plan_made_anew_and_what_is_done_stays() -> None:
    first = plan(step("s1", "look"), step("s2", "test", "s1"))
    second = plan(step("s3", "think", "s1"), step("s4", "test", "s3"))
    reaction = await reacted([first, "found", '{"passed": false}', second, "thought", '{"passed": true}'])
    assert [said.cause_by for said in reaction.published] == ["plan", "look", "test", "plan", "think", "test"]
    assert "Step s2 failed" in asked(reaction.requests[3])
    assert "- s1: the s1 of it" in asked(reaction.requests[3])
    again = reaction.published[3].content
    assert again.startswith("- [x] s1 look: the s1 of it\n- [!] s2 test")
    assert again.count("- [ ]") == 2


async def test_a_plan_is_made_anew_only_so_often() -> None:
    fails = [plan(step("s1", "test")), '{"passed": false}', plan(step("s2", "test")), '{"passed": false}']
    with pytest.raises(PlanFailed, match=r"made anew 1 times: step s2 \(test\) failed") as failed:
        await reacted(fails, replans=1)
    assert "/retry" in failed.value.hint


async def test_news_has_the_plan_made_anew() -> None:
    news = message("boss:2", "Only the blue ones.")
    reaction = await reacted([GOOD, "found", plan(step("s9", "think")), "thought"], arrivals=[(news,), ()])
    assert "There is news.\nboss: Only the blue ones." in asked(reaction.requests[2])
    assert [said.tags for said in reaction.published] == [(), ("step:s1",), (), ("step:s9",)]


async def test_a_plan_that_the_boss_approves_is_followed() -> None:
    reaction = await reacted([GOOD, "found", "thought"], review=True, reviews=[{"allowed": True}])
    assert reaction.reviewed == [("follow a plan", "s2 think: the s2 of it (after s1)\ns1 look: the s1 of it", "")]
    assert len(reaction.published) == 3


async def test_a_plan_that_the_boss_edits_is_followed_as_edited_once_it_can_be() -> None:
    reviews = [
        {"allowed": True, "edited": "s1 sing: a song"},
        {"allowed": True, "edited": "sing a song"},
        {"allowed": True, "edited": "s1 think: a song\n"},
    ]
    reaction = await reacted([GOOD, "sung"], review=True, reviews=reviews)
    assert "'sing' is none of look, think, test" in reaction.reviewed[1][2]
    assert reaction.reviewed[2] == (
        "follow a plan",
        "sing a song",
        "'sing a song' is no step. Write: s2 write_code: The parser (after s1)",
    )
    assert [said.content for said in reaction.published] == ["- [ ] s1 think: a song", "sung"]


async def test_a_plan_that_the_boss_refuses_is_made_anew_with_the_reason() -> None:
    reviews = [{"allowed": False, "why": "Too long."}, {"allowed": True}]
    reaction = await reacted([GOOD, plan(step("s1", "look")), "found"], review=True, reviews=reviews)
    assert "The Boss refused that plan. Too long." in asked(reaction.requests[1])
    assert [said.cause_by for said in reaction.published] == ["plan", "look"]
    with pytest.raises(PlanFailed, match="the Boss refused it: without a reason"):
        await reacted([GOOD], review=True, replans=0, reviews=[{"allowed": False}])


async def test_a_reaction_that_runs_again_finds_every_step() -> None:
    answers = [GOOD, "found", plan(step("s9", "think")), "thought"]
    arrivals = [(message("boss:2", "News."),), ()]
    whole = await reacted(answers, review=True, reviews=[{"allowed": True}, {"allowed": True}], arrivals=list(arrivals))
    for cut in range(len(whole.steps)):
        left = [request for request in whole.steps[:cut] if request.kind == "model"]
        again = ReactionOnScript(
            ANALYST,
            answers[len(left) :],
            observed=(boss_says(),),
            recorded=whole.steps[:cut],
            reviews=[{"allowed": True}, {"allowed": True}],
            arrivals=list(arrivals),
        )
        await analyst(review=True).react(again)
        assert [said.content for said in again.published] == [said.content for said in whole.published]


# In a session: the checklist, the Boss's word, and what came meanwhile.


def answers(request: ChatRequest) -> str:
    said = asked(request)
    if "Plan what is" in said:
        return plan(step("s3", "think")) if "There is news" in said else GOOD
    return f"done: {said.splitlines()[0]}"


def on_stage(path: Path, model: ModelInProcess, **planning: object):  # type: ignore[no-untyped-def]  # a Stage
    return stage(path, [(card(**planning), analyst(**planning))], model=model, present=True, policy="ask")  # type: ignore[arg-type]


def statuses(tasks: Tasks) -> dict[str, str]:
    return {task.id: task.status for task in tasks}


def plan_of(on: Stage) -> dict[str, str]:
    found = on.session.view().role(ANALYST)
    assert found is not None
    return statuses(found.plan)


async def test_the_view_shows_the_newest_plan_with_how_far_it_is(tmp_path: Path) -> None:
    async with on_stage(tmp_path / "s.db", ModelInProcess(answers)) as on:
        seen: list[dict[str, str]] = []
        on.desk.log.listen(lambda item: seen.append(plan_of(on)))
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert {"s2": "open", "s1": "doing"} in seen
        assert {"s2": "doing", "s1": "done"} in seen
        assert plan_of(on) == {"s2": "done", "s1": "done"}


async def test_what_the_boss_says_meanwhile_is_news_and_sets_the_role_off_no_second_time(tmp_path: Path) -> None:
    model = ModelInProcess(answers)
    async with on_stage(tmp_path / "s.db", model) as on:
        told = False

        def tell(item: object) -> None:
            nonlocal told
            event = getattr(item, "event", None)
            if isinstance(event, StepFinished) and event.step == "model" and len(model.asked) == 2 and not told:
                told = True
                pending.append(on.session.send(Say(text="Only the blue ones.")))

        pending: list[object] = []
        on.desk.log.listen(tell)
        run = on.session.run()
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(run)
            await on.until(lambda event: isinstance(event, StepFinished) and event.ordinal == 2)
            await pending[0]  # type: ignore[misc]
        assert running.result().exit_code == ExitCode.DONE
        said = [r.event.message for r in await on.events() if isinstance(r.event, MessagePublished)]
        assert on.desk.log.state.roles[ANALYST].reactions == 1
        assert plan_of(on) == {"s1": "done", "s3": "done"}
        assert [m.cause_by for m in said if m.sent_from == ANALYST] == ["plan", "look", "plan", "think"]
        assert any("blue" in turn.content for turn in model.requests[-1].messages)


async def test_the_boss_is_asked_for_the_plan_as_for_anything_else(tmp_path: Path) -> None:
    async with on_stage(tmp_path / "s.db", ModelInProcess(answers), review=True) as on:
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(on.session.run())
            asked_ = await on.until(lambda event: isinstance(event, ApprovalAsked))
            assert isinstance(asked_, ApprovalAsked)
            assert (asked_.what, asked_.prose) == ("follow a plan", True)
            edited = "s1 look: It's \"quoted"
            await on.session.send(Settle(question=asked_.question, allowed=True, edited=edited))
        assert running.result().exit_code == ExitCode.DONE
        assert plan_of(on) == {"s1": "done"}


async def test_without_anybody_there_the_plan_waits(tmp_path: Path) -> None:
    pairs = [(card(review=True), analyst(review=True))]
    async with stage(tmp_path / "s.db", pairs, model=ModelInProcess(answers), policy="ask") as on:
        assert (await on.session.run()).exit_code == ExitCode.PERSON
    async with stage(tmp_path / "s.db", pairs, model=ModelInProcess(answers), policy="always") as on:
        assert len(on.session.view().questions) == 1
