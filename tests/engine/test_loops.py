"""A role that only repeats itself is stopped, or asked about when somebody is there."""

import asyncio
from pathlib import Path

from agentsh.core.controls import AnswerQuestion, Retry, Say
from agentsh.core.errors import ExitCode
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Draft
from agentsh.engine.loops import GO_ON, STOP
from agentsh.engine.reaction import Reaction
from tests.support.stage import Stage, card, stage


def echoing(times: int) -> object:
    async def echo(reaction: Reaction) -> None:
        for _ in range(times):
            await reaction.publish(Draft(content="hello?", cause_by=ActionName("echo")))

    return echo


async def asked(on: Stage, number: int) -> object:
    seen = 0

    def is_it(event: object) -> bool:
        nonlocal seen
        seen += event.kind == "human.asked"  # type: ignore[attr-defined]
        return seen == number

    return await on.until(is_it)


async def test_somebody_who_is_there_decides_and_is_asked_again_when_it_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), echoing(6))], present=True) as on:
        running = asyncio.create_task(on.session.run())
        first = await asked(on, 1)
        assert "said the same 3 times" in first.prompt
        assert (first.to_boss, first.choices) == (True, (GO_ON, STOP))
        assert on.session.view().roles[0].activity == "waiting"
        await on.session.send(AnswerQuestion(question=first.question, answer=GO_ON))
        second = await asked(on, 2)
        assert "said the same 5 times" in second.prompt
        await on.session.send(AnswerQuestion(question=second.question, answer=STOP))
        ended = await running
    assert ended.exit_code == ExitCode.NOT_RUNNING
    assert "5 times" in ended.summary


async def test_without_anybody_there_it_is_stopped(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), echoing(6))]) as on:
        ended = await on.session.run()
    assert ended.exit_code == ExitCode.NOT_RUNNING
    assert "3 times" in ended.summary


async def test_who_says_something_else_then_is_in_no_loop(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        said = reaction.observed[-1].content
        for _ in range(3 if said == "build it" else 1):
            await reaction.publish(Draft(content=said, cause_by=ActionName("echo")))

    async with stage(tmp_path / "s.db", [(card("ann"), react)]) as on:
        await on.session.run()
        await on.session.send(Say(text="something else", send_to=(RoleName("ann"),)))
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
