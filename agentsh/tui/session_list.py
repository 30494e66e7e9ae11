"""The sessions to go on with: how they stand, when they were last alive, what was said last; searched by typing."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from agentsh.core.errors import AgentshError
from agentsh.tui.options import Options

if TYPE_CHECKING:
    from agentsh.core.summary import SessionSummary
    from agentsh.tui.lobby import Lobby

MOST_LISTED = 500
MOST_QUOTED = 30
"""Of so many, newest first, the last words are looked up."""
_STYLES = {"finished": "$text-success", "failed": "$text-error", "running": "$text-accent"}


class Sessions(Options):
    """One entry a session."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", show=False, id="sessions.search"),
    ]

    def action_search(self) -> None:
        """Type what is looked for. The start page, below every other screen, has a field of that name too."""
        self.screen.query_one("#search").focus()


class SessionList(Vertical):
    """Search above, sessions below."""

    DEFAULT_CSS = """
    SessionList {
        height: 1fr;
        & > #search { height: 1; border: none; background: $panel; padding: 0 1; display: none; }
        & > #sessions {
            height: 1fr; border: round $border; background: $surface; padding: 0;
            border-title-color: $muted; border-subtitle-color: $muted; scrollbar-size-vertical: 1;
            &:focus { border: round $primary; border-title-color: $text-primary; }
        }
        &.-listed > #search { display: block; }
    }
    """

    class Picked(Message):
        """A session was chosen."""

        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

    def __init__(self) -> None:
        super().__init__()
        self._found: list[SessionSummary] = []
        self._listed: list[SessionSummary] = []
        self._last: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        """Lay out."""
        yield Input(placeholder="search sessions", id="search", compact=True)
        sessions = Sessions(id="sessions")
        sessions.border_title = "Sessions"
        yield sessions

    @work(exclusive=True, group="sessions")
    async def load(self, lobby: "Lobby") -> None:
        """List the sessions anew, then say what was said last in the newest."""
        try:
            self._found = (await lobby.sessions())[:MOST_LISTED]
        except AgentshError as error:
            self.notify(error.hint, title=str(error), severity="error", markup=False)
            return
        self.set_class(bool(self._found), "-listed")
        self._list()
        for found in self._found[:MOST_QUOTED]:
            self._last[found.name] = await lobby.last_said(found.name)
        self._list()

    def on_resize(self) -> None:
        """Lay the entries out for the new width."""
        if self._found:
            self._list()

    @on(Input.Changed, "#search")
    def _search(self, event: Input.Changed) -> None:
        event.stop()
        self._list()

    @on(Input.Submitted, "#search")
    def _search_done(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Sessions).focus()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id is not None:
            self.post_message(self.Picked(event.option_id))

    def _list(self) -> None:
        words = self.query_one("#search", Input).value.lower().split()
        self._listed = [found for found in self._found if all(word in self._searched(found) for word in words)]
        sessions = self.query_one(Sessions)
        place = sessions.highlighted or 0
        sessions.set_options(
            [Option(self._told(found), id=found.name) for found in self._listed] or [_nothing(bool(words))]
        )
        sessions.highlighted = min(place, len(self._listed) - 1) if self._listed else None
        count = len(self._found)
        sessions.border_subtitle = f"{len(self._listed)} of {count}" if words else str(count or "none yet")

    def _searched(self, found: "SessionSummary") -> str:
        last = self._last.get(found.name, "")
        return f"{found.name} {found.idea} {found.team} {found.status} {last}".lower()

    def _told(self, found: "SessionSummary") -> Content:
        from agentsh.core.terminal import one_line
        from agentsh.tui.shown import ago, amount

        width = max(36, self.size.width - 6)
        tokens = found.tokens.prompt + found.tokens.completion
        last = self._last.get(found.name) or found.idea
        return Content.assemble(
            (one_line(found.name, min(50, width - 24)), "bold"),
            (f"  {found.status}", _STYLES.get(found.status, "$text-warning")),
            (f"  {ago(found.updated_at)}", "$muted"),
            (f"  {amount(tokens)} tokens\n" if tokens and width > 70 else "\n", "$faint"),
            (f"  {one_line(last, width)}", "$muted"),
        )


def _nothing(searched: bool) -> Option:
    told = (
        "No session fits that." if searched else "No sessions yet. Whatever is begun is kept here, and can be resumed."
    )
    return Option(Content.styled(told, "$muted"), disabled=True)
