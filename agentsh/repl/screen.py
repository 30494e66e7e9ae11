"""A front that is drawn: the prompt stays below what is told, between what is being said just now and a bar."""

import asyncio
import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, in_terminal
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.renderer import print_formatted_text

from agentsh.commands.editor import edited
from agentsh.commands.history import History
from agentsh.repl.bindings import bindings
from agentsh.repl.completer import Words, wants_completion
from agentsh.repl.lines import Line, Part, line
from agentsh.repl.remembered import Remembered
from agentsh.repl.stay import Item
from agentsh.repl.styles import STYLE, styled
from agentsh.repl.terminal import drawn_output
from agentsh.repl.toolbar import bar
from agentsh.repl.typed import Typed

if TYPE_CHECKING:
    from agentsh.repl.shell import Shell

FRAME_S = 0.05
CLOCK_S = 1.0
MOST_TAILS = 6
"""Lines of generations under way above the prompt, in a terminal that is high enough."""
SIGN = "❯ "  # noqa: RUF001  it is meant to look like that
MEANWHILE = "Something is asked meanwhile. Enter once more says your line to the team all the same."
HINT = "Say what is to be made. /help lists commands, /sessions opens a session, ctrl+d leaves."


class Screen:
    """A terminal that understands more than lines.

    Args:
        history: what was typed before.
        input: where keys come from; None: the terminal.
        output: what is drawn on; None: the terminal.
        ahead: lines that were typed before there was a prompt.
    """

    whole = True
    echoes = True
    patient = True

    def __init__(
        self, history: History, *, input: Input | None = None, output: Output | None = None, ahead: Sequence[str] = ()
    ) -> None:
        self.typed = Typed()
        self._history = Remembered(history)
        self._input = input
        self._output = output
        self._shell: Shell | None = None
        self._prompt: PromptSession[str] | None = None
        self._waiting: list[Line] = []
        self._news = asyncio.Event()
        self._closed = False
        self._filled = ""
        self._rings = False
        self._away = False
        self._ahead: Sequence[str] = ahead

    @property
    def line(self) -> str:
        """What is typed."""
        return "" if self._prompt is None else self._prompt.default_buffer.text

    async def read(self, shell: "Shell") -> None:
        """Bring lines to the shell until the person leaves."""
        self._shell = shell
        self._prompt = self._made(shell)
        self._news.set()
        # Single keys from here to the end: in between, an Enter would arrive as ctrl+j.
        with self._prompt.app.input.raw_mode():
            await self._while_drawn(shell, self._prompt)
        self._print(self._prompt)

    async def _while_drawn(self, shell: "Shell", prompt: PromptSession[str]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for line in self._ahead:
                shell.start(line)
            drawing = [tasks.create_task(self._draw(), name="draw"), tasks.create_task(self._tick(), name="clock")]
            await self._read(shell, prompt)
            for task in drawing:
                task.cancel()

    def close(self) -> None:
        """End `read`, soon."""
        self._closed = True
        if self._prompt is not None and self._prompt.app.is_running:
            self._prompt.app.exit(exception=EOFError())

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines above the prompt."""
        self._waiting.extend(lines)
        if self._shell is None:
            return
        self._news.set()

    def hear(self, item: Item) -> None:
        """Generations are shown by their tails."""

    def changed(self) -> None:
        """Draw again, soon."""
        self._news.set()

    def call(self) -> None:
        """Ring the bell."""
        self._rings = True
        self._news.set()

    def fill(self, text: str) -> None:
        """Put `text` into the prompt."""
        if self._prompt is not None and self._prompt.app.is_running:
            self._prompt.default_buffer.text = text
            self._prompt.default_buffer.cursor_position = len(text)
        else:
            self._filled = text

    def copy(self, text: str) -> bool:
        """Put `text` on the clipboard by way of the terminal (OSC 52)."""
        if self._prompt is None:
            return False
        encoded = base64.b64encode(text.encode()).decode("ascii")
        self._prompt.app.output.write_raw(f"\x1b]52;c;{encoded}\x07")
        self._prompt.app.output.flush()
        return True

    async def edit(self, text: str, suffix: str) -> str:
        """Return what the person's editor leaves of a text. Raises UsageError."""
        async with in_terminal():
            self._away = True
            try:
                return await edited(text, suffix)
            finally:
                self._away = False

    def send(self) -> None:
        """The line is finished: hand it on, unless it was typed for something else than what is asked by now."""
        if self._prompt is None or self._shell is None:
            return
        buffer = self._prompt.default_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
        elif self.typed.surprised(buffer.text.strip(), self._shell.asking.inbox.front):
            self.show([line(("warn", MEANWHILE))])
        else:
            self._history.keeps = self.typed.about(buffer.text.strip(), self._shell.asking.inbox.front) is None
            buffer.validate_and_handle()

    async def _read(self, shell: "Shell", prompt: PromptSession[str]) -> None:
        while not self._closed:
            self.typed.changed("", None)
            filled, self._filled = self._filled, ""
            try:
                text = await prompt.prompt_async(default=filled, handle_sigint=False)
            except (EOFError, KeyboardInterrupt):
                return
            about = self.typed.about(text.strip(), shell.asking.inbox.front)
            if text.strip() or about is not None:
                shell.start(text.strip(), about)
                await asyncio.sleep(0)  # a form takes its line now: the next prompt is drawn with the next field

    def _made(self, shell: "Shell") -> PromptSession[str]:
        prompt: PromptSession[str] = PromptSession(
            message=self._message,
            style=STYLE,
            multiline=True,
            prompt_continuation="  ",
            history=self._history,
            completer=Words(shell.context, lambda: shell.asking.inbox.front),
            complete_while_typing=Condition(lambda: wants_completion(prompt.default_buffer.text)),
            bottom_toolbar=self._bar,
            placeholder=self._placeholder,
            key_bindings=bindings(self, shell),
            enable_suspend=True,
            input=self._input,
            output=self._output or drawn_output(),
        )
        prompt.default_buffer.on_text_changed += lambda buffer: self.typed.changed(
            buffer.text, shell.asking.inbox.front
        )
        return prompt

    def _message(self) -> StyleAndTextTuples:
        """Return the prompt, and above it the tails of what is being said, unless the line is finished."""
        above: list[Part] = []
        front = None if self._shell is None else self._shell.asking.inbox.front
        if not get_app().is_done and self._shell is not None:
            above = [*self._tails(self._shell), *([("dim", f"{self._shell.doing} …\n")] if self._shell.doing else [])]
        if front is None or front.asks is None:
            return styled([*above, ("prompt", SIGN)])
        label = f" {front.asks.label}" if front.asks.label else ""
        return styled([*above, ("asked", f"{front.who}{label}"), ("prompt", f" {SIGN}")])

    def _tails(self, shell: "Shell") -> list[Part]:
        size = get_app().output.get_size()
        lines = shell.tails.lines(size.columns - 1, min(MOST_TAILS, size.rows // 3))
        return [part for role, words in lines for part in (("role", role), ("gutter", " │ "), ("", f"{words}\n"))]

    def _placeholder(self) -> StyleAndTextTuples:
        return styled([("placeholder", HINT)]) if self._shell is not None and self._shell.idle else []

    def _bar(self) -> StyleAndTextTuples:
        live = None if self._shell is None else self._shell.context.live
        if live is None:
            return styled([("dim", " no session")])
        lines = bar(live.view(), live.sandbox, get_app().output.get_size().columns - 1)
        return styled([part for found in lines for part in (*found, ("", "\n"))][:-1])

    async def _draw(self) -> None:
        """Show what is to be shown, as often as a screen can bear."""
        while True:
            await self._news.wait()
            self._news.clear()
            if self._prompt is not None and not self._away:
                self._print(self._prompt)
            await asyncio.sleep(FRAME_S)

    async def _tick(self) -> None:
        """Let clocks go on while somebody works."""
        while True:
            await asyncio.sleep(CLOCK_S)
            live = None if self._shell is None else self._shell.context.live
            if live is not None and any(role.activity == "reacting" for role in live.view().roles):
                self._news.set()

    def _print(self, prompt: PromptSession[str]) -> None:
        """Print what waits above the prompt, and draw the prompt again; a line that is being finished goes first."""
        app = prompt.app
        if app.is_running and app.is_done:
            self._news.set()
            return
        if self._waiting or self._rings:
            if app.is_running:
                app.renderer.erase()
            self._write(app.output)
            if app.is_running:
                app.renderer.request_absolute_cursor_position()
        app.invalidate()

    def _write(self, output: Output) -> None:
        lines, self._waiting = self._waiting, []
        fragments = [part for found in lines for part in (*found.parts, ("", "\n"))]
        depth = ColorDepth.from_env() or output.get_default_color_depth()
        print_formatted_text(output, styled(fragments), STYLE, color_depth=depth)
        if self._rings:
            output.bell()
        output.flush()
        self._rings = False
