"""What code leaves behind when it has run: files of the team that are otherwise now, though by nobody's hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

from agentsh.core.events import FileChanged
from agentsh.core.files import FileChange
from agentsh.core.ids import ReactionId, RoleName
from agentsh.engine.desk import Desk
from agentsh.engine.hands import text_digest

MOST_FILES = 500
"""So many of the team's files are compared."""


@asynccontextmanager
async def code_of(desk: Desk, role: RoleName, reaction: ReactionId | None) -> AsyncIterator[list[FileChanged]]:
    """While entered, code of this role runs; afterwards the list holds what it changed of the team's files.

    Without this, a program that writes its own data would look like somebody who edits files by hand.
    """
    before = await _versions(desk)
    traces: list[FileChanged] = []
    with desk.hands.run_of(role, reaction):
        yield traces
    for path, text in (await _versions(desk)).items():
        if text != before.get(path):
            traces.append(_trace(role, reaction, path, text))


async def _versions(desk: Desk) -> dict[str, str | None]:
    known = islice(desk.log.state.files, MOST_FILES)
    return {path: await desk.workspace.read(path) for path in tuple(known)}


def _trace(role: RoleName, reaction: ReactionId | None, path: str, text: str | None) -> FileChanged:
    size_bytes = len((text or "").encode("utf-8", "surrogatepass"))
    change = FileChange(path=path, change="deleted" if text is None else "modified", size_bytes=size_bytes)
    return FileChanged(role=role, reaction=reaction, file=change, digest=text_digest(text), ran=True)
