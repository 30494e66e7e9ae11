"""One session on screen: agents, files, chat, bus, what is being looked at; questions and the prompt below."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.geometry import Size

from agentsh.commands.history import History
from agentsh.core import controls as k
from agentsh.core import events as e
from agentsh.core.errors import AgentshError
from agentsh.core.ids import RoleName
from agentsh.session.facade import Session
from agentsh.session.view import QuestionView
from agentsh.tui.agents import Agents
from agentsh.tui.approval import Approval
from agentsh.tui.ask_panel import AskPanel, failed_roles
from agentsh.tui.asking import Asking
from agentsh.tui.bus import Bus
from agentsh.tui.cards import Said
from agentsh.tui.chat import Chat, filling
from agentsh.tui.colours import RoleColours
from agentsh.tui.feed import Feed, Item
from agentsh.tui.files import Files
from agentsh.tui.helm import Helm
from agentsh.tui.history import BUS_PAGE_EVENTS, FIRST_EVENTS, page_before
from agentsh.tui.keys import hint
from agentsh.tui.layout import CSS as LAYOUT
from agentsh.tui.layout import PaneTabs
from agentsh.tui.line_view import LineView
from agentsh.tui.look import Look
from agentsh.tui.panes import PanedScreen
from agentsh.tui.prompt import Prompt
from agentsh.tui.small import TooSmall
from agentsh.tui.status import Pace, StatusBar, status_word
from agentsh.tui.telling import whole

if TYPE_CHECKING:
    from agentsh.tui.app import Shell
    from agentsh.tui.world_pane import WorldPane

HINT = (
    ("session.pause", "pause"),
    ("session.step", "step"),
    ("session.stop", "interrupt"),
    ("app.palette", "commands"),
    ("app.help", "help"),
)
PAUSED_HINT = (("session.go", "go"), ("session.step", "step"), ("app.palette", "commands"), ("app.help", "help"))


class SessionScreen(PanedScreen):
    """Follows a session and shows it; what a person does here becomes controls and commands."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "steer('go')", "Go", priority=True, id="session.go"),
        Binding("f6", "steer('pause')", "Pause", priority=True, id="session.pause"),
        Binding("f10", "steer('step')", "Step", priority=True, id="session.step"),
        Binding("ctrl+t", "time_line", "Time line", priority=True, id="session.time"),
        Binding("escape", "back", "Back, stop", show=False, id="session.stop"),
    ]
    DEFAULT_CSS = LAYOUT

    def __init__(self, session: Session, helm: Helm, history: History, size: Size) -> None:
        """Begin to listen to a session; nothing that happens from now on is missed.

        Args:
            session: what is shown.
            helm: carries out what a person does.
            history: what was typed before.
            size: of the terminal. What is laid out for it at once need not be laid out anew when the size is told.
        """
        super().__init__(size)
        self._rows = size.height
        self._past: Sequence[e.Recorded] = ()
        self._history = history
        self.session = session
        self.helm = helm
        self.colours = RoleColours()
        self._view = session.view()
        # From here on, before the team works: what is being said is not told again later.
        self._opened_seq = self._view.seq
        self._happening = session.follow(self._opened_seq)
        for role in self._view.roles:
            self.colours.of(role.name)
        self._queued: dict[RoleName, int] = {}
        self._pace = Pace()
        self._feed = Feed(self._receive)
        self._world: WorldPane | None = None

    async def read_past(self) -> None:
        """Read the end of what has been, to be in the first picture."""
        self._past = await page_before(self.session, self._opened_seq + 1, FIRST_EVENTS)

    def compose(self) -> ComposeResult:
        """One tree for all widths; the style sheet says what is where."""
        profiles = {role.name: role.profile for role in self._view.roles}
        past, self._past = self._past, ()
        yield TooSmall()
        yield StatusBar(self.session.sandbox, id="status")
        yield PaneTabs(id="tabs-top")
        with Horizontal(id="desk"):
            with Vertical(id="left"):
                yield Agents(self.colours, model=self._view.model, id="agents")
                yield Files(id="files")
            with Vertical(id="main"):
                yield PaneTabs(framed=True, id="tabs")
                yield Chat(self.colours, profiles, filling(past, self._rows), id="chat")
                with Vertical(id="side"):
                    yield Bus(self.colours, past, id="bus")
                    yield Look(id="look")
                yield from self._world_pane()
                yield Asking(id="asking")
                yield Prompt(
                    self.helm.complete, placeholder="Say something, or / for a command, ? for help", id="prompt"
                )

    def _world_pane(self) -> "Iterator[WorldPane]":
        """Yield the world's pane where there is a world; else nothing of worlds is loaded."""
        if self.session.world is not None:
            from agentsh.tui.world_pane import WorldPane

            self._world = WorldPane(self.session.world, self.helm, self.colours, id="world")
            yield self._world

    @property
    def chat(self) -> Chat:
        """The chat."""
        return self.query_one(Chat)

    @property
    def bus(self) -> Bus:
        """The bus."""
        return self.query_one(Bus)

    @property
    def look(self) -> Look:
        """What is being looked at."""
        return self.query_one(Look)

    async def bring_forward(self, question: QuestionView) -> None:
        """Let a person answer this one now."""
        await self.query_one(Asking).bring_forward(question)

    async def on_mount(self) -> None:
        """Follow the session."""
        self.query_one("#agents").border_title = "Agents"
        self.query_one("#files").border_title = "Files"
        self.query_one("#bus").border_title = "Bus"
        if self.session.world is not None:
            self._with_world()
        self.set_interval(1.0, self._second, name="second")
        self.follow()
        self._list_files()
        self.prompt.remember(await asyncio.to_thread(self._history.load))
        self.call_after_refresh(self._show_view)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """What was mounted a moment ago has its styles; later ones may have changed behind another screen."""
        event.refresh_styles = self.stack_updates > 0

    def _with_world(self) -> None:
        """Give the world its tab; where nobody works beside it, it is what is seen first."""
        self.add_class("-has-world")
        for tabs in self.query(PaneTabs):
            tabs.with_world = True
        if not self.session.facts.idea:
            self.pane = "world"

    def on_world_pane_typed(self, event: "WorldPane.Typed") -> None:
        """Let a person finish a line that the world's pane began."""
        self.app.put_into_prompt(event.line)

    @work(group="follow")
    async def follow(self) -> None:
        """Show whatever comes."""
        self._feed.seen = self._opened_seq
        self.run_worker(self._feed.run(), group="feed", name="feed")
        async for item in self._happening:
            self._feed.take(item)

    async def end(self) -> None:
        """Show nothing more: the session is being left."""
        await self._feed.end()

    async def action_steer(self, what: str) -> None:
        """Go on, pause, or let one step through."""
        controls: dict[str, k.Control] = {"go": k.Go(), "pause": k.Pause(), "step": k.Step()}
        await self.helm.send(controls[what])

    async def action_back(self) -> None:
        """Close what is open; when nothing is, interrupt what is being said."""
        prompt = self.query_one(Prompt)
        if prompt.completing:
            prompt.close_completions()
        elif self.pane == "look":
            self.action_pane(self.before_look)
        elif self.focused is not prompt.area:
            prompt.area.focus()
        elif self.session.generating():
            await self.helm.send(k.Stop())

    @on(Prompt.Submitted)
    def _line(self, event: Prompt.Submitted) -> None:
        self._history.add(event.text)
        self.helm.run(event.text)

    @on(Asking.Answered)
    async def _answered(self, event: Asking.Answered) -> None:
        if not await self.helm.send(event.decision):
            self.query_one(Asking).unsettle(event.question)
        await self._show_view()

    @on(AskPanel.Shown)
    def _asked(self, event: AskPanel.Shown) -> None:
        self.app.call_for_person(event.panel.title_text)
        if not self.prompt.text:
            event.panel.take_focus()

    @on(Asking.Closed)
    def _all_answered(self) -> None:
        self.app.person_came()
        self.query_one(Prompt).area.focus()

    @on(Approval.TypedElsewhere)
    def _typed(self, event: Approval.TypedElsewhere) -> None:
        self.type_on(event.character)

    @on(Asking.LineWanted)
    def _asked_for(self, event: Asking.LineWanted) -> None:
        self.helm.run(event.line)

    @on(Agents.Opened)
    def _role(self, event: Agents.Opened) -> None:
        self.helm.open_role(event.role)

    @on(Files.Previewed)
    def _preview(self, event: Files.Previewed) -> None:
        self.helm.open_file(event.path)

    @on(Files.DiffWanted)
    def _diff(self, event: Files.DiffWanted) -> None:
        self.helm.diff(event.path)

    @on(Said.Opened)
    def _whole(self, event: Said.Opened) -> None:
        self.query_one(Look).show_text(event.said.content, event.said.id, "markdown")
        self.pane = "look"

    @on(Said.Asked)
    def _why(self, event: Said.Asked) -> None:
        self.helm.run(f"/why {event.said.id}")

    @on(LineView.Opened)
    @work(exclusive=True, group="event")
    async def _line_opened(self, event: LineView.Opened) -> None:
        for recorded in await page_before(self.session, event.line.seq + 1, 1):
            self.open_event(recorded)

    def open_event(self, recorded: e.Recorded) -> None:
        """Show one event as a whole."""
        text, language = whole(recorded.event)
        self.look.show_text(text, f"{recorded.seq} · {recorded.event.kind}", language)
        self.action_pane("look")

    def action_time_line(self) -> None:
        """Show the places in time that one can go back to, unless they are shown, perhaps below another screen."""
        from agentsh.tui.time_line import TimeLine

        if not any(isinstance(screen, TimeLine) for screen in self.app.screen_stack):
            self.app.push_screen(TimeLine(self.session, self.colours))

    @on(Chat.OlderWanted)
    @work(exclusive=True, group="older chat")
    async def _older(self) -> None:
        page = await page_before(self.session, self.chat.before)
        await self.chat.put_before(page, page[0].seq if page else 1)

    @on(Bus.OlderWanted)
    @work(exclusive=True, group="older bus")
    async def _older_lines(self) -> None:
        page = await page_before(self.session, self.bus.before, BUS_PAGE_EVENTS)
        self.bus.put_before(page, page[0].seq if page else 1)

    async def _receive(self, items: Sequence[Item]) -> None:
        """Show a frame's worth, and paint once."""
        for item in items:
            if isinstance(item, e.Delta):
                self._pace.add(len(item.text))
                self._queued[item.role] = item.ahead
        recorded = [item for item in items if isinstance(item, e.Recorded)]
        if self._world is not None and recorded:
            self._world.moved = True
        if any(isinstance(item.event, e.FileChanged) for item in recorded):
            self._list_files()
        with self.app.batch_update():
            self.bus.add(recorded)
            await self.chat.add(items)
            await self._show_view()

    async def _show_view(self) -> None:
        view = self._view = self.session.view()
        self.query_one(StatusBar).view = view
        self.query_one(Agents).show(view, self._queued)
        self.prompt.area.border_subtitle = hint(self.app.bound_keys(), *(PAUSED_HINT if view.paused else HINT))
        self.app.show_title(status_word(view), view.name)
        await self.query_one(Asking).show([*view.stopped, *view.questions, *failed_roles(view)])

    def _second(self) -> None:
        """What changes with time alone."""
        if self._pace.resting and not any(role.activity == "reacting" for role in self._view.roles):
            return
        self._pace.tick()
        self.query_one(StatusBar).rate = (self._pace.tokens_per_s, self._pace.sparkline)
        self.query_one(Agents).show(self._view, self._queued)

    @work(exclusive=True, group="files")
    async def _list_files(self) -> None:
        try:
            self.query_one(Files).show(await self.session.files())
        except AgentshError as error:
            self.helm.complain(error)
