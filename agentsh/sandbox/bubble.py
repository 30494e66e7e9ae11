"""What a bubble looks like inside, as bubblewrap's options."""

import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from agentsh.core.code import Command
from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.environment import clean_environment, interpreter, resolve_argv
from agentsh.sandbox.view import SYSTEM, View, shown

HOME: Final = "/tmp"  # noqa: S108 (the bubble's own)
SHARED_MEMORY: Final = "/dev/shm"  # noqa: S108
_USER: Final = "1000"
"""Who model code is inside; outside it is who runs agentsh."""
_ANSWER_S: Final = 15.0
_COPIED_BYTES: Final = 128 << 10
"""Settings up to this size are copied: each mount costs a start a quarter of a millisecond."""
_COPIED_FILES: Final = 8
"""Most in a folder that is copied."""


@dataclass(frozen=True)
class Abilities:
    """What a version of bubblewrap can do beyond what all can."""

    sized: bool
    """Whether it can limit the size of a tmpfs (since 0.7)."""
    by_descriptor: bool
    """Whether it can bind what is open, so that a path cannot become a link in between (since 0.10, or mended)."""
    copies: bool
    """Whether it can make a file with the permissions that it is given (since 0.5)."""


def abilities(program: Path) -> Abilities:
    """Return what the bubblewrap at `program` can do; raises SandboxUnavailable when it does not start."""
    try:
        asked = subprocess.run(
            [str(program), "--help"], capture_output=True, env={}, timeout=_ANSWER_S, check=False, text=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise SandboxUnavailable(f"bubblewrap at {str(program)!r} does not start: {error}") from error
    return Abilities(
        sized="--size" in asked.stdout, by_descriptor="--ro-bind-fd" in asked.stdout, copies="--perms" in asked.stdout
    )


@dataclass(frozen=True)
class Bubble:
    """One command's surroundings."""

    view: View
    command: Command
    abilities: Abilities
    python: Path = field(init=False)
    """The interpreter that the command gets."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "python", interpreter(self.view.workspace))

    def argv(self) -> list[str]:
        """Return the program and its arguments."""
        return resolve_argv(self.command.argv, self.python)

    def options(self, fds: Descriptors) -> tuple[list[str], list[int]]:
        """Return bubblewrap's options, and the descriptors among `fds` that they name.

        Order matters: later mounts lie over earlier ones.

        Raises:
            UnsafePath: the command's folder is not in the workspace, or a protected path became a link.
        """
        kept = self.view.kept()
        # A folder that is a mount of its own cannot be renamed, with what is protected in it.
        anchored, anchors = self._bind("--bind", [] if self.command.read_only else self.view.anchors(kept), fds)
        protected, places = self._bind("--ro-bind", kept, fds)
        settings, copied = self._shown(fds)
        environment = clean_environment(self.python, HOME, self.command.env)
        return [
            *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--uid", _USER, "--gid", _USER, "--hostname", "sandbox"),
            *(["--share-net"] if self.command.network else []),
            *_system(),
            *("--proc", "/proc", "--dev", "/dev"),
            *self._tmpfs(SHARED_MEMORY),
            *self._tmpfs(HOME),
            *settings,
            *_binds("--ro-bind" if self.command.read_only else "--bind", [self.view.workspace]),
            *anchored,
            *protected,
            *("--remount-ro", "/dev", "--remount-ro", "/"),
            *("--chdir", str(self.view.folder(self.command.cwd))),
            *(part for name, value in environment.items() for part in ("--setenv", name, value)),
        ], anchors + places + copied

    def _tmpfs(self, path: str) -> list[str]:
        size = ["--size", str(max(1, self.command.limits.disk_bytes))] if self.abilities.sized else []
        return [*size, "--tmpfs", path]

    def _shown(self, fds: Descriptors) -> tuple[list[str], list[int]]:
        """Return options that show settings, small files as copies, and the descriptors that they name."""
        paths = shown(network=self.command.network)
        # The run's own limit on files holds already when they are copied.
        most = min(_COPIED_BYTES, self.command.limits.file_bytes) if self.abilities.copies else -1
        copies = {path: files for path in paths if (files := _files_of(path)) and max(map(_file_bytes, files)) <= most}
        small = [file for files in copies.values() for file in files]
        opened = [(path, fd) for path in small if (fd := fds.reading(path)) is not None]
        options = [part for path, fd in opened for part in ("--perms", "0444", "--file", str(fd), str(path))]
        bound = _binds("--ro-bind-try", [path for path in paths if path not in copies])
        return [*options, *bound], [fd for _, fd in opened]

    def _bind(self, option: str, paths: list[Path], fds: Descriptors) -> tuple[list[str], list[int]]:
        """Return options that bind what is at `paths` in the workspace, where another run may be at work."""
        if not self.abilities.by_descriptor:
            return list(_binds(option, paths)), []
        bound = [fds.place(path) for path in paths]
        pairs = zip(bound, paths, strict=True)
        return [part for fd, path in pairs for part in (f"{option}-fd", str(fd), str(path))], bound


@cache
def _system() -> tuple[str, ...]:
    """Return options that show the system's programs and libraries as they lay on this machine when first asked."""
    options: list[str] = []
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            options += ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            options += ("--ro-bind", str(path), str(path))
    return tuple(options)


@cache
def _file_bytes(path: Path) -> int:
    """Return the size of a file when first asked."""
    return path.stat().st_size


@cache
def _files_of(path: Path) -> tuple[Path, ...]:
    """Return what can be copied in the place of `path`: a file itself, a folder's few files; of others nothing."""
    try:
        found = [path] if path.is_file() else list(path.iterdir())
        return tuple(found) if len(found) <= _COPIED_FILES and all(file.is_file() for file in found) else ()
    except OSError:
        return ()


def _binds(option: str, paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        yield from (option, str(path), str(path))
