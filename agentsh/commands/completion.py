"""Completes a line while it is typed: commands, what their arguments are about, `@file` and `#role` anywhere."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from agentsh.commands.arguments import Parameter, Source, expected
from agentsh.commands.context import Context, Named
from agentsh.core.errors import AgentshError
from agentsh.engine.breakpoints import KINDS

MOST = 100
"""So many completions are given at once."""
_FRESH_S: Mapping[Source, float] = {
    "files": 1.0,
    "sessions": 5.0,
    "teams": 5.0,
    "role_files": 5.0,
    "worlds": 5.0,
    "models": 10.0,
}
"""How long what was found may be given again, where finding it takes a folder, or a server."""
_LAST_WORD = re.compile(r"\S*\Z")


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand in the line from `start` on."""

    text: str
    start: int
    summary: str = ""


async def complete(context: Context, line: str) -> list[Completion]:
    """Return what the last word of `line` (up to the cursor) may become, best first; never raises for trouble outside.

    A completion that needs more after it ends in a space; one of a breakpoint's subject does not.
    """
    word = _LAST_WORD.search(line)
    start, typed = (len(line), "") if word is None else (word.start(), word.group())
    if line.startswith("/") and start == 0:
        return _ranked(_commands(context), typed, start)
    found: list[Named] = []
    if line.startswith("/"):
        found += await _of_arguments(context, line, start, typed)
    if typed.startswith("@"):
        found += [Named(name=f"@{path.name}") for path in await _from(context, "files")]
    elif typed.startswith("#"):
        found += [Named(name=f"#{role.name}", summary=role.summary) for role in await _from(context, "roles")]
    return _ranked(found, typed, start)


async def _of_arguments(context: Context, line: str, start: int, typed: str) -> list[Named]:
    name, _, _ = line[1:].partition(" ")
    try:
        command = context.registry.find(name)
    except AgentshError:
        return []
    before = line[len(name) + 1 : start]
    found: list[Named] = []
    for parameter in expected(command.arguments, before, context.roles):
        found += await _of_parameter(context, parameter, typed)
    return found


async def _of_parameter(context: Context, parameter: Parameter, typed: str) -> list[Named]:
    if parameter.choices:
        return [Named(name=choice) for choice in parameter.choices]
    if parameter.source is None or (parameter.takes_rest and typed[:1] in ("@", "#")):
        return []
    return await _from(context, parameter.source)


def _commands(context: Context) -> list[Named]:
    return [Named(name=f"/{command.name}", summary=command.summary) for command in context.registry]


async def _from(context: Context, source: Source) -> list[Named]:
    now_s = time.monotonic()
    known = context.recent.get(source)
    if known is not None and now_s - known[0] < _FRESH_S.get(source, 0.0):
        return known[1]
    try:
        found = await _SOURCES[source](context)
    except AgentshError:
        found = []
    context.recent[source] = (now_s, found)
    return found


async def _roles(context: Context) -> list[Named]:
    if context.live is None:
        return []
    return [Named(name=role.name, summary=role.profile) for role in context.live.view().roles]


async def _files(context: Context) -> list[Named]:
    if context.live is None:
        return []
    return [Named(name=_quoted(entry.path)) for entry in await context.live.files()]


async def _sessions(context: Context) -> list[Named]:
    return [Named(name=found.name, summary=found.idea) for found in await context.outside.sessions()]


async def _teams(context: Context) -> list[Named]:
    return await context.outside.teams()


async def _role_files(context: Context) -> list[Named]:
    return await context.outside.roles()


async def _models(context: Context) -> list[Named]:
    if context.live is None:
        return []
    return [Named(name=model.name, summary=model.parameters) for model in await context.live.models()]


async def _breakpoints(context: Context) -> list[Named]:
    roles = [Named(name=f"role:{name}") for name in context.roles]
    kinds = [Named(name=f"before:{kind}") for kind in KINDS]
    actions = [] if context.live is None else [Named(name=f"action:{name}") for name in context.live.view().actions]
    components = [Named(name="component:")] if context.live is not None and context.live.world is not None else []
    return [*roles, *actions, *kinds, *components, Named(name="tool:"), Named(name="message:"), Named(name="tokens>")]


async def _set_breakpoints(context: Context) -> list[Named]:
    return [] if context.live is None else [Named(name=text) for text in context.live.view().breakpoints]


async def _questions(context: Context) -> list[Named]:
    if context.live is None:
        return []
    return [Named(name=asked.question, summary=asked.prompt) for asked in context.live.view().questions]


async def _messages(context: Context) -> list[Named]:
    if context.live is None:
        return []
    page = await context.live.messages(last=MOST)
    return [Named(name=said.message.id, summary=said.message.content) for said in reversed(page)]


async def _command_names(context: Context) -> list[Named]:
    return [Named(name=command.name, summary=command.summary) for command in context.registry]


async def _causes(context: Context) -> list[Named]:
    return [] if context.live is None else [Named(name=name) for name in context.live.view().actions]


async def _entities(context: Context) -> list[Named]:
    if context.live is None or context.live.world is None:
        return []
    entities = context.live.world.view().entities
    return [Named(name=_quoted(one.name or str(one.id)), summary=", ".join(one.kinds)) for one in entities]


async def _components(context: Context) -> list[Named]:
    if context.live is None or context.live.world is None:
        return []
    return [Named(name=field, summary=kind) for field, kind in context.live.world.fields()]


async def _worlds(context: Context) -> list[Named]:
    return await context.outside.worlds()


_SOURCES: Mapping[Source, Callable[[Context], Awaitable[list[Named]]]] = {
    "roles": _roles,
    "files": _files,
    "sessions": _sessions,
    "teams": _teams,
    "role_files": _role_files,
    "models": _models,
    "breakpoints": _breakpoints,
    "set_breakpoints": _set_breakpoints,
    "questions": _questions,
    "messages": _messages,
    "commands": _command_names,
    "causes": _causes,
    "entities": _entities,
    "components": _components,
    "worlds": _worlds,
}


def _ranked(found: Sequence[Named], typed: str, start: int) -> list[Completion]:
    """Keep what begins with the typed word, then what has it inside; each once."""
    low = typed.lower()
    begins = [item for item in found if item.name.lower().startswith(low)]
    holds = [item for item in found if low.lstrip("/@#") in item.name.lower() and item not in begins]
    named = {item.name: item for item in [*begins, *holds]}
    return [Completion(item.name, start, item.summary) for item in list(named.values())[:MOST]]


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
