"""Starts the Textual app, and says afterwards how to go on. Light: what is heavy is loaded behind the first picture."""

import os
import sys
from typing import TYPE_CHECKING

from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.cli.global_options import GlobalOptions
    from agentsh.core.settings import ResumeOptions
    from agentsh.tui.lobby import Lobby, Wanted


def screen_there() -> bool:
    """Tell whether the app can be shown: all three streams are one terminal that can place its cursor.

    Or a browser: then its server says so, in Textual's own variable.
    """
    if os.environ.get("TEXTUAL_DRIVER"):
        return True
    streams = (sys.__stdin__, sys.__stdout__, sys.__stderr__)
    return (
        all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM", "dumb") != "dumb"
    )


def show(said: "GlobalOptions", wanted: "Wanted | None" = None, overrides: "ResumeOptions | None" = None) -> int:
    """Show the app until the person leaves, and return the exit code.

    Args:
        said: names home and settings.
        wanted: the session to open first; None: the start page.
        overrides: what that session is to do otherwise than before.

    Raises:
        Exception: whatever ended the app unexpectedly; the terminal is whole again.
    """
    from agentsh.tui.app import Shell

    def lobby() -> "Lobby":
        from agentsh.cli.lobby import HomeLobby
        from agentsh.cli.project import project

        settings, home = project(said, tell=False)
        return HomeLobby(settings, home, overrides)

    app = Shell(lobby, wanted)
    code = app.run()
    if app.last_session is not None:
        printing.note(f"Type: agentsh resume {app.last_session}")
    if app.crash is not None:
        raise app.crash
    return code or 0
