"""`agentsh new role|action|team|world|plugin NAME`: a file to begin with, which works at once."""

from typing import Annotated, Literal

import typer

from agentsh.cli import printing

EPILOG = """\
Examples:

\b
  agentsh new team book-club         then: agentsh run "…" --team book-club
  agentsh new role librarian         then: /hire librarian, or name it in a team
  agentsh new action find_book       then: name it in a role
  agentsh new world village          then: agentsh world run village
  agentsh new plugin counting        then: agentsh plugins trust counting
"""
HELP = "Write a role, an action, a team, a world or a plugin to begin with; it works at once."
Kind = Annotated[
    Literal["role", "action", "team", "world", "plugin"],
    typer.Argument(metavar="role|action|team|world|plugin", help="What.", show_default=False),
]


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command(
        "new",
        epilog=EPILOG,
        help="Write a role, an action, a team, a world or a plugin to begin with; it works at once.",
    )(new)


def new(
    context: typer.Context,
    kind: Kind,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.", show_default=False)],
) -> None:
    """Write a file to begin with."""
    from agentsh.cli.project import home_of, shelf_of
    from agentsh.library.starters import write_plugin, write_starter

    if kind == "plugin":
        printing.say(str(write_plugin(name, home_of(context).plugins)))
        return
    printing.say(str(write_starter(kind, name, home_of(context).prompts, shelf_of(context))))
