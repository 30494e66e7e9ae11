"""The agents: what each role does, for how long, what waits for it, how full its context is."""

from collections.abc import Mapping

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets.option_list import Option

from agentsh.core.ids import RoleName
from agentsh.core.terminal import clean, one_line
from agentsh.session.view import RoleActivity, RoleView, SessionView
from agentsh.tui.colours import RoleColours
from agentsh.tui.options import Options
from agentsh.tui.shown import elapsed, meter, since_s

FULL = 0.85
"""Share of the context from which the meter is red."""
FILLING = 0.6
MOST_TIMED = 100
"""With more roles than that no seconds are counted: all of them would be laid out anew each second."""
SIGNS: dict[RoleActivity, tuple[str, str]] = {
    "idle": ("·", "$muted"),
    "reacting": ("▶", "$text-success"),
    "paused": ("‖", "$text-warning"),
    "waiting": ("?", "$text-accent"),
    "failed": ("✗", "$text-error"),
}


class Agents(Options):
    """One entry a role; Enter opens its page."""

    DEFAULT_CSS = """
    Agents {
        background: $surface;
        border: none;
        padding: 0;
        &:focus { background-tint: $foreground 0%; }
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        & > .option-list--option { padding: 0 1; }
    }
    """

    class Opened(Message):
        """A role's own page is wanted."""

        def __init__(self, role: RoleName) -> None:
            super().__init__()
            self.role = role

    def __init__(self, colours: RoleColours, *, model: str, id: str | None = None) -> None:
        super().__init__(id=id)
        self._colours = colours
        self._model = model
        self._told_last: tuple[SessionView, Mapping[RoleName, int]] | None = None
        self._shown: dict[RoleName, Content] = {}
        self._laid_out: dict[RoleName, tuple[tuple[object, ...], Content]] = {}
        """What each entry was made of, and the entry."""

    @property
    def chosen(self) -> RoleName | None:
        """The role under the cursor."""
        names = list(self._shown)
        return names[self.highlighted] if self.highlighted is not None and self.highlighted < len(names) else None

    def show(self, view: SessionView, queued: Mapping[RoleName, int]) -> None:
        """Show the roles as they are now; only what changed is drawn again, and nothing out of sight.

        Args:
            view: the session.
            queued: for a role that waits for its model, how many go before it.
        """
        self._told_last = view, queued
        if not self.display or not self.is_on_screen:
            return
        timed = len(view.roles) <= MOST_TIMED
        width = max(16, self.scrollable_content_region.width - 2)
        told = {
            role.name: self._entry(role, view, queued.get(role.name, 0), self._state(role, timed=timed), width)
            for role in view.roles
        }
        if list(told) != list(self._shown):
            self.set_options([Option(content) for content in told.values()])
        else:
            for place, (name, content) in enumerate(told.items()):
                shown = self._shown[name]
                if content is not shown and not content.is_same(shown):
                    self.replace_option_prompt_at_index(place, content)
        self._shown = told

    def on_option_list_option_selected(self, event: Options.OptionSelected) -> None:
        """Open the page of the role."""
        event.stop()
        if event.option_index < len(self._shown):
            self.post_message(self.Opened(list(self._shown)[event.option_index]))

    def on_resize(self, _event: events.Resize) -> None:
        """Lay the rows out for the new width, also where nothing goes on that would be an occasion for it."""
        self.call_after_refresh(self._show_again)

    def on_show(self) -> None:
        """Show what has changed out of sight."""
        self._show_again()

    def _show_again(self) -> None:
        if self._told_last is not None:
            self.show(*self._told_last)

    def _entry(self, role: RoleView, view: SessionView, queued: int, state: str, width: int) -> Content:
        """Return a role's entry; the same one as long as nothing of it has changed."""
        made_of = (role, view.model, view.num_ctx, queued, state, width)
        found = self._laid_out.get(role.name)
        if found is None or found[0] != made_of:
            found = self._laid_out[role.name] = made_of, self._told(role, view, queued, state, width)
        return found[1]

    def _told(self, role: RoleView, view: SessionView, queued: int, state: str, width: int) -> Content:
        sign, style = SIGNS[role.activity]
        colour = self._colours.of(role.name)
        name = one_line(role.name, max(4, width - len(state) - 3))
        first = Content.assemble(
            (f"{sign} ", style), (name, f"bold ${colour}"), (state.rjust(width - 2 - cell_len(name)), style)
        )
        return Content("\n").join([first, *self._details(role, view, queued, width)])

    def _state(self, role: RoleView, *, timed: bool) -> str:
        if role.activity == "reacting":
            seconds = since_s(role.since) if timed else None
            return elapsed(seconds) if seconds is not None else "busy"
        return "you" if role.human and role.activity == "idle" else role.activity

    def _details(self, role: RoleView, view: SessionView, queued: int, width: int) -> list[Content]:
        told = [clean(role.doing)] if role.doing and role.activity != "idle" else []
        if role.step and role.activity == "reacting":
            told.append(role.step)
        if role.human and role.activity != "idle":
            told.append("you")
        if queued:
            told.append(f"{queued} before it")
        if role.due:
            told.append(f"{role.due} due")
        lines = []
        if told:
            lines.append(Content.styled("  " + one_line(" · ".join(told), width - 2), "$muted"))
        if role.prompt_tokens or role.model not in ("", view.model):
            lines.append(self._meter(role, view, width))
        return lines

    def _meter(self, role: RoleView, view: SessionView, width: int) -> Content:
        """Return how full its context is, and which model it asks."""
        share = role.prompt_tokens / view.num_ctx if view.num_ctx else 0.0
        model = one_line(role.model, max(4, width - 19))
        model_style = "$faint" if role.model == view.model else "$text-secondary"
        return Content.assemble(
            ("  ctx ", "$faint"), (f"{meter(share, 6)}{share:4.0%}", context_style(share)), (f"  {model}", model_style)
        )


def context_style(share: float) -> str:
    """Return the colour of a context that is filled to `share`."""
    return "$text-error" if share >= FULL else "$text-warning" if share >= FILLING else "$muted"
