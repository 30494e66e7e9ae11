"""Text from outside is text before a session too; a picker over a session can be searched and left."""

import unicodedata
from pathlib import Path

import pytest
from textual.events import Click

from agentsh.core import events as e
from agentsh.core.errors import AgentshError, ModelMissing
from agentsh.core.files import FileChange
from agentsh.core.ids import RoleName
from agentsh.core.summary import SessionSummary
from agentsh.session.look import FileView
from agentsh.tui.chooser import Chooser
from agentsh.tui.files import Files
from agentsh.tui.picker import Picker
from agentsh.tui.session_list import SessionList
from agentsh.tui.session_screen import SessionScreen
from agentsh.tui.time_line import TimeLine
from tests.tui.house import House, house
from tests.tui.lobby import StageLobby

MARKUP = "[bold red]loud[/] [/] [@click=app.quit]press[/] [link=http://evil]"
EVIL = (
    f"\x1b[31m{MARKUP}\x1b]52;c;ZXZpbA==\x07\x9b2J\x1b]0;owned\x07\x1b]8;;http://evil\x1b\\"
    "\x1bP1$r0m\x1b\\\u202etxet\u2066\u200b\u200d\ufeff\x08\x7f\x00 <b>x</b> {{ 7 * 7 }} \r\n\t*"
)
LONG = EVIL + "x" * 1_000_000
NAMES = (
    "\x1b[31mred\x1b]52;c;ZXZpbA==\x07.py",
    "[bold red]loud[-] [@click=app.quit]press.md",
    "\u202etxt.exe",
    "two\nlines\r\tof.py",
    "a\u200b\ufeff b.txt",
    "n" * 200 + ".py",
    "fold\x1b[2Jer[red]/in\nside.py",
)


class HostileLobby(StageLobby):
    """What was said last holds controls and markup."""

    async def last_said(self, name: str) -> str:
        return f"engineer: {LONG}"


@pytest.fixture
def lobby(tmp_path: Path) -> HostileLobby:
    found = HostileLobby(tmp_path / "session.db")
    found.outside.listed = [SessionSummary(name="s", team="t", idea=EVIL, status="paused", model=EVIL, provider="p")]
    return found


def harmless(app: House) -> None:
    """What stands on the screen holds no control, nothing unseen, no link, and no click but the app's own."""
    for line in app.app.screen._compositor.render_strips():
        assert not [char for char in line.text if unicodedata.category(char) in {"Cc", "Cf", "Cs"}], line.text
        for segment in line:
            assert segment.style is None or (segment.style.link is None and "@click" not in segment.style.meta), segment


async def test_what_goes_wrong_before_a_session_is_text_and_keeps_its_buttons(lobby: HostileLobby) -> None:
    lobby.trouble += [ModelMissing(EVIL, EVIL), AgentshError(EVIL, hint=LONG)]
    async with house(lobby, (80, 24)) as app:
        await app.shows("That did not work", "[bold red]loud[/]", "r try again", "p pull it now")
        await app.until(lambda: app.app.screen.query_one(SessionList).has_class("-listed"))
        harmless(app)
        await app.press("r")
        await app.until(lambda: len(lobby.wanted) == 2)
        await app.shows("That did not work", "r try again")
        harmless(app)


async def test_a_second_click_beside_the_palette_closes_nothing_else(lobby: HostileLobby) -> None:
    async with house(lobby, (120, 40)) as app:
        await app.press("ctrl+p")
        await app.until(lambda: isinstance(app.app.screen, Chooser))
        palette = app.app.screen
        for _ in range(2):
            palette.post_message(Click(palette, 1, 38, 0, 0, 1, False, False, False))
        await app.until(lambda: isinstance(app.app.screen, SessionScreen))


async def test_screens_that_are_called_by_turns_do_not_pile_up(lobby: HostileLobby) -> None:
    async with house(lobby, (80, 24)) as app:
        for key in ("ctrl+r", "f1", "ctrl+r", "ctrl+p", "ctrl+r"):
            await app.press(key)
        kinds = [type(screen) for screen in app.app.screen_stack]
        assert len(kinds) == len(set(kinds)), kinds


async def test_the_picker_over_a_session_is_searched_and_left(lobby: HostileLobby) -> None:
    async with house(lobby, (80, 24)) as app:
        app.app.run_line("/sessions")
        await app.until(lambda: isinstance(app.app.screen, Picker))
        await app.shows("[bold red]loud[/]")
        harmless(app)
        await app.press("/", *"no such")
        await app.shows("No session fits that.")
        await app.press("escape")
        await app.until(lambda: isinstance(app.app.screen, SessionScreen))


async def test_file_names_are_text_wherever_they_stand(lobby: HostileLobby) -> None:
    lobby.prepare = lambda opened: opened.workspace.texts.update(dict.fromkeys(NAMES, f"inside of it {EVIL}"))
    async with house(lobby, (200, 60)) as app:
        await app.shows("red.py", "[bold red]loud", "two lines of.py", "nnn", "fold")
        harmless(app)
        desk = lobby.opened[0].desk
        for name in NAMES:
            app.screen.look.show_text("", "nothing")
            app.screen.helm.open_file(name)
            await app.shows("inside of it")
            harmless(app)
            file = FileChange(path=name, change="added", added_lines=1, size_bytes=12)
            await desk.log.append(e.FileChanged(role=RoleName("engineer"), file=file))
        for line in ("/files", "/lens engineer", "/agents", "/diff", f"/open {NAMES[1]}", "/open no\x1b[31msuch[red]"):
            app.app.run_line(line)
            await app.pilot.pause()
            harmless(app)
        await app.press("ctrl+t")
        await app.until(lambda: isinstance(app.app.screen, TimeLine))
        await app.shows("two lines of.py", "[bold red]loud")
        harmless(app)


async def test_a_closed_folder_stays_closed_whatever_its_name_is_made_of(lobby: HostileLobby) -> None:
    async with house(lobby, (120, 40)) as app:
        files = app.screen.query_one(Files)
        found = [FileView(path=path, size_bytes=1) for path in ("fo\x1b[2Jld/in.py", "top.py")]
        files.show(found)
        files.root.children[0].collapse()
        await app.pilot.pause()
        files.show([*found, FileView(path="top2.py", size_bytes=1)])
        assert not files.root.children[0].is_expanded
