"""A person at a real terminal: types, and reads what stands there once escape sequences are taken out."""

import os
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pexpect

from tests.cli.process import DEADLINE_S
from tests.e2e.agent import Agent

ENTER = "\r"
CTRL_C, CTRL_D = "\x03", "\x04"
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][0-9A-B]|[=>78cM])")


class Sitting:
    """Reads as it comes."""

    def __init__(self, child: "pexpect.spawn[str]") -> None:
        self._child = child
        self.raw = ""
        self._read = 0
        """Characters of `text` that were looked for already."""

    @property
    def pid(self) -> int:
        """The process."""
        return self._child.pid

    @property
    def text(self) -> str:
        """All words so far."""
        return _SEQUENCE.sub("", self.raw).replace("\r", "")

    def types(self, line: str) -> None:
        """Type a line and Enter."""
        self._child.send(line + ENTER)

    def presses(self, key: str) -> None:
        """Press one key."""
        self._child.send(key)

    def sees(self, *words: str) -> None:
        """Wait until each of these was written, one after another, after what was seen before."""
        for wanted in words:
            deadline = time.monotonic() + DEADLINE_S
            while (at := self.text.find(wanted, self._read)) < 0:
                assert time.monotonic() < deadline, f"{wanted!r} never came after:\n{self.text[self._read :]}"
                assert self._more(), f"it ended before {wanted!r}:\n{self.text[self._read :]}"
            self._read = at + len(wanted)

    def ends(self) -> int:
        """Wait for the end; return the exit code."""
        deadline = time.monotonic() + DEADLINE_S
        while self._more():
            assert time.monotonic() < deadline, f"it does not end:\n{self.text[self._read :]}"
        self._child.close()
        assert self._child.exitstatus is not None, self._child.signalstatus
        return self._child.exitstatus

    def _more(self) -> bool:
        try:
            piece = self._child.read_nonblocking(1 << 16, timeout=1)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += piece
        return True


@contextmanager
def sitting(agent: Agent, *words: str, environ: Mapping[str, str] | None = None) -> Iterator[Sitting]:
    """Start agentsh at a terminal of 40 rows and 120 columns."""
    agent.root.mkdir(parents=True, exist_ok=True)
    program, *rest = agent.shell.command(*words)
    child = pexpect.spawn(
        program,
        rest,
        env={**agent.shell.environ(), "TERM": "xterm-256color", **(environ or {})},  # type: ignore[arg-type]
        cwd=os.fspath(agent.root),
        dimensions=(40, 120),
        timeout=DEADLINE_S,
        encoding="utf-8",
        echo=False,
    )
    child.delaybeforesend = None
    try:
        yield Sitting(child)
    finally:
        child.close(force=True)
