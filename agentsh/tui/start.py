"""The start page: begin something, pick a session, or read why that does not work and what to do. Light."""

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input, Static

from agentsh.core.errors import AgentshError
from agentsh.tui.lobby import Begin, Reopen, Wanted
from agentsh.tui.session_list import SessionList
from agentsh.tui.setup import Setup
from agentsh.tui.small import LEAST_HEIGHT, LEAST_WIDTH, TooSmall

if TYPE_CHECKING:
    from agentsh.core.chat import PullProgress
    from agentsh.tui.app import Shell
    from agentsh.tui.trouble import Trouble

NAME = "agentsh"
LINE = "teams of agents on your own machine"
LONG_S = 0.2
"""From then on a person wonders what is going on."""


class Start(Screen[None]):
    """Lies below everything; seen whenever no session is open."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "idea", "Idea", show=False, id="start.idea"),
        Binding("f2", "choose('team')", "Team", id="start.team"),
        Binding("f3", "choose('model')", "Model", id="start.model"),
    ]
    DEFAULT_CSS = """
    Start {
        align: center top;
        & > #frame { width: 100%; max-width: 92; height: 100%; padding: 1 2; }
        & #name { height: 1; text-style: bold; color: $primary; }
        & #line { height: 1; color: $muted; margin: 0 0 1 0; }
        & #idea { border: round $border; background: $background; margin: 0; &:focus { border: round $primary; } }
        & #busy { height: auto; color: $text-accent; display: none; padding: 0 1; }
        & #busy.-shown { display: block; }
        & #keys { height: 1; color: $muted; }
        & #sessions { background: $background; }
        &.-narrow > #frame { padding: 0 1; }
        &.-tiny, &.-flat { & > #frame { display: none; } & > TooSmall { display: block; } }
    }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (LEAST_WIDTH, "-narrow"), (60, "-normal")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_HEIGHT, "-tall")]
    _soon: Timer | None = None
    """Says soon that something is being opened."""
    _is_opening = False
    """Something is being opened: what is typed meanwhile is meant for that."""

    def compose(self) -> ComposeResult:
        """One column."""
        yield TooSmall()
        with Vertical(id="frame"):
            yield Static(NAME, id="name", markup=False)
            yield Static(LINE, id="line", markup=False)
            yield Input(placeholder="What is to be made? One sentence begins a session", id="idea")
            yield Setup()
            yield Static(id="busy", markup=False)
            yield SessionList()
            yield Static("enter begins or opens · F2 team · F3 model · F1 help · ctrl+q quits", id="keys", markup=False)

    def on_mount(self) -> None:
        """Type at once."""
        self.query_one("#idea").focus()
        if self.app.wanted is not None:
            self.opening(self.app.wanted)

    def action_idea(self) -> None:
        """Back to the idea."""
        self.query_one("#idea").focus()

    def action_choose(self, part: str) -> None:
        """Choose the team or the model."""
        self.query_one(Setup).open(part)

    def refresh_sessions(self) -> None:
        """List the sessions anew, and what one can be begun with."""
        if self.app.lobby is not None:
            self.query_one(SessionList).load(self.app.lobby)
            self.query_one(Setup).load(self.app.lobby)

    def opening(self, wanted: Wanted) -> None:
        """Say that something is being opened, if that takes long: to say it takes a good part of an opening."""
        what = wanted.name or "the latest session" if isinstance(wanted, Reopen) else "a new session"
        if isinstance(wanted, Begin):
            self.query_one("#idea", Input).value = ""
        self._is_opening = True
        self._no_trouble()
        self._busy("")
        self._soon = self.set_timer(LONG_S, lambda: self._busy(f"opening {what} …"))

    def opened(self) -> str:
        """It is open, or was left; return what was typed meanwhile."""
        self._is_opening = False
        self._busy("")
        idea = self.query_one("#idea", Input)
        typed, idea.value = idea.value, ""
        return typed

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
        self._is_opening = False
        self._busy("")
        self._trouble(error, wanted)
        if isinstance(wanted, Begin):
            self.query_one("#idea", Input).value = wanted.idea

    @on(Input.Submitted, "#idea")
    def _begin(self, event: Input.Submitted) -> None:
        idea = event.value.strip()
        if not idea or self._is_opening:
            return
        if self.app.lobby is None:
            self._busy("loading …")
            self.set_timer(0.1, lambda: self._begin(event))
            return
        from agentsh.commands.lines import read

        call = read(idea)
        if call.name == "say":
            self.app.open(self.query_one(Setup).begin(call.rest))
        else:
            self.query_one("#idea", Input).value = ""
            self.app.run_line(idea)

    def on_session_list_picked(self, event: SessionList.Picked) -> None:
        """Open the session."""
        self.app.open(Reopen(event.name))

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

    def _busy(self, text: str) -> None:
        if self._soon is not None:
            self._soon.stop()
        busy = self.query_one("#busy", Static)
        if text or busy.has_class("-shown"):
            busy.update(text)
            busy.set_class(bool(text), "-shown")
