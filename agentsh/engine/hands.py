"""Which version of each file a role has seen, so that what somebody changed by hand is not overwritten unawares."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from posixpath import normpath

from agentsh.core.canonical import digest
from agentsh.core.ids import BOSS, ReactionId, RoleName
from agentsh.engine.state import FileState

SETTLES_S = 2.0
"""So long after a run its changes may still be reported."""


@dataclass(slots=True)
class Hands:
    """What this process knows of who looked at what. Lost with it: then only the journal's own versions count."""

    _seen: dict[tuple[RoleName, str], str] = field(default_factory=dict)
    _expected: dict[str, str] = field(default_factory=dict)
    _running: int = 0
    _ran: tuple[RoleName, ReactionId | None, float] | None = None

    def saw(self, role: RoleName, texts: Mapping[str, str | None]) -> None:
        """Note that a role has read, or written, these texts."""
        for path, text in texts.items():
            self._seen[role, normpath(path)] = text_digest(text)

    def expect(self, texts: Mapping[str, str | None]) -> None:
        """Note that the team is about to write these texts: seeing them on the disk is no news."""
        for path, text in texts.items():
            self._expected[normpath(path)] = text_digest(text)

    def is_expected(self, path: str, text: str | None) -> bool:
        """Return whether the team wrote this version."""
        return self._expected.get(path) == text_digest(text)

    @contextmanager
    def run_of(self, role: RoleName, reaction: ReactionId | None) -> Iterator[None]:
        """While code runs, and for a moment after, changes of files are its own."""
        self._running += 1
        self._ran = (role, reaction, time.monotonic())
        try:
            yield
        finally:
            self._running -= 1
            self._ran = (role, reaction, time.monotonic())

    def runner(self) -> tuple[RoleName, ReactionId | None] | None:
        """Return whose code may be what changes files just now."""
        if self._ran is None:
            return None
        role, reaction, at_s = self._ran
        return (role, reaction) if self._running or time.monotonic() - at_s < SETTLES_S else None

    def conflicts(
        self, role: RoleName, path: str, there: str | None, wanted: str | None, known: FileState | None
    ) -> bool:
        """Return whether writing `wanted` would overwrite a change by hand that the role has not seen.

        Args:
            role: who writes.
            path: the file.
            there: its text now; None: no file, or no text.
            wanted: what is to be written.
            known: its newest change in the journal; None: the team never touched it, so there is nothing to compare.
        """
        if known is None or not known.digest:
            return False
        now = text_digest(there)
        is_teams = now == known.digest and known.role != BOSS
        return not is_teams and now not in (text_digest(wanted), self._seen.get((role, normpath(path))))


def text_digest(text: str | None) -> str:
    """Return by what versions of a file are told apart; no file is a version too."""
    return digest("\0") if text is None else digest(text)
