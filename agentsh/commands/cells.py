"""A role's Python: what it ran, and letting it begin with nothing."""

from typing import Annotated

from agentsh.commands.arguments import Arguments, From
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import Markdown, Reply, Text
from agentsh.core.controls import ResetPython
from agentsh.core.fenced import block_of
from agentsh.core.ids import RoleName

MOST_CELLS = 20


class Whose(Arguments):
    """Whose Python; None: that of everybody who has run something."""

    role: Annotated[RoleName | None, From("roles")] = None


async def _cells(context: Context, whose: Whose) -> Reply:
    found = [
        f"**{name}** [{number}]\n\n{block_of(cell.code, 'python')}\n\n{block_of(result.told or 'nothing')}\n"
        for name in _roles(context, whose)
        for number, (cell, result) in enumerate(await context.session.cells(name), 1)
    ]
    if not found:
        return Text("No Python is remembered: nothing was run, or it began anew since.")
    left = len(found) - MOST_CELLS
    head = f"The newest {MOST_CELLS} of {len(found)}.\n\n" if left > 0 else ""
    return Markdown(head + "\n".join(found[max(left, 0) :]), title="Cells")


async def _reset(context: Context, whose: Whose) -> Reply:
    names = [name for name in _roles(context, whose) if await context.session.cells(name)]
    if whose.role is not None:
        names = [whose.role]
    for name in names:
        await context.session.send(ResetPython(role=name))
    if not names:
        return Text("Nobody's Python remembers anything.")
    return Text(f"The Python of {', '.join(names)} begins with nothing; files and messages stay: /undo, /new.")


def _roles(context: Context, whose: Whose) -> list[RoleName]:
    if whose.role is not None:
        return [context.role(whose.role)]
    return [role.name for role in context.session.view().roles]


COMMANDS = (
    command(
        "cells",
        "Show what a role's Python has run and still remembers, with what came of it.",
        Whose,
        _cells,
        "Look",
        examples=("/cells", "/cells engineer"),
    ),
    command(
        "reset",
        "Let a role's Python begin with nothing; what it had defined is gone.",
        Whose,
        _reset,
        "Steer",
        details="Not while it runs something. To take back what was said as well: /undo; to begin anew: /new.",
        examples=("/reset", "/reset engineer"),
    ),
)
