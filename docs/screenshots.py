"""Takes the pictures of the app that README and docs/ show: `make screenshots`.

A real session each: the app as it is, its engine, journal and sandbox, with a model server on a script beside it.
Clocks stand still, and the server is shown at Ollama's own port, so that the same app makes the same pictures.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from textual.widgets import Input, TextArea

from agentsh.cli.lobby import HomeLobby
from agentsh.core.model import JsonObject
from agentsh.core.settings import Settings
from agentsh.library.home import find_home
from agentsh.tui.app import Shell
from agentsh.tui.lobby import Begin
from tests.e2e import company
from tests.support.model_server import ServerScript
from tests.support.ollama_server import OllamaServer
from tests.tui.house import House
from tests.tui.still import standing_still

PICTURES = Path(__file__).with_name("pictures")
_PORT = re.compile(r"127\.0\.0\.1:\d+")
_STALLS: JsonObject = {**company.writes("main.py"), "fault": "stall", "after": 12, "times": 1, "chunks": 24}


@dataclass(frozen=True)
class Shot:
    """One picture: how large, in which theme, what the model does, and how a person comes there."""

    size: tuple[int, int]
    leads: Callable[[House], Awaitable[None]]
    first: tuple[JsonObject, ...] = ()
    theme: str = "agentsh-dark"


async def _working(app: House) -> None:
    await app.shows("writes …", "import argparse")


async def _asked(app: House) -> None:
    await app.listening()


async def _finished(app: House) -> None:
    await app.listening()
    await app.press("s")
    await app.shows("FINISHED")
    app.app.run_line("/diff")
    await app.shows("+++ b/")


async def _role(app: House) -> None:
    from agentsh.core.ids import RoleName

    await app.listening()
    app.app.open_role(RoleName("architect"))
    await app.press("tab", "tab", "tab")
    await app.shows("about", "tokens of")


SHOTS = {
    "working": Shot((120, 40), _working, first=(_STALLS,)),
    "approval": Shot((80, 24), _asked),
    "finished": Shot((200, 60), _finished),
    "prompt-lens": Shot((120, 40), _role, theme="agentsh-light"),
}
"""By the name of the file."""


async def picture(shot: Shot) -> str:
    """Return the screen as SVG."""
    script = ServerScript.model_validate_json(company.script(*company.rules(shot.first)))
    async with OllamaServer(script) as server:
        with tempfile.TemporaryDirectory(prefix="agentsh-") as folder:
            home = find_home(Path(folder), Path(folder))
            settings = Settings.model_validate({"model": {"host": server.host, "model": company.MODEL}})
            app = Shell(lambda: HomeLobby(settings, home), Begin(company.IDEA, "software-company"))
            async with app.run_test(size=shot.size) as pilot:
                return await _taken(House(app, pilot, None), shot)  # type: ignore[arg-type]


async def _taken(app: House, shot: Shot) -> str:
    await app.until(lambda: app.app.session_screen is not None and app.app.session_screen.is_running)
    await shot.leads(app)
    app.app.theme = shot.theme
    for field in (*app.app.screen.query(Input), *app.app.screen.query(TextArea)):
        field.cursor_blink = False
    app.app.clear_notifications()
    await app.pilot.pause(0.5)
    taken = app.app.export_screenshot(title="agentsh")
    await app.app.action_quit()
    return "".join(f"{line.rstrip()}\n" for line in _PORT.sub("127.0.0.1:11434", taken).splitlines())


def main(names: list[str]) -> int:
    """Take the pictures that are named, or all of them, and return the exit code."""
    PICTURES.mkdir(exist_ok=True)
    for name in names or SHOTS:
        with standing_still():
            (PICTURES / f"{name}.svg").write_text(asyncio.run(picture(SHOTS[name])), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
