"""The words that steer a team, on a real session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentsh.commands.context import Context
from agentsh.commands.reply import EditText, Nothing, Reply, Table, Text
from agentsh.core import chat as c
from agentsh.core.errors import UsageError
from tests.commands.outside import context_of
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, Stage, asks_and_says, card, stage

TEAM = [(card("ann"), asks_and_says("plan", "what")), (card("bob", "plan"), asks_and_says("code", "how"))]


@asynccontextmanager
async def served(path: Path, model: ModelInProcess | None = None) -> AsyncIterator[tuple[Stage, Context]]:
    async with stage(path, TEAM, model=model, present=True) as on:
        serving = asyncio.create_task(on.session.serve())
        yield on, context_of(on.session)
        on.session.interrupt()
        await serving


async def typed(context: Context, line: str) -> Reply:
    return await context.registry.run(context, line)


async def quiet(on: Stage) -> None:
    await on.until(lambda event: event.kind == "session.finished")


async def generating(on: Stage) -> None:
    async with asyncio.timeout(HANG_S):
        while not on.session.generating():
            await asyncio.sleep(0)


async def test_pause_step_and_go(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, present=True) as on:
        context = context_of(on.session)
        assert await typed(context, "/pause") == Nothing()
        assert on.session.view().paused
        serving = asyncio.create_task(on.session.serve())
        await on.until(lambda event: event.kind == "reaction.started")
        await typed(context, "/step")
        await on.until(lambda event: event.kind == "step.finished")
        await typed(context, "/step ann 1")
        await on.until(lambda event: event.kind == "message.published" and event.message.sent_from == "ann")
        assert len(on.model.asked) == 1
        await typed(context, "/go")
        await quiet(on)
        on.session.interrupt()
        await serving


async def test_stop_then_edit_and_an_empty_edit_changes_nothing(tmp_path: Path) -> None:
    model = ModelInProcess(reply=lambda _: "half whole", hold=asyncio.Event())
    async with served(tmp_path / "s.db", model) as (on, context):
        await generating(on)
        told = await typed(context, "/stop")
        assert isinstance(told, Text)
        assert "Stopped ann" in told.text
        await on.until(lambda event: event.kind == "generation.stopped")
        waits = await typed(context, "/stop")
        assert isinstance(waits, Text)
        assert "ann waits" in waits.text
        edit = await typed(context, "/stop ann edit")
        assert isinstance(edit, EditText)
        assert edit.done is not None
        assert edit.text == "half "
        assert isinstance(await edit.done("  "), Text)
        assert on.session.view().stopped
        model.hold.set()
        assert await edit.done("mine") == Nothing()
        await quiet(on)
        assert (await on.desk.log.journal.messages())[1].content == "mine"


@pytest.mark.parametrize(("word", "said"), [("keep", "half "), ("continue", "half whole"), ("drop", "half whole")])
async def test_stop_then_keep_continue_or_drop(tmp_path: Path, word: str, said: str) -> None:
    model = ModelInProcess(reply=lambda _: "half whole", hold=asyncio.Event())
    async with served(tmp_path / "s.db", model) as (on, context):
        await generating(on)
        await typed(context, "/stop ann")
        await on.until(lambda event: event.kind == "generation.stopped")
        model.hold.set()
        assert await typed(context, f"/stop {word}") == Nothing()
        await quiet(on)
        assert (await on.desk.log.journal.messages())[1].content == said


async def test_what_cannot_be_stopped_is_told(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db") as (on, context):
        await quiet(on)
        with pytest.raises(UsageError, match="nobody is generating"):
            await typed(context, "/stop")
        with pytest.raises(UsageError, match="ann is generating nothing"):
            await typed(context, "/stop ann")
        with pytest.raises(UsageError, match="no stopped generation"):
            await typed(context, "/stop keep")


async def test_retry_lets_what_failed_go_on(tmp_path: Path) -> None:
    down = True

    def reply(_: c.ChatRequest) -> str | c.Failed:
        return c.Failed(failure="server", retryable=True, message="down") if down else "fine"

    async with served(tmp_path / "s.db", ModelInProcess(reply)) as (on, context):
        await quiet(on)
        with pytest.raises(UsageError, match="bob has not failed"):
            await typed(context, "/retry bob")
        down = False
        told = await typed(context, "/retry")
        assert told == Text("ann goes on.")
        await on.until(lambda event: event.kind == "message.published" and event.message.sent_from == "bob")
        with pytest.raises(UsageError, match="nobody has failed"):
            await typed(context, "/retry")


async def test_breakpoints_are_set_shown_and_taken_away(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, present=True) as on:
        context = context_of(on.session)
        await typed(context, "/break role:bob")
        await typed(context, r"/break message:(?i)no way\b")
        shown = await typed(context, "/breaks")
        assert isinstance(shown, Table)
        assert shown.rows == (("role:bob",), (r"message:(?i)no way\b",))
        await typed(context, "/breaks clear role:bob")
        with pytest.raises(UsageError, match="no breakpoint 'role:bob'"):
            await typed(context, "/breaks clear role:bob")
        await typed(context, "/breaks clear")
        assert on.session.view().breakpoints == ()
        for wrong, why in _NEVER_HIT.items():
            with pytest.raises(UsageError, match=why):
                await typed(context, f"/break {wrong}")
        assert on.session.view().breakpoints == ()


_NEVER_HIT = {
    "lunch": "not a breakpoint",
    "role:bobb": "names no role of the team",
    "action:nothing": "names no action of the team",
    "component:Health.hp<10": "this session has none",
}
