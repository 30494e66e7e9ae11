"""The chat: what is said, as it is said; older pages come when one scrolls up to them, and go again."""

import time
from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.message import Message as Posted
from textual.widgets import Static

from agentsh.core import events as e
from agentsh.core.ids import ReactionId, RoleName
from agentsh.tui.cards import Draft, Note, Said
from agentsh.tui.colours import RoleColours
from agentsh.tui.feed import Item
from agentsh.tui.telling import line_of

MOST_CARDS = 60
"""Beyond that the oldest are taken off the screen; they come again on scroll."""
KEEP_CARDS = 30
MOST_AT_ONCE = 12
"""Of a flood only the newest cards are made; the others come on scroll too."""
MOST_DRAFTS = 8
"""So many generations are shown while they are under way; of the others only what came of them."""
MOST_ENDED = 2_000
"""So many finished steps are known, so that what is left of their text is not shown again."""
LEAST_ROWS = 4
"""Of a message of one line: who says it, the line, and the space around."""
HURRIED = 2_500
"""Characters a second of all generations together, beyond which only the end of each is shown."""

_NOTED = (
    e.SessionResumed,
    e.SessionPaused,
    e.SessionFinished,
    e.TeamChanged,
    e.ReactionFailed,
    e.ReactionRetried,
    e.ReactionDiverged,
    e.ModelLoading,
    e.ModelTruncated,
    e.ModelRetried,
    e.ApprovalSettled,
    e.HumanAnswered,
    e.FileChanged,
    e.BudgetWasSpent,
    e.BudgetChanged,
    e.RoleTaken,
    e.RoleReleased,
    e.Noticed,
    e.ErrorSeen,
)
Card = Said | Note


def _is_noted(event: e.Event) -> bool:
    """Whether the chat has a line for it: what happened beside the messages, what was run and which tool was used."""
    if isinstance(event, e.SessionFinished) and event.status == "interrupted":
        return False  # whoever left it knows; the bus has it
    if isinstance(event, e.StepFailed):
        return event.step != "model"  # the reaction fails with it, and says so with what to do
    return isinstance(event, _NOTED) or (isinstance(event, e.StepFinished) and event.step in ("tool", "run"))


def filling(page: Sequence[e.Recorded], rows: int) -> Sequence[e.Recorded]:
    """Return the newest part of a page that fills so many rows for sure."""
    for place in range(len(page) - 1, -1, -1):
        event = page[place].event
        if isinstance(event, e.MessagePublished):
            rows -= LEAST_ROWS + event.message.content.rstrip().count("\n")
        elif _is_noted(event):
            rows -= 1
        if rows <= 0:
            return page[place:]
    return page


class Chat(VerticalScroll, can_focus=True):
    """Messages as widgets, oldest above."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False, id="list.down"),
        Binding("k,up", "scroll_up", "Up", show=False, id="list.up"),
        Binding("g,home", "to_top", "Top", show=False, id="list.top"),
        Binding("G,end", "to_end", "End, and follow", show=False, id="list.end"),
        Binding("left_square_bracket", "card(-1)", "Message before", show=False, id="chat.previous"),
        Binding("right_square_bracket", "card(1)", "Next message", show=False, id="chat.next"),
    ]
    DEFAULT_CSS = """
    Chat {
        background: $surface;
        padding: 0 0 0 0;
        scrollbar-size-vertical: 1;
        & > .chat--empty { color: $muted; padding: 1 2; }
    }
    """

    class OlderWanted(Posted):
        """The first message is in sight, and there are older ones."""

    def __init__(
        self,
        colours: RoleColours,
        profiles: dict[RoleName, str],
        past: Sequence[e.Recorded] = (),
        *,
        id: str | None = None,
    ) -> None:
        """Begin with the newest of what has been.

        Args:
            colours: of roles.
            profiles: what roles are called.
            past: events, oldest first; those before the first of them come when they are asked for.
            id: of the widget.
        """
        super().__init__(id=id)
        self._colours = colours
        self._profiles = profiles
        self._past = past
        self._drafts: dict[RoleName, Draft] = {}
        self._ended: dict[tuple[str, int], None] = {}
        self._noticed: dict[str, int] = {}
        """Each notice is told once, however often the session is opened."""
        self._asked = False
        self._to_top = False
        """Whether the top is wanted of what comes next, too."""
        self._heard_at = 0.0
        self._pace = 0.0
        self.before = past[0].seq if past else 1
        """Everything from this seq on is on screen."""

    def compose(self) -> ComposeResult:
        """Show what has been, or that nothing has."""
        cards = self._cards_of(self._past)
        self._past = ()
        yield from cards
        if not cards:
            yield Static("Nothing has been said yet. What is to be made?", classes="chat--empty", markup=False)

    def on_mount(self) -> None:
        """Fetch what is older behind the first picture."""
        self.call_after_refresh(self.want_older)

    async def add(self, items: Sequence[Item]) -> None:
        """Show what has happened."""
        told: list[e.Recorded] = []
        hurried = self._hurried(items)
        for item in items:
            if isinstance(item, e.Delta):
                await self._hear(item, hurried=hurried)
                continue
            await self._end_drafts(item.event)
            if isinstance(item.event, e.MessagePublished) or _is_noted(item.event):
                told.append(item)
        if len(told) > MOST_AT_ONCE:
            told = told[-MOST_AT_ONCE:]
            await self._forget(self._cards, told[0].seq)
        if cards := self._cards_of(told):
            await self._mount(cards)

    def _hurried(self, items: Sequence[Item]) -> bool:
        """Return whether text comes more quickly than Markdown can be made of it."""
        now = time.monotonic()
        said = sum(len(item.text) for item in items if isinstance(item, e.Delta))
        passed_s = max(now - self._heard_at, 0.05)
        self._heard_at = now
        self._pace = 0.5 * self._pace + 0.5 * said / passed_s
        return self._pace > HURRIED

    async def put_before(self, page: Sequence[e.Recorded], before: int) -> None:
        """Show an older page above; what is on screen stays where it is.

        Args:
            page: events, oldest first.
            before: what is older than this seq is still to come; 1 when nothing is.
        """
        self.before, self._asked = before, False
        cards = self._cards_of(page)
        if not cards:
            self.want_older()
            return
        self._not_empty()
        height, follows = self.virtual_size.height, self._follows
        await self.mount_all(cards, before=self.children[0] if self.children else None)
        if self._to_top:
            self._to_top = False
            self.call_after_refresh(self.scroll_home, animate=False)
        elif not follows:
            self.call_after_refresh(self._keep_place, height)

    def action_to_top(self) -> None:
        """Go to the oldest message that is loaded, and on to the page before it when that comes."""
        self._to_top = self._asked or self.before > 1
        self.scroll_home(animate=False)

    def action_to_end(self) -> None:
        """Go to the newest and stay with it."""
        self._to_top = False
        self.anchor()

    def action_card(self, by: int) -> None:
        """Focus the next or the previous message."""
        cards = list(self.query(Said))
        if not cards:
            return
        focused = self.app.focused
        place = cards.index(focused) + by if focused in cards else (len(cards) - 1 if by < 0 else 0)
        cards[max(0, min(place, len(cards) - 1))].focus()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for older messages near the top."""
        super().watch_scroll_y(old_value, new_value)
        if new_value <= 1 and self.max_scroll_y > 0:
            self.want_older()

    def watch_virtual_size(self, _size: Size) -> None:
        """Follow the end once there is more than fits."""
        self._anchor_if_full()

    def on_resize(self, _event: events.Resize) -> None:
        """More or less may fit now."""
        self._anchor_if_full()

    def _anchor_if_full(self) -> None:
        """An anchor on less than fits would push it down."""
        room = self.container_size.height
        if not room:
            return
        if not self._anchored and self.virtual_size.height > room:
            self.anchor()
        elif self.virtual_size.height <= room and (self._anchored or self.scroll_y < 0):
            self.anchor(anchor=False)
            self.scroll_y = self.scroll_target_y = 0
            self.refresh(layout=True)

    def on_show(self, _event: events.Show) -> None:
        """Be at the end when shown again, if it was there."""
        if self._follows:
            self.scroll_end(animate=False)

    def want_older(self) -> None:
        """Ask for the page before the first message, if there is one."""
        if self.before > 1 and not self._asked:
            self._asked = True
            self.post_message(self.OlderWanted())

    def _keep_place(self, height: int) -> None:
        self.scroll_to(y=self.scroll_y + self.virtual_size.height - height, animate=False, immediate=True)

    def _cards_of(self, page: Sequence[e.Recorded]) -> list[Card]:
        return [card for recorded in page if (card := self._card(recorded)) is not None]

    def _card(self, recorded: e.Recorded) -> Card | None:
        event = recorded.event
        if isinstance(event, e.MessagePublished):
            said = event.message
            return Said(said, recorded.seq, recorded.at, self._profiles.get(said.sent_from, ""), self._colours)
        if not _is_noted(event) or (line := line_of(recorded)) is None:
            return None
        if isinstance(event, e.Noticed) and self._noticed.setdefault(event.message, recorded.seq) != recorded.seq:
            return None
        return Note("" if line.who == "session" else line.who, line.text, line.tone, recorded.seq)

    async def _mount(self, cards: Sequence[Card]) -> None:
        self._not_empty()
        await self.mount_all(cards, before=next(iter(self._drafts.values()), None))
        old = self._cards
        if len(old) > MOST_CARDS and self._follows:
            await self._forget(old[:-KEEP_CARDS], old[-KEEP_CARDS].seq)

    async def _forget(self, cards: Sequence[Card], before: int) -> None:
        """Take cards off the screen; they come again on scroll."""
        self.before = before
        await self.remove_children(cards)

    @property
    def _cards(self) -> list[Card]:
        return [card for card in self.children if isinstance(card, Said | Note)]

    @property
    def _follows(self) -> bool:
        """Whether the newest is in sight."""
        return not self._anchored or not self._anchor_released

    def _not_empty(self) -> None:
        for hint in self.children[:1]:
            if hint.has_class("chat--empty"):
                hint.remove()

    async def _hear(self, delta: e.Delta, *, hurried: bool) -> None:
        if (delta.reaction, delta.ordinal) in self._ended:
            return  # it was told of the end before: pieces wait apart from events
        draft = self._drafts.get(delta.role)
        if draft is not None and (draft.reaction, draft.ordinal) != (delta.reaction, delta.ordinal):
            await self._end(delta.role)
            draft = None
        if draft is None and len(self._drafts) >= MOST_DRAFTS:
            self._pass_over(delta.reaction, delta.ordinal)
            return
        if draft is None:
            self._not_empty()
            draft = Draft(delta, self._profiles.get(delta.role, "") or delta.role, self._colours)
            self._drafts[delta.role] = draft
            await self.mount(draft)
        await draft.hear(delta, hurried=hurried)

    def _pass_over(self, reaction: ReactionId, ordinal: int) -> None:
        """Show no more pieces of this step."""
        self._ended[reaction, ordinal] = None
        while len(self._ended) > MOST_ENDED:
            del self._ended[next(iter(self._ended))]

    async def _end_drafts(self, event: e.Event) -> None:
        match event:
            case e.StepStarted(reaction=reaction, ordinal=ordinal):
                self._ended.pop((reaction, ordinal), None)
            case e.StepFinished() | e.StepFailed() | e.GenerationStopped():
                self._pass_over(event.reaction, event.ordinal)
                draft = self._drafts.get(event.role)
                if draft is not None and (draft.reaction, draft.ordinal) == (event.reaction, event.ordinal):
                    await self._end(event.role)
            case e.ReactionFinished(role=role) | e.ReactionFailed(role=role) | e.ModelRetried(role=role):
                await self._end(role)
            case _:
                pass

    async def _end(self, role: RoleName) -> None:
        if (draft := self._drafts.pop(role, None)) is not None:
            await draft.finish()
            await draft.remove()
