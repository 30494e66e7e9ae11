"""A terminal on paper: everything that would reach it is kept, and keys are typed by a test."""

import asyncio
import io
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.color_depth import ColorDepth

from agentsh.commands.history import History
from agentsh.repl.screen import SIGN, Screen
from agentsh.repl.terminal import Below
from tests.repl.room import DEADLINE_S, Open, Roles, shell_on

ENTER = "\r"
CTRL_C, CTRL_D, CTRL_G, CTRL_J, CTRL_R = "\x03", "\x04", "\x07", "\x0a", "\x12"
F5, F6, F10 = "\x1b[15~", "\x1b[17~", "\x1b[21~"
UP, TAB = "\x1b[A", "\t"
_SEQUENCES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-B0-2]|\x1b[=>78]")


class Paper(Below):
    """Writes like a terminal of a known size."""

    def __init__(self, rows: int = 24, columns: int = 80) -> None:
        self.sheet = io.StringIO()
        super().__init__(
            self.sheet,
            lambda: Size(rows=rows, columns=columns),
            term="xterm",
            default_color_depth=ColorDepth.DEPTH_4_BIT,
        )

    @property
    def raw(self) -> str:
        """Everything that was written, escape sequences included."""
        return self.sheet.getvalue()

    @property
    def text(self) -> str:
        """The words that were written."""
        return _SEQUENCES.sub("", self.raw).replace("\r", "")


@dataclass
class Terminal:
    """A screen with somebody at its keys."""

    screen: Screen
    paper: Paper
    keys: PipeInput
    opened: Open

    def type(self, *keys: str) -> None:
        """Press these keys."""
        for text in keys:
            self.keys.send_text(text)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until this is true; looked at each time the loop has nothing else to do for a moment."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not condition():
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"it never came; drawn was:\n{self.paper.text}") from None

    async def sees(self, *words: str) -> None:
        """Wait until all of these were drawn."""
        await self.until(lambda: all(word in self.paper.text for word in words))

    async def holds(self, text: str) -> None:
        """Wait until this is what is typed."""
        await self.until(lambda: self.screen.line == text)


@asynccontextmanager
async def terminal(
    root: Path, roles: Roles, *, rows: int = 24, columns: int = 80, **more: object
) -> AsyncIterator[Terminal]:
    """Run the drawn line shell on paper."""
    with create_pipe_input() as keys:
        paper = Paper(rows, columns)
        screen = Screen(History(root / "history"), input=keys, output=paper)
        async with shell_on(screen, root, roles, **more) as opened:  # type: ignore[arg-type]
            found = Terminal(screen, paper, keys, opened)
            await found.sees(SIGN)
            yield found
