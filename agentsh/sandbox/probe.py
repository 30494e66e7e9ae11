"""Measures a sandbox: runs small real attacks in it, and says which were stopped."""

import asyncio
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from agentsh.core.code import Command, Limits
from agentsh.core.errors import SandboxUnavailable
from agentsh.core.model import Frozen
from agentsh.ports import Sandbox
from agentsh.sandbox.attacks import PROBED
from agentsh.sandbox.environment import clean_environment
from agentsh.sandbox.view import View

_LIMITS: Final = Limits(wall_s=15.0, cpu_s=5, memory_bytes=1 << 30, file_bytes=1 << 16, processes=16)
_START_TIME: Final = 19
_PREFIX: Final = "agentsh-probe-"
_LONGEST_FOLDER_BYTES: Final = 107 - len(f"/{_PREFIX}12345678/outside/socket")
"""A unix socket's address has room for 107 bytes; no further than that from the folder for temporary files."""
_GIVEN: Final = frozenset(clean_environment(Path("/"), "/", {})) | {"PWD"}
"""Variables that every run has."""
_LISTEN: Final = {
    "tcp": (socket.AF_INET, socket.SOCK_STREAM),
    "udp": (socket.AF_INET, socket.SOCK_DGRAM),
    "path socket": (socket.AF_UNIX, socket.SOCK_STREAM),
    "abstract socket": (socket.AF_UNIX, socket.SOCK_STREAM),
}

_FORK_BOMB: Final = """
import os, time
try:
    for _ in range(100):
        if os.fork() == 0:
            time.sleep(4)
            os._exit(0)
except OSError:
    print("held")
    os._exit(0)
time.sleep(3)
print("leaked")
"""
"""More processes than allowed. It waits before it tells, so that what watches has its chance, on a busy machine too."""


class Findings(Frozen):
    """What the attacks came to."""

    holds: tuple[str, ...]
    leaks: tuple[str, ...]


async def probe(build: Callable[[View], Sandbox]) -> Findings:
    """Attack the sandbox that `build` makes for a workspace of the probe's own; takes about 0.1 s.

    Raises:
        SandboxUnavailable: it cannot be set up on this machine, or its Python does not run in it.
    """
    place = _place()
    try:
        workspace, outside = _lay_out(place)
        with Ears(outside) as ears:
            sandbox = build(View(workspace))
            async with asyncio.TaskGroup() as group:
                said = group.create_task(_intrude(sandbox, _told(outside, ears)), name="probe-intruder")
                crowd = group.create_task(_crowd(sandbox), name="probe-crowd")
            leaked = said.result() | crowd.result() | ears.heard()
        return Findings(
            holds=tuple(name for name in PROBED if name not in leaked),
            leaks=tuple(name for name in PROBED if name in leaked),
        )
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _place() -> Path:
    """Make a folder of the probe's own, under a path that is short enough for a socket's address."""
    usual = tempfile.gettempdir()
    short = len(os.fsencode(usual)) <= _LONGEST_FOLDER_BYTES
    try:
        return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=usual if short else "/tmp"))  # noqa: S108  0700, and a new name
    except OSError as error:
        raise SandboxUnavailable(f"there is no room to try it: {error}", hint="Make room in /tmp.") from error


def _lay_out(place: Path) -> tuple[Path, Path]:
    """Make a workspace with something to protect, and a folder outside with something to reach; return both."""
    workspace, outside = place.resolve() / "workspace", place.resolve() / "outside"
    (workspace / ".git" / "hooks").mkdir(parents=True)
    outside.mkdir()
    for name in ("secret", "victim"):
        (outside / name).write_text("private")
        (outside / name).chmod(0o600)
    return workspace, outside


def _told(outside: Path, ears: "Ears") -> dict[str, str]:
    """Return what the intruder is told about the world outside."""
    return {
        **ears.addresses(),
        "secret": str(outside / "secret"),
        "victim": str(outside / "victim"),
        "outside": str(outside),
        "pid": str(os.getpid()),
        "started": Path("/proc/self/stat").read_text().rpartition(")")[2].split()[_START_TIME],
        "variable": next((name for name in os.environ if name not in _GIVEN), "-"),
        "file_bytes": str(_LIMITS.file_bytes),
    }


async def _intrude(sandbox: Sandbox, told: dict[str, str]) -> set[str]:
    """Run the intruder; return the attacks that it says got through."""
    stdin = "".join(f"{name}={value}\n" for name, value in told.items())
    argv = ("python", "-I", "-S", "-c", _intruder())
    result = await sandbox.run(Command(argv=argv, stdin=stdin, limits=_LIMITS))
    lines = result.stdout.splitlines()
    if not result.ok or len(lines) < len(PROBED) - 1:
        last = result.stderr.strip().rpartition("\n")[2] or f"it was ended by {result.ended_by}"
        raise SandboxUnavailable(f"Python does not run in the sandbox: {last}")
    return {line.removeprefix("leaked ") for line in lines if line.startswith("leaked ")}


async def _crowd(sandbox: Sandbox) -> set[str]:
    result = await sandbox.run(Command(argv=("python", "-I", "-S", "-c", _FORK_BOMB), limits=_LIMITS))
    return {"fork bomb"} if "leaked" in result.stdout else set()


@cache
def _intruder() -> str:
    return Path(__file__).with_name("intruder.py").read_text(encoding="utf-8")


class Ears:
    """Four sockets outside the sandbox, and whether anything reached them."""

    def __init__(self, folder: Path) -> None:
        self._path = str(folder / "socket")
        self._name = f"agentsh-{secrets.token_hex(8)}"
        self._sockets: dict[str, socket.socket] = {}

    def __enter__(self) -> "Ears":
        places = {"path socket": self._path, "abstract socket": f"\0{self._name}"}
        for name, (family, kind) in _LISTEN.items():
            ear = self._sockets[name] = socket.socket(family, kind)
            ear.setblocking(False)
            ear.bind(places.get(name, ("127.0.0.1", 0)))
            if kind == socket.SOCK_STREAM:
                ear.listen()
        return self

    def __exit__(self, *_: object) -> None:
        for ear in self._sockets.values():
            ear.close()

    def addresses(self) -> dict[str, str]:
        """Return where they are, by the names that the intruder knows."""
        ports = {name: str(self._sockets[name].getsockname()[1]) for name in ("tcp", "udp")}
        return {**ports, "path": self._path, "abstract": self._name}

    def heard(self) -> set[str]:
        """Return the names of the attacks that came through."""
        return {name for name, ear in self._sockets.items() if _reached(ear)}


def _reached(ear: socket.socket) -> bool:
    try:
        if ear.type == socket.SOCK_DGRAM:
            return bool(ear.recv(1))
        client, _ = ear.accept()
    except BlockingIOError:
        return False
    client.close()
    return True
