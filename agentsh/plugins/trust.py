"""Which plugins of projects the user has looked at: by path and content, kept where no project can write it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from agentsh.core.errors import FileError
from agentsh.core.model import Frozen
from agentsh.library.kept import keep
from agentsh.plugins.sources import PluginFile

Standing = Literal["trusted", "changed", "unknown"]
"""changed: it was trusted, but other bytes of it."""


class _Kept(Frozen):
    """The file. Stored: never rename a field."""

    trusted: dict[str, str] = {}
    """Path → sha256."""


class Trust:
    """What is trusted, in one file of the user's config folder."""

    def __init__(self, path: Path) -> None:
        """Read it. Raises FileError when it holds something else."""
        self.path = path
        self._trusted = dict(_read(path).trusted)

    def standing(self, file: PluginFile) -> Standing:
        """Return whether these very bytes may run."""
        if file.own:
            return "trusted"
        known = self._trusted.get(str(file.path))
        if known is None:
            return "unknown"
        return "trusted" if known == file.digest else "changed"

    def give(self, files: Iterable[PluginFile]) -> None:
        """Trust these files as they were read. Raises UsageError when that cannot be kept."""
        self._trusted.update({str(file.path): file.digest for file in files})
        self._write()

    def take(self, files: Iterable[PluginFile]) -> None:
        """Trust these no more. Raises UsageError when that cannot be kept."""
        for file in files:
            self._trusted.pop(str(file.path), None)
        self._write()

    def _write(self) -> None:
        keep(self.path, _Kept(trusted=dict(sorted(self._trusted.items()))).model_dump_json(indent=2))


def _read(path: Path) -> _Kept:
    try:
        return _Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _Kept()
    except (OSError, ValidationError):
        hint = "No plugin of a project runs. Take the file away, then: agentsh plugins trust"
        raise FileError(str(path), None, "this does not say what is trusted", hint=hint) from None
