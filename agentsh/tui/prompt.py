"""The prompt: several lines, a history, and completion of commands, files and roles."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import TextArea
from textual.widgets.option_list import Option

from agentsh.tui.options import Options
from agentsh.tui.shown import plain

if TYPE_CHECKING:
    from agentsh.commands.completion import Completion

Completer = Callable[[str], Awaitable[Sequence["Completion"]]]
MOST_HISTORY = 500
_NOT_OURS = {"ctrl+a", "ctrl+z", "super+z", "ctrl+c", "super+c", "f6", "f7"}
"""Keys of multiplexers, and those that mean something else here."""


def _kept(bindings: Sequence[BindingType]) -> list[BindingType]:
    kept: list[BindingType] = []
    for binding in bindings:
        if isinstance(binding, Binding):
            keys = [key for key in binding.key.split(",") if key not in _NOT_OURS]
            if keys:
                kept.append(Binding(",".join(keys), binding.action, binding.description, show=False))
    return kept


class PromptArea(TextArea, inherit_bindings=False):
    """The text that is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_kept(TextArea.BINDINGS),
        Binding("enter", "send", "Send", priority=True, id="prompt.send"),
        Binding("ctrl+j,shift+enter,alt+enter", "newline", "New line", show=False, id="prompt.newline"),
        Binding("ctrl+underscore", "undo", "Undo", show=False, id="prompt.undo"),
    ]

    class Sent(Message):
        """The text is to be sent."""

    class Walked(Message):
        """An older (-1) or a newer (1) line is wanted, or another completion."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Completed(Message):
        """Tab was pressed."""

    def action_send(self) -> None:
        """Send what is typed."""
        self.post_message(self.Sent())

    def action_newline(self) -> None:
        """Begin another line."""
        self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up, and from the first line back in history."""
        if self.cursor_location[0] == 0 and not select:
            self.post_message(self.Walked(-1))
        else:
            super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down, and from the last line forth in history."""
        if self.cursor_location[0] == self.document.line_count - 1 and not select:
            self.post_message(self.Walked(1))
        else:
            super().action_cursor_down(select)

    async def _on_key(self, event: events.Key) -> None:
        if event.character == "?" and not self.text:
            event.stop()
            event.prevent_default()
            await self.app.run_action("app.help")
            return
        if event.key == "tab" and self.text:
            event.stop()
            event.prevent_default()
            self.post_message(self.Completed())
            return
        await super()._on_key(event)


class Prompt(Vertical):
    """The prompt with what may complete it."""

    DEFAULT_CSS = """
    Prompt {
        height: auto;
        max-height: 50vh;
        & > PromptArea {
            height: auto;
            min-height: 3;
            max-height: 10;
            border: round $border;
            padding: 0 1;
            background: $surface;
            scrollbar-size-vertical: 1;
            border-subtitle-color: $faint;
            &:focus { border: round $primary; }
        }
        & > Options {
            display: none;
            height: auto;
            max-height: 8;
            border: none;
            padding: 0 1;
            background: $panel;
            text-wrap: nowrap;
            text-overflow: ellipsis;
        }
        &.-completing > Options { display: block; }
    }
    """

    class Submitted(Message):
        """A line was sent."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, complete: Completer | None = None, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(id=id)
        self._complete = complete
        self._placeholder = placeholder
        self._history: list[str] = []
        self._place: int | None = None
        self._completions: Sequence[Completion] = ()

    def compose(self) -> ComposeResult:
        """Completions above, text below."""
        completions = Options()
        completions.can_focus = False
        yield completions
        yield PromptArea(placeholder=self._placeholder, highlight_cursor_line=False, show_line_numbers=False)

    @property
    def area(self) -> PromptArea:
        """Where the text is."""
        return self.query_one(PromptArea)

    @property
    def text(self) -> str:
        """What is typed."""
        return self.area.text

    @text.setter
    def text(self, text: str) -> None:
        self.area.text = text
        self.area.move_cursor(self.area.document.end)

    @property
    def completing(self) -> bool:
        """Whether completions are shown."""
        return self.has_class("-completing")

    def remember(self, lines: Sequence[str]) -> None:
        """Put lines of former times into the history."""
        self._history[:0] = [line for line in lines if line.strip()]

    def close_completions(self) -> None:
        """Hide them."""
        self._completions = ()
        self.remove_class("-completing")

    def on_prompt_area_sent(self, event: PromptArea.Sent) -> None:
        """Send the line, or take the completion that was chosen with the arrows."""
        event.stop()
        text = self.text.strip()
        if not text:
            return
        self.close_completions()
        if not self._history or self._history[-1] != text:
            self._history = [*self._history, text][-MOST_HISTORY:]
        self._place = None
        self.text = ""
        self.post_message(self.Submitted(text))

    def on_prompt_area_walked(self, event: PromptArea.Walked) -> None:
        """Walk through completions while they are shown, else through history."""
        event.stop()
        if self.completing:
            self._walk_completions(event.by)
        elif self._history:
            self._walk_history(event.by)

    def on_prompt_area_completed(self, event: PromptArea.Completed) -> None:
        """Take the completion under the cursor."""
        event.stop()
        place = self.query_one(Options).highlighted or 0
        if self.completing and place < len(self._completions):
            self._take(self._completions[place])

    def on_option_list_option_selected(self, event: Options.OptionSelected) -> None:
        """Take the completion that was clicked."""
        event.stop()
        if event.option_index < len(self._completions):
            self._take(self._completions[event.option_index])
        self.area.focus()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Look for completions of the last word."""
        event.stop()
        line = self._line_to_cursor()
        word = line.rpartition(" ")[2]
        if self._complete is not None and (line.startswith("/") or word[:1] in ("@", "#")):
            self._look_up(line)
        else:
            self.workers.cancel_group(self, "complete")
            self.close_completions()

    @work(exclusive=True, group="complete")
    async def _look_up(self, line: str) -> None:
        if self._complete is None:
            return
        found = await self._complete(line)
        if line != self._line_to_cursor():
            return
        self._completions = [item for item in found if line[: item.start] + item.text.strip() != line][:40]
        completions = self.query_one(Options)
        completions.set_options([Option(self._shown(item)) for item in self._completions])
        completions.highlighted = 0 if self._completions else None
        self.set_class(bool(self._completions), "-completing")

    def _shown(self, item: "Completion") -> Content:
        return Content.assemble(
            plain(item.text.ljust(18)),
            " ",
            plain(item.summary.splitlines()[0][:80] if item.summary else "", "$muted"),
        )

    def _take(self, item: "Completion") -> None:
        row, _ = self.area.cursor_location
        end = self.area.cursor_location
        space = "" if item.text.endswith((" ", ":", ">")) else " "
        self.area.replace(item.text + space, (row, item.start), end)
        self.close_completions()

    def _line_to_cursor(self) -> str:
        row, column = self.area.cursor_location
        return self.area.document.get_line(row)[:column]

    def _walk_completions(self, by: int) -> None:
        completions = self.query_one(Options)
        if by < 0:
            completions.action_cursor_up()
        else:
            completions.action_cursor_down()

    def _walk_history(self, by: int) -> None:
        place = (len(self._history) if self._place is None else self._place) + by
        if place >= len(self._history):
            self._place = None
            self.text = ""
            return
        self._place = max(0, place)
        self.text = self._history[self._place]
