"""Where plugins come from: files of the project, files of the user's own, and installed packages."""

import hashlib
import re
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from agentsh.core.errors import FileError
from agentsh.library.plain_file import read_plain

PROJECT = "agentsh"
"""The group of entry points under which packages bring plugins, and the name of the hooks."""
_NAME = re.compile(r"[a-zA-Z]\w*")


@dataclass(frozen=True, slots=True)
class PluginFile:
    """A Python file as it was when it was read: what is trusted, and run, is these bytes.

    Attributes:
        name: its name without .py.
        path: absolute.
        source: its bytes.
        own: whether it lies in the user's own config folder, and so needs no trust.
    """

    name: str
    path: Path
    source: bytes
    own: bool = False

    @property
    def digest(self) -> str:
        """sha256 of the bytes, 64 hex digits."""
        return hashlib.sha256(self.source).hexdigest()


Source = PluginFile | EntryPoint | FileError
"""FileError: a file that cannot be read."""


def plugin_files(folder: Path, *, own: bool = False) -> list[PluginFile | FileError]:
    """Return the plugins that lie in a folder, by name; files whose name begins with `_` are none."""
    paths = sorted(path for path in folder.glob("*.py") if not path.name.startswith("_"))
    return [_read(path.absolute(), own) for path in paths]


def installed() -> list[EntryPoint]:
    """Return the plugins of installed packages: their entry points in the group `agentsh`."""
    return sorted(entry_points(group=PROJECT), key=lambda found: found.name)


def _read(path: Path, own: bool) -> PluginFile | FileError:
    if not _NAME.fullmatch(path.stem):
        return FileError(str(path), None, "this is no name of a plugin", hint="Use letters, digits and _")
    try:
        return PluginFile(path.stem, path, read_plain(path), own)
    except FileNotFoundError:
        return FileError(str(path), None, "there is no such file", hint="Take the link away.")
    except FileError as error:
        return error
