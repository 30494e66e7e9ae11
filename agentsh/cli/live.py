"""The live view on stderr: told lines above, the board below, drawn anew when asked to."""

import time
from collections.abc import Callable

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from agentsh.cli.board import Board, RoleLine
from agentsh.core.events import Delta, Recorded
from agentsh.core.terminal import one_line
from agentsh.session.narration import duration, line_of, model_words

STREAM_LINES = 4
_MARKS = {"works": "▶", "failed": "!", "idle": " "}
_STYLES = {"works": "bold", "failed": "red", "idle": "dim"}


class LiveView:
    """Shows a session while it runs. Text from outside never becomes markup: all of it is plain Text."""

    def __init__(
        self, board: Board, console: Console | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._console = console or Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._clock = clock
        self._board = board
        self._began = self._drawn = clock()
        self._dirty = True
        self._told: list[str] = []
        self._live = Live(console=self._console, auto_refresh=False, transient=True, redirect_stdout=False)

    def open(self) -> None:
        """Begin, or go on after `close`, to draw."""
        self._live.start()
        self._dirty = True

    def close(self) -> None:
        """Wipe the view; what was told above it stays."""
        self._tell()
        self._live.stop()

    def event(self, recorded: Recorded) -> None:
        """Take an event in; one that means something is told above the view with the next drawing."""
        self._board.see(recorded, self._clock())
        self._dirty = True
        if (line := line_of(recorded)) is not None:
            self._told.append(line)

    def delta(self, delta: Delta) -> None:
        """Take a piece of a generation in."""
        self._board.hear(delta, self._clock())
        self._dirty = True

    def draw(self) -> None:
        """Draw when there is something new, and each second for the clocks."""
        now = self._clock()
        if self._live.is_started and (self._dirty or now - self._drawn >= 1.0):
            self._dirty, self._drawn = False, now
            self._live.update(self.frame(), refresh=not self._told)
            self._tell()

    def _tell(self) -> None:
        """Print what is to be told; the view is drawn below it in the same go."""
        if self._told:
            self._console.print(Text("\n".join(self._told)), soft_wrap=True)
            self._told.clear()

    def frame(self) -> Group:
        """Return the view as of now, at most as high as half the terminal."""
        now = self._clock()
        rows = [_role_row(name, line, now) for name, line in self._board.roles.items()]
        room = max(3, self._console.height // 2 - STREAM_LINES - 2)
        rows = rows if len(rows) <= room else _busiest(rows, self._board, room)
        stream = [_cut(Text(f"  │ {line}", style="cyan")) for line in self._board.tail(STREAM_LINES)]
        return Group(_cut(self._head()), *rows, *stream, _cut(self._foot(now)))

    def _head(self) -> Text:
        facts = self._board.facts
        if facts is None:
            return Text("agentsh · opening …")
        state = ["PAUSED"] if self._board.paused else []
        return Text(" · ".join([*state, facts.session, facts.team.team.name, model_words(facts)]), style="bold")

    def _foot(self, now: float) -> Text:
        usage, budget = self._board.usage, self._board.budget
        tokens = f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens"
        elapsed = duration(now - self._began)
        parts = [
            elapsed if budget.max_seconds is None else f"{elapsed} of {duration(budget.max_seconds)}",
            tokens if budget.max_tokens is None else f"{tokens} of {budget.max_tokens:,}",
        ]
        if (rate := self._board.tokens_per_second(now)) > 0:
            parts.append(f"{rate:.0f} tok/s")
        return Text(" · ".join(parts), style="dim")


def _role_row(name: str, line: RoleLine, now: float) -> Text:
    doing = " · ".join(part for part in (line.action, line.doing) if part) or line.state
    elapsed = duration(now - line.since) if line.state == "works" else ""
    text = f"{_MARKS.get(line.state, ' ')} {one_line(name, 24):<24} {one_line(doing, 60):<40} {elapsed}"
    return _cut(Text(text, style=_STYLES.get(line.state, "")))


def _busiest(rows: list[Text], board: Board, room: int) -> list[Text]:
    """Return the rows of who works, then of others, in the team's order, and how many are left out."""
    order = sorted(range(len(rows)), key=lambda at: [*board.roles.values()][at].state != "works")[: room - 1]
    return [*(rows[at] for at in sorted(order)), Text(f"  … and {len(rows) - len(order)} more", style="dim")]


def _cut(text: Text) -> Text:
    text.no_wrap = True
    text.overflow = "ellipsis"
    return text
