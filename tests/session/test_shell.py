"""A shell command of the Boss's is asked, run in the sandbox, and told by an event."""

from pathlib import Path

from agentsh.core.controls import Settle
from tests.support.stage import asks_and_says, card, stage

TEAM = [(card("ann"), asks_and_says("plan", "what"))]


async def test_it_is_asked_then_run_then_told(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, policy="ask", present=True) as on:
        question = on.session.shell("ls -l")
        asked = await on.until(lambda event: event.kind == "approval.asked")
        assert (asked.question, asked.role, asked.detail) == (question, "boss", "ls -l")
        assert on.sandbox.ran == []
        await on.session.send(Settle(question=question, allowed=True))
        told = await on.until(lambda event: event.kind == "shell.ran")
        assert (told.command, told.result.stdout) == ("ls -l", "ran")
        assert on.sandbox.ran[0].argv == ("sh", "-c", "ls -l")


async def test_edited_before_it_is_allowed_the_edit_is_run(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, policy="ask", present=True) as on:
        question = on.session.shell("ls")
        await on.until(lambda event: event.kind == "approval.asked")
        await on.session.send(Settle(question=question, allowed=True, edited="ls -a"))
        await on.until(lambda event: event.kind == "shell.ran")
        assert on.sandbox.ran[0].argv[-1] == "ls -a"


async def test_refused_it_is_not_run(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, policy="ask", present=True) as on:
        question = on.session.shell("ls")
        await on.until(lambda event: event.kind == "approval.asked")
        await on.session.send(Settle(question=question, allowed=False, why="no"))
        told = await on.until(lambda event: event.kind == "shell.ran")
        assert told.result.exit_code == 126
        assert on.sandbox.ran == []


async def test_with_nobody_to_ask_it_is_told_as_an_error(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, policy="ask") as on:
        on.session.shell("ls")
        told = await on.until(lambda event: event.kind == "error")
        assert "ls" in told.message


async def test_a_session_that_is_closed_ends_what_still_waits(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, policy="ask", present=True) as on:
        on.session.shell("sleep 1000")
        await on.until(lambda event: event.kind == "approval.asked")
