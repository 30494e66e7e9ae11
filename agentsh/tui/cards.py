"""What stands in the chat: one widget a message, a line for what else happened, a draft for what is being said."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.message import Message as Posted
from textual.selection import Selection
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from agentsh.core.events import Delta
from agentsh.core.ids import BOSS
from agentsh.core.messages import Message
from agentsh.core.terminal import Cleaner, clean
from agentsh.tui.colours import RoleColours
from agentsh.tui.lines import Tone
from agentsh.tui.prose import Block, blocks, rows
from agentsh.tui.rows import selected, strip_of
from agentsh.tui.shown import amount, clock, excerpt, plain

TAIL_LINES = 12
"""Of a generation that is not prose, or too quick, so much of the end is shown."""
TAIL_CHARACTERS = 4_000
MOST_STREAMED = 12_000
"""Characters of a generation that are shown as Markdown while they come; of a longer one only the end is shown."""


class Said(Widget, can_focus=True):
    """One message: who says it, why, and its text; one widget, however long it is."""

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", id="message.open"),
        Binding("c", "copy", "Copy", id="message.copy"),
        Binding("y", "why", "Why", id="message.why"),
    ]
    DEFAULT_CSS = """
    Said {
        height: auto;
        padding: 0 1 0 2;
        margin: 1 0;
        &:focus { border-left: outer $primary; padding: 0 1; background: $panel 40%; }
        &.-boss { background: $panel 60%; border-left: outer $accent; padding: 0 1; }
    }
    """

    class Opened(Posted):
        """The message is to be shown whole."""

        def __init__(self, said: Message) -> None:
            super().__init__()
            self.said = said

    class Asked(Posted):
        """It is asked what caused the message."""

        def __init__(self, said: Message) -> None:
            super().__init__()
            self.said = said

    def __init__(self, said: Message, seq: int, at: str, profile: str, colours: RoleColours) -> None:
        super().__init__(classes="-boss" if said.sent_from == BOSS else None)
        self.said = said
        self.seq = seq
        self._at = at
        self._profile = profile
        self._colours = colours
        text, left_out = excerpt(said.content)
        self._blocks = blocks(text)
        if left_out:
            more = f"… {amount(left_out)} characters more: Enter opens it"
            self._blocks.append(Block(Content.styled(more, "$muted")))
        self._width = -1
        self._rows: list[Content] = []
        self._strips: dict[int, Strip] = {}

    def get_content_height(self, _container: Size, _viewport: Size, width: int) -> int:
        """Return how many rows it has at a width."""
        return len(self._rows_at(width))

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width = self.content_size.width
        rows = self._rows_at(width)
        if y >= len(rows):
            return Strip.blank(width, self.rich_style)
        if self.text_selection is not None:
            return strip_of(self, rows[y], y, width)
        if y not in self._strips:
            self._strips[y] = strip_of(self, rows[y], y, width)
        return self._strips[y]

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what is selected."""
        return selected(self._rows, selection), "\n"

    def selection_updated(self, _selection: Selection | None) -> None:
        """Show another selection."""
        self.refresh()

    def notify_style_update(self) -> None:
        """Forget rows in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def _rows_at(self, width: int) -> list[Content]:
        if width != self._width:
            self._width = width
            self._strips.clear()
            self._rows = [self._head(), *rows(self._blocks, width)]
        return self._rows

    def _head(self) -> Content:
        colour = self._colours.of(self.said.sent_from)
        name = "You" if self.said.sent_from == BOSS else self._profile or self.said.sent_from
        parts: list[Content | tuple[str, str]] = [(clean(name), f"bold ${colour}")]
        if self.said.sent_from != BOSS:
            parts.append((f" · {clean(self.said.cause_by)}", "$muted"))
        if self.said.send_to:
            parts.append((f" → {clean(', '.join(self.said.send_to))}", "$muted"))
        parts.append((f"  {clock(self._at)}", "$faint"))
        return Content.assemble(*parts).truncate(max(1, self._width), ellipsis=True)

    def action_open(self) -> None:
        """Show it whole."""
        self.post_message(self.Opened(self.said))

    def action_copy(self) -> None:
        """Put its text on the clipboard."""
        self.app.copy_to_clipboard(self.said.content)
        self.notify(f"copied {amount(len(self.said.content))} characters")

    def action_why(self) -> None:
        """Ask what caused it."""
        self.post_message(self.Asked(self.said))


class Note(Static):
    """One line between messages: a file was written, somebody was paused, something failed."""

    DEFAULT_CSS = """
    Note {
        height: auto;
        padding: 0 2;
        color: $muted;
        &.-good { color: $text-success; }
        &.-bad { color: $text-error; background: $error 12%; }
        &.-warn { color: $text-warning; }
        &.-accent { color: $text-accent; }
    }
    """

    def __init__(self, who: str, text: str, tone: Tone, seq: int) -> None:
        mark = {"good": "✓", "bad": "✗", "warn": "!", "accent": "·"}.get(tone, "·")
        super().__init__(plain(" ".join(part for part in (mark, who, text) if part)), classes=f"-{tone}", markup=False)
        self.seq = seq


class Draft(Vertical):
    """A generation under way, streamed."""

    DEFAULT_CSS = """
    Draft {
        height: auto;
        padding: 0 1;
        margin: 1 0;
        border-left: outer $primary 60%;
        & > .draft--head { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .draft--tail { color: $muted; height: auto; max-height: 12; }
        & > Markdown { height: auto; padding: 0; margin: 0; background: transparent; display: none; }
        & MarkdownH1, & MarkdownH2, & MarkdownH3 {
            margin: 0 0 1 0; content-align: left middle; text-style: bold; color: $primary;
        }
        & MarkdownFence { margin: 0 0 1 0; background: $foreground 5%; }
        & MarkdownBlock:last-child { margin-bottom: 0; }
        &.-prose > Markdown { display: block; }
        &.-prose > .draft--tail { display: none; }
    }
    """

    def __init__(self, first: Delta, profile: str, colours: RoleColours) -> None:
        super().__init__()
        self.role = first.role
        self.reaction = first.reaction
        self.ordinal = first.ordinal
        self._profile = profile
        self._colours = colours
        self._cleaner = Cleaner()
        self._said = 0
        self._tail = ""
        self._prose: bool | None = None
        self._stream: MarkdownStream | None = None

    def compose(self) -> ComposeResult:
        """Lay out head, tail and text."""
        yield Static(classes="draft--head", markup=False)
        yield Static(classes="draft--tail", markup=False)
        yield Markdown(open_links=False)

    async def hear(self, delta: Delta, *, hurried: bool = False) -> None:
        """Show a piece more; only the end, and as it is, when there is no time for Markdown."""
        match delta.kind:
            case "queued":
                self._show_head(f"waits, {delta.ahead} before it" if delta.ahead else "waits for the model")
            case "loading":
                self._show_head("the model is being loaded")
            case "thinking":
                self._think(delta.text)
            case _:
                await self._speak(delta.text, hurried=hurried)

    async def on_unmount(self) -> None:
        """Leave no task behind."""
        await self.finish()

    async def finish(self) -> None:
        """End the stream."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.stop()

    async def _speak(self, text: str, *, hurried: bool) -> None:
        shown = self._cleaner.feed(text)
        self._said += len(shown)
        if self._prose is None and shown.strip():
            self._prose = shown.lstrip()[:1] not in "{["
        if self._prose and (hurried or self._said > MOST_STREAMED):
            await self.finish()
            self._prose = False
        self.set_class(bool(self._prose), "-prose")
        self._tail = (self._tail + shown)[-TAIL_CHARACTERS:]
        if not self._prose:
            self._show_tail("writes")
            return
        if self._stream is None:
            self._stream = Markdown.get_stream(self.query_one(Markdown))
        self._show_head("writes")
        await self._stream.write(shown)

    def _think(self, text: str) -> None:
        self._tail = (self._tail + clean(text))[-TAIL_CHARACTERS:]
        self._show_tail("thinks")

    def _show_tail(self, doing: str) -> None:
        self._show_head(doing)
        tail = "\n".join(line[-400:] for line in self._tail.splitlines()[-TAIL_LINES:])
        self.query_one(".draft--tail", Static).update(Content(tail))

    def _show_head(self, doing: str) -> None:
        colour = self._colours.of(self.role)
        said = f"  {amount(self._said)} characters" if self._said else ""
        self.query_one(".draft--head", Static).update(
            Content.assemble((clean(self._profile), f"bold ${colour}"), (f" · {doing} …{said}", "$muted"))
        )
