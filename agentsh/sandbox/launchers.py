"""Keeps a launcher ready: the start of its Python, which costs more than all else in a run, is over by then."""

import array
import asyncio
import marshal
import socket
import subprocess
import weakref
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.environment import base_interpreter

_START: Final = """
import marshal, sys
with open(int(sys.argv[1]), 'rb') as code:
    exec(marshal.load(code))
main(int(sys.argv[2]))
"""
"""What the bare Python is told: define the launcher, then do with it what comes on the channel."""
_LEAVES_WITHIN_S: Final = 5.0
_MOMENT_S: Final = 0.005


@dataclass(frozen=True)
class Launcher:
    """A process that waits to be told what to start. It ends when the channel is closed, whatever it is doing."""

    process: subprocess.Popen[bytes]
    channel: socket.socket

    def tell(self, task: int, stdio: tuple[int, int, int]) -> None:
        """Let it start what stands in the descriptor `task`; raises OSError when it has ended meanwhile."""
        passed = array.array("i", (task, *stdio))
        self.channel.sendmsg([b"\0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, passed)])

    def dismiss(self) -> None:
        """Let it go without a task."""
        self.channel.close()
        try:
            self.process.wait(_LEAVES_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Launchers:
    """All launchers of a process, one of which waits."""

    def __init__(self) -> None:
        self._waiting: list[Launcher] = []
        weakref.finalize(self, _dismiss, self._waiting)

    def take(self) -> Launcher:
        """Return one that waits; raises OSError when none can be started."""
        while self._waiting:
            launcher = self._waiting.pop()
            if launcher.process.poll() is None:
                return launcher
            launcher.channel.close()
        return _start()

    def prepare(self) -> None:
        """Have one ready for the next run, a moment from now: what waits for the last run's result goes first."""
        asyncio.get_running_loop().call_later(_MOMENT_S, self._prepare)

    def _prepare(self) -> None:
        if not self._waiting:
            try:
                self._waiting.append(_start())
            except OSError:
                return  # the next run tries again, and says why


def _start() -> Launcher:
    ours, its = socket.socketpair()
    with Descriptors() as fds, its:
        code = fds.memory("launcher", _code())
        try:
            process = subprocess.Popen(
                [str(base_interpreter()), "-I", "-S", "-c", _START, str(code), str(its.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(code, its.fileno()),
                env={},
                cwd="/",
                start_new_session=True,
            )
        except OSError:
            ours.close()
            raise
    return Launcher(process, ours)


@cache
def _code() -> bytes:
    """Return the launcher compiled, which saves each start that time; the base Python has this one's version."""
    path = Path(__file__).with_name("launcher.py")
    return marshal.dumps(compile(path.read_bytes(), str(path), "exec"))


def _dismiss(launchers: list[Launcher]) -> None:
    while launchers:
        launchers.pop().dismiss()
