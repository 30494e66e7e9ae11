"""The start page: begin something, pick a session, or read why that does not work and what to do. Light."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from agentsh.core.errors import AgentshError
from agentsh.tui.lobby import Begin, Reopen, Wanted

if TYPE_CHECKING:
    from collections.abc import Callable

    from agentsh.core.chat import PullProgress
    from agentsh.core.summary import SessionSummary
    from agentsh.tui.app import Shell
    from agentsh.tui.trouble import Trouble

NAME = "agentsh"
LINE = "teams of agents on your own machine"
LEAST = (24, 6)
"""Cells of width and height below which there is only a word."""


class Sessions(OptionList):
    """What there is to go on with."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="list.down"),
        Binding("k", "cursor_up", "Up", show=False, id="list.up"),
        Binding("g", "first", "Top", show=False, id="list.top"),
        Binding("G", "last", "End", show=False, id="list.end"),
        Binding("slash", "app.focus('search')", "Search", show=False, id="sessions.search"),
    ]


class Start(Screen[None]):
    """Lies below everything; seen whenever no session is open."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "idea", "Idea", show=False, id="start.idea")]
    DEFAULT_CSS = """
    Start {
        align: center top;
        & > #frame { width: 100%; max-width: 92; height: 100%; padding: 1 2; }
        & #name { height: 1; text-style: bold; color: $primary; }
        & #line { height: 1; color: $muted; margin: 0 0 1 0; }
        & #idea { border: round $border; background: $surface; margin: 0 0 1 0; &:focus { border: round $primary; } }
        & #search { height: 1; border: none; background: $background; padding: 0 1; display: none; }
        & #sessions {
            height: 1fr; border: round $border; background: $surface; padding: 0;
            border-title-color: $muted; border-subtitle-color: $muted;
            scrollbar-size-vertical: 1;
            &:focus { border: round $primary; border-title-color: $text-primary; }
        }
        & #busy { height: auto; color: $text-accent; display: none; padding: 0 1; }
        & #busy.-shown { display: block; }
        & #keys { height: 1; color: $muted; }
        & #small { display: none; color: $text-warning; }
        &.-narrow > #frame { padding: 0 1; }
        &.-listed #search { display: block; }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal")]

    def __init__(self) -> None:
        super().__init__()
        self._found: list[SessionSummary] = []
        self._listed: list[SessionSummary] = []

    def compose(self) -> ComposeResult:
        """One column."""
        with Vertical(id="frame"):
            yield Static(NAME, id="name", markup=False)
            yield Static(LINE, id="line", markup=False)
            yield Input(placeholder="What is to be made? One sentence begins a session", id="idea")
            yield Static(id="busy", markup=False)
            yield Input(placeholder="search sessions", id="search", compact=True)
            sessions = Sessions(id="sessions", markup=False)
            sessions.border_title = "Sessions"
            yield sessions
            yield Static("enter begins or opens · tab moves · F1 help · ctrl+q quits", id="keys", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#idea").focus()

    def action_idea(self) -> None:
        """Back to the idea."""
        self.query_one("#idea").focus()

    @work(exclusive=True, group="sessions")
    async def refresh_sessions(self) -> None:
        """List the sessions anew."""
        if self.app.lobby is None:
            return
        try:
            self._found = await self.app.lobby.sessions()
        except AgentshError as error:
            self.tell(error)
            return
        self.set_class(bool(self._found), "-listed")
        self._list()

    def opening(self, wanted: Wanted) -> None:
        """Say that something is being opened."""
        what = wanted.name or "the latest session" if isinstance(wanted, Reopen) else "a new session"
        self._busy(f"opening {what} …")
        self._no_trouble()

    def opened(self) -> None:
        """It is open, or was left."""
        self._busy("")
        self.query_one("#idea", Input).value = ""

    def progress(self, progress: "PullProgress") -> None:
        """Say how far a download is."""
        from agentsh.tui.shown import amount, meter

        if not progress.total_bytes:
            self._busy(f"{progress.status} …")
            return
        share = progress.completed_bytes / progress.total_bytes
        done, total = amount(progress.completed_bytes), amount(progress.total_bytes)
        self._busy(f"{progress.status}  {meter(share, 24)} {share:4.0%}  {done}B of {total}B")

    def tell(self, error: AgentshError, wanted: Wanted | None = None) -> None:
        """Say what went wrong, and what can be done about it here."""
        self._busy("")
        self._trouble(error, wanted)
        if isinstance(wanted, Begin):
            self.query_one("#idea", Input).value = wanted.idea

    @on(Input.Submitted, "#idea")
    def _begin(self, event: Input.Submitted) -> None:
        idea = event.value.strip()
        if not idea:
            return
        if self.app.lobby is None:
            self._busy("loading …")
            self.set_timer(0.1, lambda: self._begin(event))
            return
        self.app.open(Begin(idea))

    @on(Input.Changed, "#search")
    def _search(self, _event: Input.Changed) -> None:
        self._list()

    @on(Input.Submitted, "#search")
    def _search_done(self, _event: Input.Submitted) -> None:
        self.query_one(Sessions).focus()

    @on(OptionList.OptionSelected, "#sessions")
    def _picked(self, event: OptionList.OptionSelected) -> None:
        self.app.open(Reopen(self._listed[event.option_index].name))

    def on_trouble_try_again(self, event: "Trouble.TryAgain") -> None:
        """Try the same again."""
        self.app.open(event.wanted)

    def on_trouble_pull(self, event: "Trouble.Pull") -> None:
        """Pull the model first."""
        self._download(event.model, event.wanted)

    @work(exclusive=True, group="pull")
    async def _download(self, model: str, wanted: Wanted) -> None:
        if self.app.lobby is None:
            return
        self._no_trouble()
        try:
            async for progress in self.app.lobby.pull(model):
                self.progress(progress)
        except AgentshError as error:
            self.tell(error, wanted)
            return
        self._busy("")
        self.app.open(wanted)

    @work(exclusive=True, group="trouble")
    async def _trouble(self, error: AgentshError, wanted: Wanted | None) -> None:
        from agentsh.tui.trouble import Trouble

        if not self.query(Trouble):
            await self.query_one("#frame").mount(Trouble(), after="#idea")
        self.query_one(Trouble).tell(error, wanted)

    def _no_trouble(self) -> None:
        for trouble in self.query("Trouble"):
            trouble.remove_class("-shown")

    def _list(self) -> None:
        from agentsh.core.terminal import one_line

        words = self.query_one("#search", Input).value.lower().split()
        self._listed = [found for found in self._found if all(word in _searched(found) for word in words)]
        sessions = self.query_one(Sessions)
        sessions.set_options([Option(_told(found, one_line)) for found in self._listed])
        sessions.highlighted = 0 if self._listed else None
        sessions.border_subtitle = f"{len(self._listed)} of {len(self._found)}" if words else str(len(self._found))

    def _busy(self, text: str) -> None:
        busy = self.query_one("#busy", Static)
        busy.update(text)
        busy.set_class(bool(text), "-shown")


def _searched(found: "SessionSummary") -> str:
    return f"{found.name} {found.idea} {found.team} {found.status} {found.model}".lower()


def _told(found: "SessionSummary", one_line: "Callable[[str, int], str]") -> Content:
    from agentsh.tui.shown import ago

    style = {"finished": "$text-success", "failed": "$text-error", "running": "$text-accent"}.get(
        found.status, "$text-warning"
    )
    return Content.assemble(
        (one_line(found.name, 50), "bold"),
        (f"  {found.status}", style),
        (f"  {ago(found.updated_at)}\n", "$muted"),
        (f"  {one_line(found.idea, 80)}", "$muted"),
    )
