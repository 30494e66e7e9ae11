"""A role reacts the moment something is due for it, each message is reacted to once, and every end has its code."""

import asyncio
from pathlib import Path

import pytest

from agentsh.core import chat as c
from agentsh.core.cards import BudgetCard
from agentsh.core.code import Command
from agentsh.core.controls import AnswerQuestion, Go, Pause, Retry, Say, SetBudget, Settle, Step, Stop
from agentsh.core.errors import ExitCode, OutputInvalid, UsageError
from agentsh.core.ids import ActionName, QuestionId, RoleName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, asks_and_says, card, request, stage

CHAIN = [
    (card("ann"), asks_and_says("plan", "what")),
    (card("bob", "plan"), asks_and_says("code", "how", "why")),
]


async def test_one_role_s_output_is_the_next_one_s_input(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        ended = await on.session.run()
        assert (ended.status, ended.exit_code) == ("finished", ExitCode.DONE)
        said = await on.desk.log.journal.messages()
    assert [(m.id, m.cause_by, m.round) for m in said] == [
        ("boss:1", "user_requirement", 0),
        ("ann:1:1", "plan", 1),
        ("bob:1:2", "code", 2),
    ]


async def test_a_role_does_not_wait_for_a_slower_one(tmp_path: Path) -> None:
    release = asyncio.Event()

    async def slow(reaction: Reaction) -> None:
        await release.wait()
        await reaction.publish(Draft(content="late", cause_by=ActionName("slow")))

    async def fast(reaction: Reaction) -> None:
        await reaction.publish(Draft(content="early", cause_by=ActionName("fast")))

    async def after_fast(reaction: Reaction) -> None:
        release.set()
        await reaction.publish(Draft(content="next", cause_by=ActionName("next")))

    roles = [(card("slow"), slow), (card("fast"), fast), (card("next", "fast"), after_fast)]
    async with stage(tmp_path / "s.db", roles) as on:
        async with asyncio.timeout(HANG_S):
            await on.session.run()
        said = [m.content for m in await on.desk.log.journal.messages()]
    assert said == ["build it", "early", "next", "late"]


async def test_messages_that_come_while_a_role_is_busy_are_reacted_to_together_afterwards(tmp_path: Path) -> None:
    busy, release = asyncio.Event(), asyncio.Event()
    heard: list[list[str]] = []

    async def react(reaction: Reaction) -> None:
        heard.append([m.content for m in reaction.observed])
        busy.set()
        await release.wait()

    async with stage(tmp_path / "s.db", [(card("ann"), react)]) as on:
        running = asyncio.create_task(on.session.run())
        await busy.wait()
        await on.session.send(Say(text="and this"))
        await on.session.send(Say(text="and that", send_to=(RoleName("ann"),)))
        release.set()
        await running
    assert heard == [["build it"], ["and this", "and that"]]


async def test_a_role_that_fails_leaves_the_others_at_work_and_goes_on_when_tried_again(tmp_path: Path) -> None:
    down = True

    def reply(asked: c.ChatRequest) -> str | c.Failed:
        if down and "why" in asked.messages[-1].content:
            return c.Failed(failure="server", retryable=True, message="the model server broke", hint="start it")
        return "fine"

    model = ModelInProcess(reply)
    async with stage(tmp_path / "s.db", CHAIN, model=model) as on:
        ended = await on.session.run()
        assert (ended.status, ended.exit_code) == ("failed", ExitCode.NO_MODEL)
        assert "the model server broke" in ended.summary
        down = False
        asked_before = len(model.asked)
        await on.session.send(Retry())
        again = await on.session.run()
        assert again.exit_code == ExitCode.DONE
    assert [text.split(":")[0] for text in model.asked[asked_before:]] == ["why"], "a finished call was repeated"


async def test_invalid_output_is_tried_afresh_on_the_same_messages(tmp_path: Path) -> None:
    attempts: list[tuple[str, int]] = []

    async def react(reaction: Reaction) -> None:
        attempts.append((reaction.id, reaction.seed))
        if len(attempts) == 1:
            raise OutputInvalid("not a number", raw="seven")
        await reaction.publish(Draft(content=reaction.observed[0].content, cause_by=ActionName("done")))

    async with stage(tmp_path / "s.db", [(card("ann"), react)]) as on:
        ended = await on.session.run()
        assert ended.exit_code == ExitCode.NOT_RUNNING
        await on.session.send(Retry(role=RoleName("ann")))
        assert (await on.session.run()).exit_code == ExitCode.DONE
        failed = [r.event for r in await on.events() if r.event.kind == "reaction.failed"]
    assert [id_ for id_, _ in attempts] == ["ann:1", "ann:2"]
    assert attempts[0][1] != attempts[1][1], "a new attempt has to sample anew"
    assert failed[0].raw == "seven"


async def test_a_role_that_only_repeats_itself_is_stopped(tmp_path: Path) -> None:
    async def echo(reaction: Reaction) -> None:
        await reaction.publish(Draft(content="hello?", cause_by=ActionName("echo")))

    async with stage(tmp_path / "s.db", [(card("ann", "user_requirement", "echo"), echo)]) as on:
        async with asyncio.timeout(HANG_S):
            ended = await on.session.run()
    assert ended.exit_code == ExitCode.NOT_RUNNING
    assert "said the same" in ended.summary


async def test_a_spent_budget_ends_the_run_resumably_and_more_of_it_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, budget=BudgetCard(max_tokens=30)) as on:
        ended = await on.session.run()
        assert (ended.status, ended.exit_code) == ("waiting", ExitCode.BUDGET)
        assert "budget.spent" in await on.kinds()
        await on.session.send(SetBudget(budget=BudgetCard(max_tokens=1000)))
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert len(on.model.asked) == 3


async def test_rounds_are_a_budget_and_no_lock_step(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, budget=BudgetCard(max_rounds=1)) as on:
        ended = await on.session.run()
        assert ended.exit_code == ExitCode.BUDGET
        assert [m.sent_from for m in await on.desk.log.journal.messages()] == ["boss", "ann"]


async def test_wall_time_ends_a_run_in_the_middle_of_a_generation(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with stage(tmp_path / "s.db", CHAIN, model=model, budget=BudgetCard(max_seconds=0.2)) as on:
        ended = await on.session.run()
        assert (ended.status, ended.exit_code) == ("waiting", ExitCode.BUDGET)
        assert model.now == 0


async def test_a_pause_holds_every_step_and_one_step_lets_one_through(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        await on.session.send(Pause(why="wait"))
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "reaction.started")
        assert on.session.view().status == "paused"
        assert on.model.asked == []
        await on.session.send(Step())
        await on.until(lambda event: event.kind == "step.finished")
        assert len(on.model.asked) == 1
        await on.session.send(Go())
        assert (await running).exit_code == ExitCode.DONE


async def test_stopping_a_generation_reaches_the_server_and_keeps_what_was_said(tmp_path: Path) -> None:
    model = ModelInProcess(reply=lambda _: "half whole", hold=asyncio.Event())
    async with stage(tmp_path / "s.db", CHAIN, model=model) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "step.started")
        async with asyncio.timeout(HANG_S):
            while not model.now:
                await asyncio.sleep(0)
        await on.session.send(Stop())
        ended = await running
        failed = [r.event for r in await on.events() if r.event.kind == "step.failed"]
    assert ended.exit_code == ExitCode.NO_MODEL
    assert model.closed == 1
    assert failed[0].partial == "half "


async def test_an_interrupt_ends_the_run_and_leaves_it_resumable(tmp_path: Path) -> None:
    held = ModelInProcess(hold=asyncio.Event())
    async with stage(tmp_path / "s.db", CHAIN, model=held) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "step.started")
        on.session.interrupt()
        assert (await running).exit_code == ExitCode.INTERRUPTED
    async with stage(tmp_path / "s.db", CHAIN) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert [m.id for m in await on.desk.log.journal.messages()] == ["boss:1", "ann:1:1", "bob:1:2"]


async def runs_code(reaction: Reaction) -> None:
    result = await reaction.run(Command(argv=("python", "main.py")))
    await reaction.publish(
        Draft(content=f"{result.exit_code} {result.stdout}{result.stderr}", cause_by=ActionName("r"))
    )


async def test_without_anybody_to_ask_an_approval_ends_resumably_with_the_question(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), runs_code)], policy="ask") as on:
        ended = await on.session.run()
        assert (ended.status, ended.exit_code) == ("waiting", ExitCode.PERSON)
        assert "python main.py" in ended.summary
        assert on.sandbox.ran == []
    async with stage(tmp_path / "s.db", [(card("ann"), runs_code)], policy="ask", present=True) as on:
        question = QuestionId("ann:1:0")
        await on.session.send(Settle(question=question, allowed=True))
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert len(on.sandbox.ran) == 1


async def test_a_refusal_reaches_the_role_with_its_reason(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), runs_code)], policy="ask", present=True) as on:
        running = asyncio.create_task(on.session.run())
        asked = await on.until(lambda event: event.kind == "approval.asked")
        await on.session.send(Settle(question=asked.question, allowed=False, why="not on my machine"))
        await running
        said = await on.desk.log.journal.messages()
    assert said[-1].content == "126 not run: not on my machine"


async def test_a_question_to_a_person_is_settled_once(tmp_path: Path) -> None:
    async def asks(reaction: Reaction) -> None:
        answer = await reaction.ask_person("which colour?", choices=("red", "blue"))
        await reaction.publish(Draft(content=str(answer), cause_by=ActionName("said")))

    async with stage(tmp_path / "s.db", [(card("ann"), asks)], present=True) as on:
        running = asyncio.create_task(on.session.run())
        asked = await on.until(lambda event: event.kind == "human.asked")
        await on.session.send(AnswerQuestion(question=asked.question, answer="blue"))
        with pytest.raises(UsageError, match="does not wait"):
            await on.session.send(AnswerQuestion(question=asked.question, answer="red"))
        await running
        assert (await on.desk.log.journal.messages())[-1].content == "blue"


async def test_an_edited_prompt_diverges_is_told_and_goes_on_live(tmp_path: Path) -> None:
    def broken(asked: c.ChatRequest) -> str | c.Failed:
        if "why" in asked.messages[-1].content:
            return c.Failed(failure="server", retryable=True, message="down")
        return "fine"

    async with stage(tmp_path / "s.db", CHAIN, model=ModelInProcess(broken)) as on:
        await on.session.run()
    edited = [CHAIN[0], (CHAIN[1][0], asks_and_says("code", "how exactly", "why"))]
    async with stage(tmp_path / "s.db", edited) as on:
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert "reaction.diverged" in await on.kinds()
        assert [text.split(":")[0] for text in on.model.asked] == ["how exactly", "why"]
        said = (await on.desk.log.journal.messages())[-1]
    assert said.content.startswith("heard: how exactly")


async def test_no_more_calls_are_under_way_than_the_host_allows(tmp_path: Path) -> None:
    roles = [(card(f"r{n}"), asks_and_says(f"a{n}", "what")) for n in range(12)]
    model = ModelInProcess(delay_s=0.005)
    async with stage(tmp_path / "s.db", roles, model=model, parallel=3) as on:
        await on.session.run()
    assert model.most == 3


async def test_requests_unknown_to_the_team_are_refused_by_name(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN) as on:
        for control in (Pause(role=RoleName("zoe")), Say(text="hi", send_to=(RoleName("zoe"),))):
            with pytest.raises(UsageError, match="'zoe'"):
                await on.session.send(control)


def test_the_smallest_request_is_valid() -> None:
    assert request("x").options.num_ctx == 512
