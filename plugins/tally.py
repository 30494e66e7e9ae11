"""A listener and a slash command: /tally says how often which kind of event has happened since the shell began."""

from collections import Counter

from agentsh.commands.arguments import Arguments
from agentsh.commands.context import Context
from agentsh.commands.registry import Command, command
from agentsh.commands.reply import Reply, Table
from agentsh.core.events import Recorded
from agentsh.plugins import hookimpl

COUNTS: Counter[str] = Counter()


@hookimpl
def on_event(recorded: Recorded) -> None:
    """Count it."""
    COUNTS[recorded.event.kind] += 1


async def _tally(_context: Context, _nothing: Arguments) -> Reply:
    rows = tuple((kind, str(number)) for kind, number in COUNTS.most_common())
    return Table(("KIND", "EVENTS"), rows, title="What has happened", empty="nothing has happened yet")


@hookimpl
def register_commands() -> list[Command]:
    """Bring /tally."""
    return [command("tally", "Say how often which kind of event happened.", Arguments, _tally, "Look")]
