"""What stands in the chat: one widget a message, a line for what else happened, a draft for what is being said."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as Posted
from textual.widgets import Markdown, Static
from textual.widgets.markdown import MarkdownStream

from agentsh.core.events import Delta
from agentsh.core.ids import BOSS
from agentsh.core.messages import Message
from agentsh.core.terminal import Cleaner, clean
from agentsh.tui.colours import RoleColours
from agentsh.tui.lines import Tone
from agentsh.tui.shown import amount, clock, excerpt, plain

TAIL_LINES = 12
"""Of a generation that is not prose, so much of the end is shown."""


class Said(Vertical, can_focus=True):
    """One message: who says it, why, and its text as Markdown."""

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
        & > .said--head { height: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > .said--more { color: $muted; }
        & > Markdown { height: auto; padding: 0; margin: 0; background: transparent; }
        & MarkdownBlock:last-child { margin-bottom: 0; }
        & MarkdownFence { max-height: 40; margin: 0 0 1 0; }
        & MarkdownH1, & MarkdownH2, & MarkdownH3 {
            margin: 0 0 1 0; content-align: left middle; text-style: bold; color: $primary;
        }
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

    def compose(self) -> ComposeResult:
        """Lay out head and text."""
        text, left_out = excerpt(self.said.content)
        yield Static(self._head(), classes="said--head", markup=False)
        yield Markdown(text, open_links=False)
        if left_out:
            yield Static(f"… {amount(left_out)} characters more: Enter opens it", classes="said--more", markup=False)

    def _head(self) -> Content:
        colour = self._colours.of(self.said.sent_from)
        name = "You" if self.said.sent_from == BOSS else self._profile or self.said.sent_from
        parts: list[Content | tuple[str, str]] = [(clean(name), f"bold ${colour}")]
        if self.said.sent_from != BOSS:
            parts.append((f" · {clean(self.said.cause_by)}", "$muted"))
        if self.said.send_to:
            parts.append((f" → {clean(', '.join(self.said.send_to))}", "$muted"))
        parts.append((f"  {clock(self._at)}", "$faint"))
        return Content.assemble(*parts)

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

    async def hear(self, delta: Delta) -> None:
        """Show a piece more."""
        match delta.kind:
            case "queued":
                self._show_head(f"waits, {delta.ahead} before it" if delta.ahead else "waits for the model")
            case "loading":
                self._show_head("the model is being loaded")
            case "thinking":
                self._show_tail(delta.text, "thinks")
            case _:
                await self._speak(delta.text)

    async def finish(self) -> None:
        """End the stream."""
        if self._stream is not None:
            stream, self._stream = self._stream, None
            await stream.stop()

    async def _speak(self, text: str) -> None:
        shown = self._cleaner.feed(text)
        self._said += len(shown)
        if self._prose is None and shown.strip():
            self._prose = shown.lstrip()[:1] not in "{["
            self.set_class(self._prose, "-prose")
        if not self._prose or self._said > 4 * 12_000:
            self._show_tail(shown, "writes")
            return
        if self._stream is None:
            self._stream = Markdown.get_stream(self.query_one(Markdown))
        self._show_head("writes")
        await self._stream.write(shown)

    def _show_tail(self, text: str, doing: str) -> None:
        kept = (self._tail + clean(text))[-4_000:]
        self._tail = kept
        self._show_head(doing)
        tail = "\n".join(line[-400:] for line in kept.splitlines()[-TAIL_LINES:])
        self.query_one(".draft--tail", Static).update(Content(tail))

    def _show_head(self, doing: str) -> None:
        colour = self._colours.of(self.role)
        said = f"  {amount(self._said)} characters" if self._said else ""
        self.query_one(".draft--head", Static).update(
            Content.assemble((clean(self._profile), f"bold ${colour}"), (f" · {doing} …{said}", "$muted"))
        )
