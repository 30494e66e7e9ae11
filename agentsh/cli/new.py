"""`agentsh new role|action|team NAME`: a file to begin with, which works at once."""

from typing import Annotated, Literal

import typer

from agentsh.cli import printing

EPILOG = """\
Examples:

\b
  agentsh new team book-club         then: agentsh run "…" --team book-club
  agentsh new role librarian         then: /hire librarian, or name it in a team
  agentsh new action find_book       then: name it in a role
"""
Kind = Annotated[
    Literal["role", "action", "team"], typer.Argument(metavar="role|action|team", help="What.", show_default=False)
]


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("new", epilog=EPILOG, help="Write a role, an action or a team to begin with; it works at once.")(new)


def new(
    context: typer.Context,
    kind: Kind,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.", show_default=False)],
) -> None:
    """Write a file to begin with."""
    from agentsh.cli.project import home_of, shelf_of
    from agentsh.library.starters import write_starter

    printing.say(str(write_starter(kind, name, home_of(context).prompts, shelf_of(context))))
