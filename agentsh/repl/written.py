"""A front that only writes lines: for pipes, dumb terminals and screen readers. Nothing is drawn twice."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from agentsh.commands.editor import edited
from agentsh.core.errors import ExitCode, UsageError
from agentsh.core.events import Recorded, StepFailed, StepFinished
from agentsh.repl.inbox import Matter
from agentsh.repl.lines import Line, line
from agentsh.repl.stay import Item
from agentsh.session.form import Ask
from agentsh.session.streams import Streams

if TYPE_CHECKING:
    from agentsh.repl.shell import Shell

GREETING = "Say what is to be made. /help lists the commands, /sessions opens a session, ctrl+d leaves."


class Lines(Protocol):
    """Where typed lines come from."""

    async def line(self) -> str | None:
        """Return the next line without its newline; None at the end of input."""


class Written:
    """Reads lines and writes lines.

    Args:
        lines: where typed lines come from.
        say: writes one line for the person; cleans it.
        patient: whether a person types. Without one each line waits until the team rests, and the end of the lines is
            the end of the shell, once the team rests.
        verbose: whether what roles write is shown while they write it.
    """

    whole = False

    def __init__(self, lines: Lines, say: Callable[[str], None], *, patient: bool, verbose: bool = False) -> None:
        self.patient = patient
        self.echoes = patient
        self._lines = lines
        self._say = say
        self._streams = Streams() if verbose else None
        self._shell: Shell | None = None
        self._asked: tuple[Matter, Ask | None] | None = None
        self._doing = ""
        self._closed = asyncio.Event()

    async def read(self, shell: "Shell") -> None:
        """Bring lines to the shell until they end or the person leaves."""
        self._shell = shell
        if self.patient and shell.idle:
            self._say(GREETING)
        self.changed()
        async with asyncio.TaskGroup() as tasks:
            closing = tasks.create_task(self._closed.wait(), name="closing")
            reading = tasks.create_task(self._read(shell), name="reading")
            await asyncio.wait((closing, reading), return_when=asyncio.FIRST_COMPLETED)
            closing.cancel()
            reading.cancel()

    def close(self) -> None:
        """End `read`, soon."""
        self._closed.set()

    def show(self, lines: Sequence[Line]) -> None:
        """Write lines."""
        for found in lines:
            self._say(found.text)

    def hear(self, item: Item) -> None:
        """Write what roles write, when that is wanted, in whole lines."""
        if self._streams is None:
            return
        if not isinstance(item, Recorded):
            self._write(self._streams.lines(item) if item.kind in ("text", "thinking") else [])
        elif isinstance(item.event, StepFinished | StepFailed):
            self._write(self._streams.ended(item.event.reaction, item.event.ordinal))

    def changed(self) -> None:
        """Write what is asked now, and what the shell is busy with, each once."""
        if self._shell is None:
            return
        if (doing := _without_percent(self._shell.doing)) != self._doing:
            self._doing = doing
            self._write([f"{doing} …"] if doing else [])
        front = self._shell.asking.inbox.front
        asked = None if front is None else (front, front.asks)
        if asked != self._asked:
            self._asked = asked
            if front is not None and front.asks is not None and front.asks.label:
                self._say(f"{front.who}: {front.asks.label}")

    def call(self) -> None:
        """What is asked was written; that is all."""

    def fill(self, text: str) -> None:
        """Nothing is typed ahead here: what was edited is a line like any other."""
        if self._shell is not None:
            self._shell.start(text)

    def copy(self, text: str) -> bool:  # noqa: ARG002  (a front's shape)
        """There is no clipboard."""
        return False

    async def edit(self, text: str, suffix: str) -> str:
        """Return what the person's editor leaves of a text. Raises UsageError when there is no terminal."""
        if not self.patient:
            raise UsageError("there is no terminal for an editor", hint="answer with y, s, A or n")
        return await edited(text, suffix)

    async def _read(self, shell: "Shell") -> None:
        await shell.visits.opened()
        await self._rest(shell)
        while (typed := await self._lines.line()) is not None:
            front = shell.asking.inbox.front
            about = None if front is None else front.id
            if not typed.strip() and about is None:
                continue
            if self.patient:
                shell.house.history.add(typed)
                shell.start(typed, about)
                continue
            await shell.take(typed, about)
            await self._rest(shell)
        if not self.patient and shell.waits:
            self.show([line("the input ended while the session waits")])
            shell.leave(ExitCode.PERSON)

    async def _rest(self, shell: "Shell") -> None:
        if not self.patient:
            await shell.rested()

    def _write(self, lines: Sequence[str]) -> None:
        for words in lines:
            self._say(words)


def _without_percent(doing: str) -> str:
    """Return what is done without how far it is, so that each tenth is told once at the most."""
    words, _, share = doing.rpartition(" ")
    return f"{words} {share[:-2] or '0'}0%" if share.endswith("%") else doing
