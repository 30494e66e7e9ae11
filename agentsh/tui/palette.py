"""What the palette lists: every command, and every theme. One that needs words is put into the prompt."""

from functools import partial
from typing import TYPE_CHECKING

from agentsh.commands.arguments import parameters
from agentsh.tui.chooser import Chooser, Entry

if TYPE_CHECKING:
    from agentsh.commands.registry import Command
    from agentsh.tui.app import Shell


def palette(app: "Shell") -> Chooser:
    """Return the list of commands."""
    registry = () if app.lobby is None else app.lobby.context.registry
    return Chooser(
        "Commands",
        [Entry(f"/{command.name}", command.summary, partial(_choose, app, command)) for command in registry],
    )


def themes(app: "Shell") -> Chooser:
    """Return the list of themes; the one that is used is marked."""
    return Chooser(
        "Themes",
        [Entry(name, "", partial(app.choose_theme, name)) for name in sorted(app.available_themes)],
        chosen=app.theme,
    )


def _choose(app: "Shell", command: "Command") -> None:
    if any(parameter.required for parameter in parameters(command.arguments)):
        app.put_into_prompt(f"/{command.name} ")
    else:
        app.run_line(f"/{command.name}")
