"""Which plugins of projects the user has looked at: by path and content, kept where no project can write it."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from agentsh.core.errors import FileError, UsageError
from agentsh.core.model import Frozen
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
        text = json.dumps(_Kept(trusted=dict(sorted(self._trusted.items()))).model_dump(), indent=2)
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(text + "\n", encoding="utf-8")
            fresh.chmod(0o600)
            fresh.replace(self.path)
        except OSError as error:
            raise UsageError(f"{str(self.path)!r} cannot be written: {error.strerror}") from error


def _read(path: Path) -> _Kept:
    try:
        return _Kept.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return _Kept()
    except (OSError, ValidationError):
        hint = "No plugin of a project runs. Take the file away, then: agentsh plugins trust"
        raise FileError(str(path), None, "this does not say what is trusted", hint=hint) from None
