"""A file that changes by hand while a team works is seen: an event, and word of it for who wrote it last."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentsh.core.code import Command
from agentsh.core.events import FileChanged
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Draft
from agentsh.engine import hands
from agentsh.engine.reaction import Reaction
from tests.support.stage import Stage, card, stage

ANN = RoleName("ann")


@dataclass
class WatcherOnPaper:
    """Tells what it is told to tell."""

    batches: "asyncio.Queue[tuple[str, ...]]" = field(default_factory=asyncio.Queue)

    async def changes(self) -> AsyncGenerator[tuple[str, ...], None]:
        while True:
            yield await self.batches.get()
            self.batches.task_done()


async def writes(reaction: Reaction) -> None:
    await reaction.write([FileDraft(path="main.py", text="one\ntwo\n")], "write")
    await reaction.publish(Draft(content="written", cause_by=ActionName("write")))


async def served(on: Stage) -> "asyncio.Task[object]":
    serving = asyncio.create_task(on.session.serve())
    await on.until(lambda event: event.kind == "session.finished")
    return serving


async def left(on: Stage, serving: "asyncio.Task[object]") -> None:
    on.session.interrupt()
    await serving


async def test_an_edit_becomes_an_event_and_word_for_who_wrote_the_file(tmp_path: Path) -> None:
    watcher = WatcherOnPaper()
    async with stage(tmp_path / "s.db", [(card("ann"), writes), (card("bob"), writes)], watcher=watcher) as on:
        serving = await served(on)
        writer = on.desk.log.state.files["main.py"].role
        on.workspace.texts["main.py"] = "one\nTWO\nthree\n"
        watcher.batches.put_nowait(("main.py",))
        event = await on.until(lambda event: event.kind == "file.changed" and event.role == "boss")
        assert isinstance(event, FileChanged)
        assert event.file.change == "modified"
        word = await on.until(
            lambda event: (
                event.kind == "message.published"
                and event.message.sent_from == "boss"
                and event.message.cause_by == "edited_by_hand"
            )
        )
        assert word.message.send_to == (writer,)
        assert "+TWO" in word.message.content
        assert [role.due for role in on.session.view().roles] == [0, 0]
        assert on.desk.log.state.changed_seq > on.desk.log.state.verified_seq, "it has to be verified again"
        await left(on, serving)


async def test_the_team_s_own_writing_and_unchanged_files_are_no_news(tmp_path: Path) -> None:
    watcher = WatcherOnPaper()
    async with stage(tmp_path / "s.db", [(card("ann"), writes)], watcher=watcher) as on:
        on.workspace.texts["notes.txt"] = "there before"
        serving = await served(on)
        watcher.batches.put_nowait(("main.py", "notes.txt", "gone.txt"))
        await watcher.batches.join()
        assert [item.event.role for item in await on.events() if item.event.kind == "file.changed"] == [ANN]
        await left(on, serving)


async def test_a_file_that_nobody_of_the_team_wrote_is_told_to_all(tmp_path: Path) -> None:
    watcher = WatcherOnPaper()
    async with stage(tmp_path / "s.db", [(card("ann"), writes), (card("bob"), writes)], watcher=watcher) as on:
        serving = await served(on)
        on.workspace.texts["notes.txt"] = "read this"
        watcher.batches.put_nowait(("notes.txt",))
        word = await on.until(
            lambda event: event.kind == "message.published" and event.message.cause_by == "edited_by_hand"
        )
        assert word.message.send_to == ("ann", "bob")
        await left(on, serving)


async def test_what_the_team_s_own_run_changes_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hands, "SETTLES_S", 100.0)  # the word may come late on a busy machine
    watcher = WatcherOnPaper()

    async def runs(reaction: Reaction) -> None:
        await reaction.run(Command(argv=("python", "main.py")))

    async with stage(tmp_path / "s.db", [(card("ann"), runs)], watcher=watcher) as on:
        serving = await served(on)
        on.workspace.texts["out.txt"] = "printed"
        watcher.batches.put_nowait(("out.txt",))
        event = await on.until(lambda event: event.kind == "file.changed")
        assert (event.role, event.reaction) == (ANN, "ann:1")
        await watcher.batches.join()
        assert len(await on.session.messages()) == 1, "no word of it"
        await left(on, serving)


async def test_a_file_removed_by_hand_is_told(tmp_path: Path) -> None:
    watcher = WatcherOnPaper()
    async with stage(tmp_path / "s.db", [(card("ann"), writes)], watcher=watcher) as on:
        serving = await served(on)
        del on.workspace.texts["main.py"]
        watcher.batches.put_nowait(("main.py",))
        event = await on.until(lambda event: event.kind == "file.changed" and event.role == "boss")
        assert event.file.change == "deleted"
        await left(on, serving)


async def test_a_folder_that_cannot_be_watched_is_told_and_the_session_goes_on(tmp_path: Path) -> None:
    class Broken:
        async def changes(self) -> AsyncGenerator[tuple[str, ...], None]:
            raise OSError("no more watches")
            yield ()

    async with stage(tmp_path / "s.db", [(card("ann"), writes)], watcher=Broken()) as on:
        serving = asyncio.create_task(on.session.serve())
        told = await on.until(lambda event: event.kind == "notice")
        assert "no more watches" in told.message
        await on.until(lambda event: event.kind == "session.finished")
        await left(on, serving)
