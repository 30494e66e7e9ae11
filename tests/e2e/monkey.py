"""A monkey at the keyboard: a hundred random keys, clicks and pastes a second, the same ones for the same seed."""

import os
import random
import select
import time
from collections.abc import Callable, Sequence

import pexpect

from agentsh.commands.builtin import builtin
from tests.cli.process import DEADLINE_S
from tests.e2e.agent import Agent

RATE_PER_S = 100
CTRL_Q = "\x11"
LEAVING = ("quit", "editor", "config")
"""Commands that end the story, or wait for a program of the person's."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz ABCNY/#@!?.,0123456789äß你🙂"
_KEYS = (
    *("\r", "\r", "\t", "\x1b", "\x7f", "\n"),
    *("\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D", "\x1b[5~", "\x1b[6~", "\x1b[H", "\x1b[F", "\x1b[3~"),
    *("\x1bOP", "\x1b[15~", "\x1b[17~", "\x1b[20~", "\x1b[21~"),
    *("\x10", "\x12", "\x14", "\x15", "\x17", "\x0c", "\x1b1", "\x1b2", "\x1b3", "\x1b4", "\x1b5"),
    *("y", "A", "s", "n", "k", "d", "c", "j", "g", "G"),
)
_PASTES = ("two\nlines", "\x1b[31mred\x1b]52;c;aGk=\x07", "[bold]no markup[/]", "\u202etxet\u200b", "long " * 2_000)


class Monkey:
    """Plays with a terminal of so many columns and rows."""

    def __init__(self, seed: int, columns: int, rows: int) -> None:
        self._chance = random.Random(seed)
        self._columns, self._rows = columns, rows
        self._commands = [command.name for command in builtin() if command.name not in LEAVING]
        self._doings: Sequence[tuple[int, Callable[[], str]]] = (
            (50, lambda: self._chance.choice(_LETTERS)),
            (32, lambda: self._chance.choice(_KEYS)),
            (12, self._click),
            (2, self._paste),
            (4, self._command),
        )

    def does(self) -> str:
        """Return what it does next, as the terminal sends it."""
        weights = [weight for weight, _ in self._doings]
        return self._chance.choices([doing for _, doing in self._doings], weights)[0]()

    def _click(self) -> str:
        button = self._chance.choice((0, 0, 0, 2, 64, 65))
        where = f"{button};{self._chance.randint(1, self._columns)};{self._chance.randint(1, self._rows)}"
        return f"\x1b[<{where}M" + (f"\x1b[<{where}m" if button < 64 else "")

    def _paste(self) -> str:
        return f"\x1b[200~{self._chance.choice(_PASTES)}\x1b[201~"

    def _command(self) -> str:
        words = (self._chance.choice(self._commands), self._chance.choice(("", "engineer", "tester", "3", "x y")))
        return f"\x15/{' '.join(words).strip()}\r"


def plays(agent: Agent, monkey: Monkey, first: Sequence[str], again: Sequence[str], seconds: float) -> list[int]:
    """Let the monkey play for so long; return the exit codes, the last of which is that of being told to leave.

    Args:
        agent: where it plays.
        monkey: who plays.
        first: words of the command that begins.
        again: words of the one that goes on, where the monkey has left.
        seconds: for how long.
    """
    codes: list[int] = []
    end = time.monotonic() + seconds
    child = _started(agent, first)
    try:
        while time.monotonic() < end:
            _tick(child, monkey)
            if not child.isalive():
                codes.append(_code(child))
                child = _started(agent, again)
        codes.append(_left(child))
    finally:
        child.close(force=True)
    return codes


def _started(agent: Agent, words: Sequence[str]) -> "pexpect.spawn[bytes]":
    """Start agentsh at a terminal and wait until it has drawn something."""
    program, *rest = agent.shell.command(*words)
    environ = {**agent.shell.environ(), "TERM": "xterm-256color", "EDITOR": "true", "LANG": "C.UTF-8"}
    child = pexpect.spawn(program, rest, env=environ, cwd=os.fspath(agent.root), dimensions=(40, 120), echo=False)  # type: ignore[arg-type]
    child.delaybeforesend = None
    child.expect(rb"What is to be made\?|RUNNING|IDLE|FINISHED|WAITING|PAUSED|FAILED|no session", timeout=DEADLINE_S)
    return child


def _tick(child: "pexpect.spawn[bytes]", monkey: Monkey) -> None:
    """Do one thing, and read what is drawn until the next is due."""
    due = time.monotonic() + 1 / RATE_PER_S
    sent = monkey.does().encode()
    while sent and _waits(child, due, writing=True):
        sent = sent[os.write(child.child_fd, sent[:1024]) :]
    while _waits(child, due, writing=False):
        pass


def _waits(child: "pexpect.spawn[bytes]", due: float, *, writing: bool) -> bool:
    """Read what has come; return whether there was something, or, when writing, whether something may be written."""
    try:
        left_s = DEADLINE_S if writing else max(0.0, due - time.monotonic())
        readable, writable, _ = select.select([child.child_fd], [child.child_fd] if writing else [], [], left_s)
        if readable:
            os.read(child.child_fd, 1 << 16)
    except OSError:
        return False
    return bool(writable) if writing else bool(readable)


def _left(child: "pexpect.spawn[bytes]") -> int:
    """Tell it to leave, as whoever closes a terminal does; return its exit code."""
    child.kill(15)
    child.expect(pexpect.EOF, timeout=DEADLINE_S)
    return _code(child)


def _code(child: "pexpect.spawn[bytes]") -> int:
    child.close()
    return child.exitstatus if child.exitstatus is not None else -(child.signalstatus or 0)
