"""The time line of a session: what was said and done, each a place to go back to, or to begin another way from."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from agentsh.core import events as e
from agentsh.core.terminal import one_line
from agentsh.tui.closing import ClosesOnce
from agentsh.tui.colours import RoleColours
from agentsh.tui.history import BUS_PAGE_EVENTS, page_before
from agentsh.tui.options import Options
from agentsh.tui.page import Page
from agentsh.tui.telling import line_of, whole

if TYPE_CHECKING:
    from agentsh.session.facade import Session
    from agentsh.tui.app import Shell

PLACES = (
    e.SessionStarted,
    e.SessionResumed,
    e.SessionForked,
    e.SessionRewound,
    e.SessionFinished,
    e.MessagePublished,
    e.FileChanged,
    e.ApprovalSettled,
    e.HumanAnswered,
    e.RoleTaken,
    e.RoleReleased,
    e.RoleHired,
    e.RoleFired,
    e.ModelChanged,
    e.ReactionFailed,
    e.TickFinished,
)
"""What one may want to go back to; the steps between are on the bus."""
OLDER, NEWER = "older", "newer"
MOST_SHOWN = 10_000
"""Characters of what happened at a place that are shown below the list; enter shows all."""
KEYS = "enter shows it · r goes back to it · f forks there · d its diff · esc closes"
WILL = {
    "rewind": "enter goes back to event {seq}; what came later is kept as a session of its own",
    "fork": "enter makes a session that is this one up to event {seq}; a name may follow",
}


class TimeLine(ClosesOnce, ModalScreen[None]):
    """A page of places, oldest first. What is to be done is put into the prompt, where it is read before it is done."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back"),
        Binding("r", "put('rewind')", "Go back to it", id="time.rewind"),
        Binding("f", "put('fork')", "Fork there", id="time.fork"),
        Binding("d", "diff", "What changed", id="time.diff"),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal")]
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]
    DEFAULT_CSS = """
    TimeLine {
        align: center middle;
        & > Vertical {
            width: 100%; max-width: 120; height: 90%;
            border: round $primary; background: $surface;
            border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        & Options {
            height: 2fr; border: none; background: $surface; padding: 0; scrollbar-size-vertical: 1;
            text-wrap: nowrap; text-overflow: ellipsis;
            &:focus { border: none; background-tint: $foreground 0%; }
            & > .option-list--option { padding: 0 1; }
        }
        & Page { height: 1fr; border-top: solid $border; }
        & Static { height: 1; padding: 0 1; color: $muted; }
        &.-short Page { display: none; }
        &.-short > Vertical, &.-narrow > Vertical { height: 100%; }
    }
    """

    def __init__(self, session: "Session", colours: RoleColours) -> None:
        super().__init__()
        self._session = session
        self._colours = colours
        self._before = [session.view().seq + 1]
        """Where each page that is or was shown ends, the newest first."""
        self._page: dict[int, e.Recorded] = {}

    def compose(self) -> ComposeResult:
        """Places, and below them what happened at the one under the cursor."""
        with Vertical() as frame:
            frame.border_title = "Time line"
            yield Options()
            page = Page(empty="")
            page.can_focus = False
            yield page
            yield Static(KEYS, markup=False)

    def on_mount(self) -> None:
        """Begin with the newest page."""
        self.query_one(Options).focus()
        self._load(at_end=True)

    async def action_dismiss(self, result: None = None) -> None:
        """Go back to the session."""
        self.dismiss(result)

    def action_put(self, command: str) -> None:
        """Put a command for the place under the cursor into the prompt."""
        if (chosen := self._chosen) is not None and self.is_current:
            self.dismiss()
            self.app.put_into_prompt(f"/{command} {chosen.seq}{' ' if command == 'fork' else ''}")
            self.app.notify(WILL[command].format(seq=chosen.seq), timeout=8)

    def action_diff(self) -> None:
        """Show what changed in the files at the place under the cursor."""
        chosen = self._chosen
        if chosen is None or not isinstance(chosen.event, e.FileChanged) or chosen.event.commit is None:
            self.app.notify("only where a role wrote a file there is something to compare", timeout=4)
        elif self.is_current:
            self.dismiss()
            self.app.run_line(f"/diff {chosen.event.commit}")

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if (chosen := self._chosen) is not None:
            text, language = whole(chosen.event)
            text, page = text[:MOST_SHOWN], self.query_one(Page)
            page.show_prose(text) if language == "markdown" else page.show(text, language)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if event.option_id in (OLDER, NEWER):
            self._turn(older=event.option_id == OLDER)
        elif (chosen := self._chosen) is not None and (below := self.app.session_screen) is not None:
            self.dismiss()
            below.open_event(chosen)

    def _turn(self, *, older: bool) -> None:
        """Go to another page; asked for twice before it is there, it is the same page."""
        first = min(self._page, default=1)
        if older and self._before[-1] > first > 1:
            self._before.append(first)
        elif not older and len(self._before) > 1:
            self._before.pop()
        self._load(at_end=older)

    @property
    def _chosen(self) -> e.Recorded | None:
        options = self.query_one(Options)
        option = options.highlighted_option
        return None if option is None or option.id in (None, OLDER, NEWER) else self._page.get(int(str(option.id)))

    @work(exclusive=True, group="page")
    async def _load(self, *, at_end: bool) -> None:
        page = await page_before(self._session, self._before[-1], BUS_PAGE_EVENTS)
        self._page = {recorded.seq: recorded for recorded in page}
        options = self.query_one(Options)
        options.set_options(list(self._options()))
        places = [at for at, option in enumerate(options.options) if option.id not in (OLDER, NEWER)]
        options.highlighted = None if not places else places[-1] if at_end else places[0]
        first, last = min(self._page, default=0), max(self._page, default=0)
        self.query_one(Vertical).border_subtitle = f"events {first:,} to {last:,} of {self._session.view().seq:,}"

    def _options(self) -> Iterator[Option]:
        first = min(self._page, default=1)
        if first > 1:
            yield Option(Content.styled(f"▲ older: events 1 to {first - 1:,}", "$muted"), id=OLDER)
        for seq, recorded in self._page.items():
            if isinstance(recorded.event, PLACES) and (told := self._told(recorded)) is not None:
                yield Option(told, id=str(seq))
        if len(self._before) > 1:
            yield Option(Content.styled(f"▼ newer: from event {self._before[-1]:,}", "$muted"), id=NEWER)

    def _told(self, recorded: e.Recorded) -> Content | None:
        line = line_of(recorded)
        if line is None:
            return None
        narrow = self.has_class("-narrow")
        return Content.assemble(
            (f"{recorded.seq:>5} ", "$faint"),
            ("" if narrow else f"{line.at} ", "$muted"),
            (f"{one_line(line.who, 16):<16} ", f"${self._colours.of(line.who)}"),
            line.text,
        )
