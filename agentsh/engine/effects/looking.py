"""Looking over the workspace without reading all of it: which files there are, and which lines hold a text.

What was found is recorded, not what was read for it: a search over a large folder costs the journal no more than its
findings.
"""

from collections.abc import AsyncIterator
from fnmatch import fnmatchcase

from pydantic import JsonValue, TypeAdapter

from agentsh.core.files import FileEntry, FoundLine
from agentsh.core.ids import ReactionId, RoleName
from agentsh.engine.desk import Desk
from agentsh.engine.effects.allowed import readable
from agentsh.engine.steps import Effect, Outcome

MOST_FOUND = 100
"""Lines that one search gives at the most."""
LONGEST_LINE = 300
LARGEST_SEARCHED_BYTES = 1 << 20
"""A larger file is passed over."""

_PATHS: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])
_LINES: TypeAdapter[tuple[FoundLine, ...]] = TypeAdapter(tuple[FoundLine, ...])


def list_effect(desk: Desk, pattern: str) -> Effect[tuple[str, ...]]:
    """Return the step that finds out which files fit a glob."""

    async def perform(_: int) -> Outcome[tuple[str, ...]]:
        found = tuple(entry.path for entry in await _fitting(desk, pattern))
        return Outcome(found, list(found))

    return Effect("read", {"list": pattern}, perform, _PATHS.validate_python)


def search_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, text: str, pattern: str
) -> Effect[tuple[FoundLine, ...]]:
    """Return the step that finds the lines that hold `text`. A file that the rules deny is as if it were not there."""

    async def perform(ordinal: int) -> Outcome[tuple[FoundLine, ...]]:
        paths = [entry.path for entry in await _fitting(desk, pattern) if entry.size_bytes <= LARGEST_SEARCHED_BYTES]
        allowed, told = await readable(desk, role, reaction, ordinal, paths)
        found: list[FoundLine] = []
        async for line in _lines(desk, allowed, text.casefold()):
            found.append(line)
            if len(found) == MOST_FOUND:
                break
        return Outcome(tuple(found), _LINES.dump_python(tuple(found), mode="json"), events=told)

    request: JsonValue = {"search": text, "in": pattern}
    return Effect("read", request, perform, _LINES.validate_python)


async def _fitting(desk: Desk, pattern: str) -> list[FileEntry]:
    wanted = pattern.removeprefix("./") or "*"
    return [entry for entry in await desk.workspace.files() if fnmatchcase(entry.path, wanted)]


async def _lines(desk: Desk, paths: list[str], wanted: str) -> AsyncIterator[FoundLine]:
    for path in paths:
        text = await desk.workspace.read(path) or ""
        for number, line in enumerate(text.splitlines(), 1):
            if wanted in line.casefold():
                yield FoundLine(path=path, line=number, text=line.strip()[:LONGEST_LINE])
