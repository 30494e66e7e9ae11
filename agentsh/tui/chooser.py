"""A list above everything that is searched by typing: the palette of commands, themes, teams, models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from agentsh.core.terminal import one_line
from agentsh.tui.closing import ClosesOnce
from agentsh.tui.options import Options

SUMMARY_WEIGHT = 0.8
"""What fits a summary counts less than what fits a name."""
LONGEST_NAME = 60
LONGEST_SUMMARY = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that may be chosen."""

    name: str
    summary: str
    choose: Callable[[], object]
    """Called once the list is closed."""


class Chooser(ClosesOnce, ModalScreen[None]):
    """What is typed narrows the list, enter or a click chooses, esc or a click beside it goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back"),
        Binding("down", "list('cursor_down')", "Down", show=False),
        Binding("up", "list('cursor_up')", "Up", show=False),
        Binding("pagedown", "list('page_down')", "Page down", show=False),
        Binding("pageup", "list('page_up')", "Page up", show=False),
        Binding("ctrl+home", "list('first')", "Top", show=False),
        Binding("ctrl+end", "list('last')", "End", show=False),
    ]
    DEFAULT_CSS = """
    Chooser {
        align: center top;
        & > Vertical {
            width: 84; max-width: 100%; height: auto; max-height: 90%; margin: 1 0 0 0;
            border: round $primary; background: $surface;
            border-title-color: $text-primary; border-subtitle-color: $muted;
        }
        & Input { height: 1; border: none; background: $surface; padding: 0 1; &:focus { border: none; } }
        & Options {
            height: auto; max-height: 100%; border: none; border-top: solid $border; background: $surface; padding: 0;
            scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
            & > .option-list--option { padding: 0 1; }
        }
    }
    """

    def __init__(self, title: str, entries: Sequence[Entry], *, chosen: str = "") -> None:
        super().__init__()
        self._title = title
        self._entries = list({entry.name: entry for entry in entries}.values())
        self._chosen = chosen
        """The name of the entry that holds now; it is the one under the cursor at first."""
        self._listed: list[Entry] = []
        self._search = FuzzySearch()

    def compose(self) -> ComposeResult:
        """What is looked for above, what was found below."""
        with Vertical() as frame:
            frame.border_title = self._title
            yield Input(placeholder="type to search", compact=True)
            found = Options()
            found.can_focus = False
            yield found

    def on_mount(self) -> None:
        """List everything."""
        self._list("")
        self.query_one(Input).focus()

    async def action_dismiss(self, result: None = None) -> None:
        """Go back."""
        self.dismiss(result)

    def action_list(self, what: str) -> None:
        """Move the cursor of the list while the search keeps the keys."""
        getattr(self.query_one(Options), f"action_{what}")()

    def on_click(self, event: events.Click) -> None:
        """Go back where something beside the list is clicked."""
        if self.get_widget_at(event.screen_x, event.screen_y)[0] is self:
            self.dismiss()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._list(event.value.strip())

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.query_one(Options).action_select()

    @on(OptionList.OptionSelected)
    def _picked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        # The list may have changed since: what was on screen is what is meant.
        entry = next((entry for entry in self._entries if entry.name == event.option_id), None)
        if entry is not None and not self._is_closed and self.is_current:
            self.dismiss()
            self.app.call_later(entry.choose)

    def _list(self, query: str) -> None:
        ranked = [(self._score(query, entry), entry) for entry in self._entries]
        self._listed = [entry for score, entry in sorted(ranked, key=lambda found: -found[0]) if score > 0]
        nothing = Option(Content.styled("Nothing fits that.", "$muted"), disabled=True)
        options = self.query_one(Options)
        options.set_options([Option(self._told(query, entry), id=entry.name) for entry in self._listed] or [nothing])
        names = [entry.name for entry in self._listed]
        options.highlighted = None if not names else names.index(self._chosen) if self._first(query, names) else 0
        count = len(self._entries)
        self.query_one(Vertical).border_subtitle = f"{len(names)} of {count}" if query else str(count)

    def _first(self, query: str, names: list[str]) -> bool:
        return not query and self._chosen in names

    def _score(self, query: str, entry: Entry) -> float:
        if not query:
            return 1.0
        by_name, _ = self._search.match(query, entry.name)
        by_summary = SUMMARY_WEIGHT if query.lower() in entry.summary.lower() else 0.0
        return max(by_name, by_summary)

    def _told(self, query: str, entry: Entry) -> Content:
        name = Content(one_line(entry.name, LONGEST_NAME))
        for place in self._search.match(query, entry.name)[1] if query else ():
            name = name.stylize("bold underline", place, place + 1)
        mark = "● " if entry.name == self._chosen else "  " if self._chosen else ""
        sign = Content.styled(mark, "$text-success")
        summary = one_line(entry.summary, LONGEST_SUMMARY)
        return Content.assemble(sign, name, *([("\n  " + summary, "$muted")] if summary else []))
