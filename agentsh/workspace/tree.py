"""Files under one folder, reached name by name through descriptors: no symlink is followed, a write is whole or not."""

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from agentsh.core.errors import UnsafePath
from agentsh.workspace.paths import TEMP_PREFIX, refuse

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_PLAIN = frozenset({errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.ENXIO, errno.EMLINK})
"""What opening says when a symlink, a file in place of a folder, or a socket is in the way."""


class Found(NamedTuple):
    """Something in the tree."""

    path: str
    stat: os.stat_result


class Tree:
    """The files under `root`. Paths are relative, checked ones; everything blocks, so call it from a worker thread."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str, *, limit_bytes: int = -1) -> tuple[bytes, os.stat_result] | None:
        """Return a plain file's bytes (the first `limit_bytes`) and its stat; None: not there. Raises UnsafePath."""
        try:
            with self._parent(path) as (folder, name), _opened(name, _READ, folder) as descriptor:
                found = os.fstat(descriptor)
                if not stat.S_ISREG(found.st_mode):
                    raise refuse(path, "it is not a plain file")
                with os.fdopen(descriptor, "rb", closefd=False) as file:
                    return file.read(limit_bytes), found
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unsafe(path, error) from error

    def stat(self, path: str) -> os.stat_result | None:
        """Return what is at `path`, not followed; None when nothing is. Raises UnsafePath for its folders."""
        try:
            with self._parent(path) as (folder, name):
                return os.stat(name, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unsafe(path, error) from error

    def write(self, path: str, data: bytes, mode: int = FILE_MODE, *, durable: bool = True) -> None:
        """Put `data` at `path`: a reader sees the old file or the new one, when `durable` also after a power cut.

        Raises:
            UnsafePath: a symlink or something else than a folder is on the way there.
        """
        try:
            with self._parent(path, make=True) as (folder, name):
                _replace(folder, name, data, mode, durable=durable)
        except OSError as error:
            raise _unsafe(path, error) from error

    def delete(self, path: str) -> None:
        """Remove the file at `path`, and folders that it leaves empty. Nothing there is fine. Raises UnsafePath."""
        try:
            with suppress(FileNotFoundError), self._parent(path) as (folder, name):
                os.unlink(name, dir_fd=folder)
                os.fsync(folder)
        except OSError as error:
            raise _unsafe(path, error) from error
        with suppress(OSError):
            self._remove_empty(path)

    def make_folder(self, path: str) -> None:
        """Make the folder at `path` and those that it is in. Raises UnsafePath."""
        try:
            with self._walk(path.split("/"), make=True):
                pass
        except OSError as error:
            raise _unsafe(path, error) from error

    def scan(self, path: str = "") -> list[Found]:
        """Return what is directly in a folder, sorted, symlinks not followed; paths are relative to the root.

        Raises:
            OSError: it is not there, a symlink is on the way to it, or it may not be read.
        """
        prefix = f"{path}/" if path else ""
        with self.folder(path) as descriptor, os.scandir(descriptor) as entries:
            return sorted(Found(prefix + entry.name, entry.stat(follow_symlinks=False)) for entry in entries)

    @contextmanager
    def folder(self, path: str = "") -> Iterator[int]:
        """Open the folder at `path` ("" is the root) without following a symlink."""
        with self._walk(path.split("/") if path else [], make=False) as descriptor:
            yield descriptor

    def _remove_empty(self, path: str) -> None:
        names = path.split("/")[:-1]
        while names:
            with self._walk(names[:-1], make=False) as folder:
                os.rmdir(names[-1], dir_fd=folder)
            names.pop()

    @contextmanager
    def _parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder that `path` is in; give it with the file's name."""
        *folders, name = path.split("/")
        with self._walk(folders, make=make) as descriptor:
            yield descriptor, name

    @contextmanager
    def _walk(self, names: list[str], *, make: bool) -> Iterator[int]:
        """Open folder after folder. Each is opened relative to the one before: nothing can be swapped in between."""
        descriptor = os.open(self.root, _FOLDER)
        try:
            for name in names:
                if make:
                    _make_folder(name, descriptor)
                inner = os.open(name, _FOLDER, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)


def temp_name() -> str:
    """Return a new name for something under way; it tells which process is at it."""
    return f"{TEMP_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"


@contextmanager
def _opened(name: str, flags: int, folder: int, mode: int = 0) -> Iterator[int]:
    descriptor = os.open(name, flags, mode, dir_fd=folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _make_folder(name: str, parent: int) -> None:
    with suppress(FileExistsError):
        os.mkdir(name, FOLDER_MODE, dir_fd=parent)
        os.fsync(parent)


def _replace(folder: int, name: str, data: bytes, mode: int, *, durable: bool) -> None:
    """Write a file beside, and rename it over `name`: a symlink there is replaced, not followed."""
    temp = temp_name()
    try:
        with _opened(temp, _CREATE, folder, mode) as descriptor:
            _write_all(descriptor, data)
            os.fchmod(descriptor, mode)
            if durable:
                os.fsync(descriptor)
        os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(OSError):
            os.unlink(temp, dir_fd=folder)
        raise
    if durable:
        os.fsync(folder)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _unsafe(path: str, error: OSError) -> UnsafePath | OSError:
    """Return what an error of the system means: something is in the way (UnsafePath), or the disk has trouble."""
    if error.errno in _NOT_PLAIN:
        return refuse(path, "a symlink, or something else than a folder or plain file, is on the way to it")
    return error
