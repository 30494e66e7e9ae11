"""A terminal of a given size, and what stands on it just now: agentsh in a tmux server of the test's own."""

import os
import re
import select
import shlex
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.process import DEADLINE_S
from tests.e2e.agent import Agent

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: apt install tmux")
NAMED_KEYS = {"enter": "Enter", "escape": "Escape", "tab": "Tab"}
GREY = {"0", "7", "8", "15", "16", "59", "102", "145", "188", "231"}
"""Of the 256 colours, beside those from 232 on."""
ENDED = "agentsh has ended with"


class Pane:
    """One terminal. Waiting ends as soon as something is drawn; nothing is waited for by the clock."""

    def __init__(self, socket: Path, written: int) -> None:
        self._socket = socket
        self._written = written
        """Descriptor on which everything comes that the program writes."""
        self.raw = ""
        """What it wrote, as far as it was waited for."""

    @property
    def text(self) -> str:
        """What stands there."""
        return tmux(self._socket, "capture-pane", "-p", "-t", "main")

    @property
    def title(self) -> str:
        """The terminal's title."""
        return tmux(self._socket, "display-message", "-p", "-t", "main", "#{pane_title}").strip()

    @property
    def colours(self) -> set[str]:
        """The codes of all colours that stand there, grey ones apart."""
        drawn = tmux(self._socket, "capture-pane", "-e", "-p", "-t", "main")
        return {code for code in re.findall(r"[34]8;5;(\d+)", drawn) if not 232 <= int(code) <= 255} - GREY

    def moves(self, key: str) -> None:
        """Press a key that takes the cursor elsewhere, and wait until it is there."""
        before = self._cursor
        self.presses(key)
        self.until(lambda _: self._cursor != before, f"the cursor that {key} moves")

    @property
    def _cursor(self) -> str:
        return tmux(self._socket, "display-message", "-p", "-t", "main", "#{cursor_x},#{cursor_y}")

    def presses(self, *keys: str) -> None:
        """Press keys, by their tmux names, such as `F6`, `C-p` or `y`."""
        tmux(self._socket, "send-keys", "-t", "main", *(NAMED_KEYS.get(key, key) for key in keys))

    def writes(self, text: str) -> None:
        """Press the keys of a text."""
        tmux(self._socket, "send-keys", "-t", "main", "-l", text)

    def types(self, line: str) -> None:
        """Press the keys of a line, and Enter."""
        self.writes(line)
        self.presses("enter")

    def sees(self, *words: str) -> str:
        """Wait until all of these stand there at once; return everything that does."""
        return self.until(lambda text: all(word in text for word in words), repr(words))

    def until(self, holds: Callable[[str], bool], what: str) -> str:
        """Wait until what stands there fits; return it."""
        deadline = time.monotonic() + DEADLINE_S
        while not holds(text := self.text):
            left_s = deadline - time.monotonic()
            assert self._drawn(left_s), f"{what} never came:\n{text}"
        return text

    def becomes(self, columns: int, rows: int) -> None:
        """Let the terminal have another size."""
        tmux(self._socket, "resize-window", "-t", "main", "-x", str(columns), "-y", str(rows))

    def kills(self) -> None:
        """End the program as whoever shuts a machine down does."""
        for program in self.programs:
            os.kill(program, signal.SIGTERM)

    @property
    def programs(self) -> list[int]:
        """Process ids of what was started here."""
        shell = tmux(self._socket, "display-message", "-p", "-t", "main", "#{pane_pid}").strip()
        return [int(child) for child in Path(f"/proc/{shell}/task/{shell}/children").read_text().split()]

    def ends(self) -> int:
        """Wait until agentsh has ended; return its exit code."""
        return int(self.sees(ENDED).rpartition(ENDED)[2].split()[0])

    def _drawn(self, most_s: float) -> bool:
        """Wait until the program writes something; False: it does not."""
        if not select.select([self._written], [], [], max(0.0, most_s))[0]:
            return False
        written = os.read(self._written, 1 << 20)
        self.raw += written.decode("utf-8", "replace")
        return bool(written)


def tmux(socket: Path, *words: str) -> str:
    """Return what a tmux command prints."""
    done = subprocess.run(
        ["tmux", "-S", str(socket), "-f", os.devnull, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done
    return done.stdout


@contextmanager
def pane(
    agent: Agent, *words: str, size: tuple[int, int] = (120, 40), environ: Mapping[str, str] | None = None
) -> Iterator[Pane]:
    """Start agentsh at a terminal of so many columns and rows."""
    agent.root.mkdir(parents=True, exist_ok=True)
    variables = {**agent.shell.environ(), "TERM": "tmux-256color", "LANG": "C.UTF-8", **(environ or {})}
    command = shlex.join(["env", "-i", *(f"{name}={value}" for name, value in variables.items())])
    program = shlex.join(agent.shell.command(*words))
    folder = Path(tempfile.mkdtemp(prefix="pane-", dir=agent.root))
    socket, written = folder / "tmux", folder / "written"
    os.mkfifo(written)
    descriptor = os.open(written, os.O_RDWR | os.O_NONBLOCK)
    columns, rows = (str(number) for number in size)
    keeps = f'{command} {program}; printf "\\n{ENDED} %d\\n" $?; exec cat'
    tmux(socket, "new-session", "-d", "-s", "main", "-x", columns, "-y", rows, "-c", str(agent.root), keeps)
    tmux(socket, "pipe-pane", "-t", "main", f"exec cat > {shlex.quote(str(written))}")
    try:
        yield Pane(socket, descriptor)
    finally:
        tmux(socket, "kill-server")
        os.close(descriptor)
