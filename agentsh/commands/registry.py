"""One registry of slash commands, for the palette, the prompt, the line shell, plugins and the page of the manual."""

import difflib
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Literal, TypeVar, cast, get_args

from agentsh.commands import lines
from agentsh.commands.arguments import Arguments, parse, usage
from agentsh.commands.context import Context
from agentsh.commands.reply import Nothing, Reply
from agentsh.core.errors import AgentshError, UsageError

A = TypeVar("A", bound=Arguments)
Group = Literal["Talk", "Steer", "People", "Look", "Team", "World", "Session", "Shell"]
GROUPS: tuple[Group, ...] = ("Talk", "Steer", "People", "Look", "Team", "World", "Session", "Shell")


@dataclass(frozen=True, slots=True)
class Command:
    """One slash command; `command` makes them.

    Attributes:
        name: without the slash.
        summary: one line of help.
        arguments: what it takes.
        run: parses the rest of a line and carries it out. Raises AgentshError, whose hint is the next step.
        group: where it stands in the help.
        aliases: other names of it.
        details: long help in Markdown, after the summary.
        examples: whole lines that show it.
    """

    name: str
    summary: str
    arguments: type[Arguments]
    run: Callable[[Context, str], Awaitable[Reply]]
    group: Group
    aliases: tuple[str, ...] = ()
    details: str = ""
    examples: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """The usage line: `/step [ROLE] [N]`."""
        return usage(self.name, self.arguments)


def command(
    name: str,
    summary: str,
    arguments: type[A],
    run: Callable[[Context, A], Awaitable[Reply]],
    group: Group,
    *,
    aliases: tuple[str, ...] = (),
    details: str = "",
    examples: tuple[str, ...] = (),
) -> Command:
    """Return a command whose `run` gets its arguments parsed; see Command for the rest."""

    async def parsed(context: Context, rest: str) -> Reply:
        return await run(context, parse(name, arguments, rest, context.roles))

    return Command(name, summary, arguments, parsed, group, aliases, details, examples)


def foreign(command: Command) -> Command:
    """Return a command that a plugin brings, but with its mistakes told like any other error: no shell ends of them."""

    async def guarded(context: Context, rest: str) -> Reply:
        try:
            reply: object = await command.run(context, rest)
        except AgentshError:
            raise
        except Exception as error:
            raise _broken(command, f"{type(error).__name__}: {error}") from error
        if not isinstance(reply, get_args(Reply)):
            raise _broken(command, f"it answered {reply!r}, which is no Reply")
        for field in fields(cast("Nothing", reply)):
            if field.type is str and not isinstance(value := getattr(reply, field.name), str):
                raise _broken(command, f"its answer's {field.name} is {value!r}, which is no text")
        return cast("Reply", reply)

    return replace(command, run=guarded)


def _broken(command: Command, why: str) -> UsageError:
    return UsageError(f"/{command.name} of a plugin failed: {why}", hint="Mend the plugin; all else goes on.")


class Registry:
    """All commands by name and alias, in the order of their adding."""

    def __init__(self, commands: Iterable[Command] = ()) -> None:
        self._commands: dict[str, Command] = {}
        self._aliases: dict[str, str] = {}
        for command in commands:
            self.add(command)

    def __iter__(self) -> Iterator[Command]:
        return iter(self._commands.values())

    @property
    def names(self) -> tuple[str, ...]:
        """Every name and alias that is taken."""
        return (*self._commands, *self._aliases)

    def add(self, command: Command) -> None:
        """Add a command. Raises UsageError when one of its names is taken."""
        for name in (command.name, *command.aliases):
            if name in self._commands or name in self._aliases:
                raise UsageError(f"there is a command /{name} already", hint="give the new one another name")
        self._commands[command.name] = command
        self._aliases.update(dict.fromkeys(command.aliases, command.name))

    def find(self, name: str) -> Command:
        """Return a command by its name or alias, with or without the slash; raises UsageError with the nearest."""
        bare = name.removeprefix("/").lower()
        found = self._commands.get(self._aliases.get(bare, bare))
        if found is None:
            raise UsageError(f"there is no command /{bare}", hint=self._nearest(bare))
        return found

    async def run(self, context: Context, line: str) -> Reply:
        """Carry out whatever a person typed: a command, `!shell`, `#role text`, or something to say.

        Raises:
            AgentshError: it could not be done; its hint is the next step.
        """
        call = lines.read(line, context.roles)
        return await self.find(call.name).run(context, call.rest)

    def _nearest(self, name: str) -> str:
        known = [*self._commands, *self._aliases]
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        if not near:
            near = [other for other in known if name and other.startswith(name[:2])][:1]
        if not near:
            return "Type: /help"
        return f"Did you mean {self._commands[self._aliases.get(near[0], near[0])].usage}?"
