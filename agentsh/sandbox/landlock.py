"""Landlock: which paths a process may use from now on, expressed as rules for the launcher to apply.

Source: linux/landlock.h, ABI 1 (5.13) to 7 (6.15). What an older ABI cannot do is told in the sandbox's leaks.
"""

import ctypes
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

_CREATE_RULESET: Final = 444
_VERSION: Final = 1  # LANDLOCK_CREATE_RULESET_VERSION

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SOCK, _MAKE_FIFO, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15
_HANDLED_BY_ABI: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_BIND_AND_CONNECT_TCP: Final = 3
_ABSTRACT_SOCKETS_AND_SIGNALS: Final = 3

READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
WRITE: Final = (
    READ
    | _WRITE_FILE
    | _TRUNCATE
    | _REFER
    | (_REMOVE_DIR | _REMOVE_FILE)
    | (_MAKE_DIR | _MAKE_REG | _MAKE_SOCK | _MAKE_FIFO | _MAKE_SYM)
)
DEVICE: Final = _READ_FILE | _WRITE_FILE | _TRUNCATE
_OF_A_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
"""The rights that a rule on something other than a folder may carry."""

NETWORK_ABI: Final = 4
SCOPE_ABI: Final = 6


@cache
def abi() -> int:
    """Return the version that the kernel offers, 0 when there is none or it is off."""
    kernel = ctypes.CDLL(None, use_errno=True)
    return max(0, int(kernel.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION))))


def handled(version: int, *, network: bool) -> tuple[int, int, int]:
    """Return what is refused unless a rule grants it: rights on files, on TCP, and scopes."""
    files = _HANDLED_BY_ABI[min(version, max(_HANDLED_BY_ABI))]
    tcp = _BIND_AND_CONNECT_TCP if version >= NETWORK_ABI and not network else 0
    scopes = _ABSTRACT_SOCKETS_AND_SIGNALS if version >= SCOPE_ABI else 0
    return files, tcp, scopes


def rules(version: int, grants: Iterable[tuple[Path, int]]) -> list[tuple[str, int]]:
    """Return (path, rights) pairs cut to what this ABI knows and what the kind of file may have.

    Paths that are not there are left out: there is nothing to grant.
    """
    files, _, _ = handled(version, network=False)
    cut = []
    for path, rights in grants:
        if path.exists():
            cut.append((str(path), rights & files & (-1 if path.is_dir() else _OF_A_FILE)))
    return cut
