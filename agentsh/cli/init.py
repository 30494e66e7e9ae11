"""`agentsh init [DIR]`: a project folder with settings to fill in and places for prompts, plugins and sessions."""

from pathlib import Path
from typing import Annotated

import typer

from agentsh.cli import printing

EPILOG = """\
Examples:

\b
  agentsh init                 this folder
  agentsh init ~/src/teams     another one
"""


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("init", epilog=EPILOG, help="Make a project folder: agentsh.toml prompts/ plugins/ sessions/.")(init)


def init(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Which folder.", show_default=False)] = Path(),
) -> None:
    """Make a project folder."""
    from agentsh.library.project import init_project

    for path in init_project(folder.expanduser().absolute()):
        printing.say(str(path))
