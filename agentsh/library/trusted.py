"""What of other people's the user has looked at: by path and content, kept where no project can write it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from agentsh.core.errors import FileError
from agentsh.core.model import Frozen
from agentsh.library.kept import keep
from agentsh.library.plain_file import read_plain

Standing = Literal["trusted", "changed", "unknown"]
"""changed: it was trusted, but other content of it."""


class _Kept(Frozen):
    """The file. Stored: never rename a field."""

    trusted: dict[str, str] = {}
    """Path → digest."""


class Trusted:
    """Paths with the digests that were agreed to, in one file of the user's config folder."""

    def __init__(self, path: Path, *, hint: str) -> None:
        """Read it. Raises FileError with `hint` when it holds something else."""
        self.path = path
        self._trusted = dict(_read(path, hint).trusted)

    def standing(self, path: Path, digest: str) -> Standing:
        """Return whether this very content was agreed to."""
        known = self._trusted.get(str(path))
        if known is None:
            return "unknown"
        return "trusted" if known == digest else "changed"

    def give(self, digests: Mapping[Path, str]) -> None:
        """Trust these as they are. Raises UsageError when that cannot be kept."""
        self._trusted.update({str(path): digest for path, digest in digests.items()})
        self._write()

    def take(self, paths: Iterable[Path]) -> None:
        """Trust these no more. Raises UsageError when that cannot be kept."""
        for path in paths:
            self._trusted.pop(str(path), None)
        self._write()

    def _write(self) -> None:
        keep(self.path, _Kept(trusted=dict(sorted(self._trusted.items()))).model_dump_json(indent=2))


def _read(path: Path, hint: str) -> _Kept:
    try:
        return _Kept.model_validate_json(read_plain(path))
    except FileNotFoundError:
        return _Kept()
    except ValidationError:
        raise FileError(str(path), None, "this does not say what is trusted", hint=hint) from None
