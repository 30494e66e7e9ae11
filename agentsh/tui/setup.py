"""With which team and which model a session is begun: one line below the idea, each part opens a list. Light."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from agentsh.tui.lobby import Begin, Offer

if TYPE_CHECKING:
    from agentsh.commands.context import Named
    from agentsh.tui.app import Shell
    from agentsh.tui.chooser import Entry
    from agentsh.tui.lobby import Lobby

DEMO = "demo model"
LONGEST = 40
"""Cells of a name; longer ones are cut."""


class Part(Widget, can_focus=True):
    """One of the two: what it is, and what is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,space,down", "open", "Choose", id="start.choose")]
    DEFAULT_CSS = """
    Part { width: auto; height: 1; padding: 0 1; margin: 0 1 0 0; color: $muted; }
    Part:hover { background: $panel; }
    Part:focus { background: $panel; color: $foreground; }
    """
    chosen: reactive[str] = reactive("…", layout=True)
    """The name of what is chosen."""
    warning: reactive[str] = reactive("", layout=True)
    """What is wrong with it."""

    class Opened(Message):
        """Its list is wanted."""

        def __init__(self, part: str) -> None:
            super().__init__()
            self.part = part

    def render(self) -> Content:
        """Return the line."""
        from agentsh.core.terminal import one_line

        chosen = one_line(self.chosen, LONGEST)
        warning = (f"  {one_line(self.warning, LONGEST)}", "$text-warning") if self.warning else ""
        return Content.assemble(f"{self.id} ", (chosen, "bold $text-primary"), warning, " ▾")

    def action_open(self) -> None:
        """Let something else be chosen."""
        self.post_message(self.Opened(self.id or ""))

    def on_click(self) -> None:
        """Let something else be chosen."""
        self.action_open()


class Setup(Horizontal):
    """Holds what was chosen, now or the last time; what was not is what a session takes by itself."""

    app: "Shell"
    DEFAULT_CSS = """
    Setup { height: 1; margin: 0 0 1 0; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._offer: Offer | None = None
        self._team: str | None = None
        self._model: str | None = None
        self._demo = False

    def compose(self) -> ComposeResult:
        """Team, then model."""
        yield Part(id="team")
        yield Part(id="model")

    def begin(self, idea: str) -> Begin:
        """Return what is wanted for an idea."""
        return Begin(idea, team=self._team, model=self._model, demo=self._demo)

    @work(exclusive=True, group="offer")
    async def load(self, lobby: "Lobby") -> None:
        """Find out what there is to choose from, and say what is taken when nothing is chosen."""
        offer = await lobby.offer()
        if self._offer is None and offer.last is not None:
            self._team, self._model, self._demo = offer.last.team, offer.last.model, offer.last.demo
        self._offer = offer
        self._show()

    def on_part_opened(self, event: Part.Opened) -> None:
        """List what there is."""
        event.stop()
        self.open(event.part)

    @work(exclusive=True, group="choose")
    async def open(self, part: str) -> None:
        """Let the team or the model be chosen."""
        from agentsh.tui.chooser import Chooser

        lobby, offer = self.app.lobby, self._offer
        if lobby is None or offer is None:
            return
        if part == "team":
            title, entries = "Teams", self._team_entries(await lobby.context.outside.teams())
        else:
            title, entries = f"Models {offer.host}".rstrip(), self._model_entries(offer)
        if self.screen.is_current:
            self.app.choose(Chooser(title, entries, chosen=self.query_one(f"#{part}", Part).chosen))

    def _team_entries(self, teams: "Sequence[Named]") -> "list[Entry]":
        from agentsh.tui.chooser import Entry

        return [Entry(team.name, team.summary, partial(self._take_team, team.name)) for team in teams]

    def _model_entries(self, offer: Offer) -> "list[Entry]":
        from agentsh.core.settings import DEMO_LABEL
        from agentsh.tui.chooser import Entry

        found = [Entry(model.name, model.summary, partial(self._take_model, model.name)) for model in offer.models]
        return [*found, Entry(DEMO, DEMO_LABEL, partial(self._take_model, None, demo=True))]

    def _take_team(self, name: str) -> None:
        self._team = name
        self._show()

    def _take_model(self, name: str | None, *, demo: bool = False) -> None:
        self._model, self._demo = name, demo
        self._show()

    def _show(self) -> None:
        offer = self._offer
        if offer is None:
            return
        from agentsh.core.settings import SMALL_TEAM  # loads pydantic, by now behind the first picture

        demo = self._demo or (offer.stands_in and bool(offer.problem) and self._model is None)
        team, model = self.query_one("#team", Part), self.query_one("#model", Part)
        team.chosen = self._team or offer.team or (SMALL_TEAM if demo else offer.usual_team)
        model.chosen = DEMO if demo else self._model or offer.model or "none"
        model.warning = "" if self._demo or self._model else offer.problem
