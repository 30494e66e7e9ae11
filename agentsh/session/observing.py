"""Sees files change by hand while a team works: each change becomes an event, and word of it for who wrote the file."""

import difflib
from posixpath import normpath

from agentsh.core import events as e
from agentsh.core.errors import AgentshError
from agentsh.core.files import FileChange
from agentsh.core.ids import BOSS, EDITED_BY_HAND, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.engine.desk import Desk
from agentsh.engine.hands import text_digest
from agentsh.ports import Watcher

MOST_BASELINE_FILES = 2_000
"""Of a larger workspace no first versions are kept: a change is known by what comes after it."""
MOST_DIFF_LINES = 60


class Observer:
    """Follows one workspace for one session."""

    def __init__(self, desk: Desk, watcher: Watcher) -> None:
        self._desk = desk
        self._watcher = watcher
        self._texts: dict[str, str] = {}
        """Versions that are known, by path: what a change is told from."""

    async def run(self) -> None:
        """Look until cancelled. A workspace that cannot be watched is told once, and the session goes on without."""
        try:
            await self._remember()
            async for paths in self._watcher.changes():
                await self.look_at(paths)
        except (OSError, AgentshError) as error:
            await self._desk.log.append(e.Noticed(message=f"files changed by hand are not noticed any more: {error}"))

    async def look_at(self, paths: tuple[str, ...]) -> None:
        """Tell of those that really changed, and not by the team's own writing."""
        listed = {entry.path for entry in await self._desk.workspace.files()}
        told: list[e.Event] = []
        edited: list[tuple[str, str | None, str | None]] = []
        for path in paths:
            if path not in listed and path not in self._texts and path not in self._desk.log.state.files:
                continue
            text = await self._desk.workspace.read(path) if path in listed else None
            if text is None and path in listed:
                continue  # no text: there is nothing to tell, and no role reads it
            old = self._texts.get(path)
            if not self._is_news(path, text):
                self._keep(path, text)
                continue
            self._keep(path, text)
            runner = self._desk.hands.runner()
            is_new = old is None and path not in self._desk.log.state.files
            told.append(_event(path, old, text, is_new=is_new, runner=runner))
            if runner is None:
                edited.append((path, old, text))
        if told:
            await self._desk.log.append(*told, *self._words(edited))

    def _is_news(self, path: str, text: str | None) -> bool:
        if self._desk.hands.is_expected(path, text):
            return False
        known = self._desk.log.state.files.get(path)
        if known is not None and known.digest:
            return known.digest != text_digest(text)
        return self._texts.get(path) != text

    def _words(self, edited: list[tuple[str, str | None, str | None]]) -> list[e.Event]:
        """Return a message for each file, to whoever wrote it last, or to the whole team."""
        state = self._desk.log.state
        words: list[e.Event] = []
        for number, (path, old, text) in enumerate(edited, 1):
            known = state.files.get(path)
            team = tuple(name for name, role in state.roles.items() if not role.fired)
            reader = (known.role,) if known is not None and known.role in team else team
            said = Message(
                id=MessageId(f"{BOSS}:edit:{state.seq}:{number}"),
                content=_told(path, old, text),
                cause_by=EDITED_BY_HAND,
                sent_from=BOSS,
                send_to=reader,
            )
            words.append(e.MessagePublished(message=said))
        return words

    async def _remember(self) -> None:
        entries = await self._desk.workspace.files()
        for entry in entries[:MOST_BASELINE_FILES]:
            self._keep(entry.path, await self._desk.workspace.read(entry.path))

    def _keep(self, path: str, text: str | None) -> None:
        if text is None:
            self._texts.pop(path, None)
        else:
            self._texts[normpath(path)] = text


def _event(
    path: str,
    old: str | None,
    text: str | None,
    *,
    is_new: bool,
    runner: tuple[RoleName, ReactionId | None] | None,
) -> e.FileChanged:
    before, after = (old or "").splitlines(), (text or "").splitlines()
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]
    change = FileChange(
        path=path,
        change="deleted" if text is None else "added" if is_new else "modified",
        added_lines=sum(line.startswith("+") for line in lines),
        removed_lines=sum(line.startswith("-") for line in lines),
        size_bytes=len((text or "").encode("utf-8", "surrogatepass")),
    )
    role, reaction = runner or (BOSS, None)
    return e.FileChanged(role=role, reaction=reaction, file=change, digest=text_digest(text), ran=runner is not None)


def _told(path: str, old: str | None, text: str | None) -> str:
    if text is None:
        return f"I removed `{path}` by hand."
    lines = list(difflib.unified_diff((old or "").splitlines(), text.splitlines(), path, path, lineterm=""))
    shown = "\n".join(lines[:MOST_DIFF_LINES])
    more = f"\n… {len(lines) - MOST_DIFF_LINES} more lines" if len(lines) > MOST_DIFF_LINES else ""
    return f"I changed `{path}` by hand:\n\n```diff\n{shown}{more}\n```"
