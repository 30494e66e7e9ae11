"""A role's Python can be looked at, and made to begin with nothing, also for whoever goes on later."""

from pathlib import Path

from agentsh.commands import reply as r
from agentsh.core.code import Cell
from agentsh.core.controls import Say
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.commands.outside import context_of
from tests.engine.test_interpreters import SandboxInProcess
from tests.support.stage import Stage, card, stage


async def runs_what_is_said(reaction: Reaction) -> None:
    result = await reaction.run_cell(Cell(code=reaction.observed[-1].content))
    await reaction.publish(Draft(content=result.told, cause_by=ActionName("calculate")))


async def said(on: Stage, code: str) -> str:
    await on.session.send(Say(text=code))
    await on.session.run()
    return (await on.desk.log.journal.messages())[-1].content


async def test_a_memory_is_shown_and_taken_away_and_the_role_is_told(tmp_path: Path) -> None:
    role = [(card("engineer"), runs_what_is_said)]
    async with stage(tmp_path / "s.db", role) as on:
        on.desk.interpreters.sandbox = SandboxInProcess()  # type: ignore[assignment]
        registry, context = context_of(on.session).registry, context_of(on.session)
        assert await registry.run(context, "/cells") == r.Text(
            "No Python is remembered: nothing was run, or it began anew since."
        )
        await said(on, "x = '```'; print(x)")
        shown = await registry.run(context, "%jupyter engineer")
        assert isinstance(shown, r.Markdown)
        assert "````python\nx = '```'; print(x)\n````" in shown.text
        told = await registry.run(context, "%reset")
        assert isinstance(told, r.Text)
        assert "The Python of engineer begins with nothing" in told.text
        assert await said(on, "print('x' in dir())") == "[what earlier cells had defined is gone]\nFalse"
        await registry.run(context, "/reset engineer")
    async with stage(tmp_path / "s.db", role) as on:
        on.desk.interpreters.sandbox = sandbox = SandboxInProcess()  # type: ignore[assignment]
        assert await on.session.cells(on.session.view().roles[0].name) == []
        await said(on, "y = 2")
        assert sandbox.ran == ["y = 2"], "what was taken away is not made again"
