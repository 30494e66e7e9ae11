"""The app: opens sessions one after another, and holds what all screens share. Light, for the first paint."""

import asyncio
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.worker import WorkerCancelled, WorkerFailed

from agentsh.core.errors import AgentshError, ExitCode
from agentsh.tui.alt_digits import free_alt_digits
from agentsh.tui.colours import DARK, FALLBACKS, LIGHT, THEMES
from agentsh.tui.lobby import Lobby, LobbyMaker, Wanted
from agentsh.tui.start import Start
from agentsh.tui.terminal import TerminalApp

if TYPE_CHECKING:
    from agentsh.commands.reply import EditText, Reply
    from agentsh.core.events import SessionFinished
    from agentsh.core.ids import RoleName
    from agentsh.session.facade import Session
    from agentsh.tui.chooser import Chooser
    from agentsh.tui.session_screen import SessionScreen


PAINTED_S = 0.03
"""By then the first picture is on the terminal."""
_LEAVING = (signal.SIGTERM, signal.SIGHUP)
LEAVING_S = 10.0
"""So long an app that was told to leave has for it before it can be told again."""
TWICE_S = 2.0
"""ctrl+c twice within this leaves."""


class Shell(TerminalApp):
    """One terminal, one session at a time.

    Attributes:
        crash: what nobody expected, if that ended the app.
        wanted: what it was started for, if not for the start page.
    """

    TITLE = "agentsh"
    ENABLE_COMMAND_PALETTE = False  # Textual's; ours is a list like any other here
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+p", "palette", "Commands", priority=True, id="app.palette"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding("ctrl+c", "cancel", "Copy, clear, cancel", show=False, priority=True, id="app.cancel"),
        Binding("f1", "help", "Help", priority=True, id="app.help"),
        Binding("question_mark", "help", "Help", show=False, id="app.help_too"),
        Binding("ctrl+r", "sessions", "Sessions", show=False, priority=True, id="app.sessions"),
        Binding("ctrl+g", "editor", "Editor", show=False, priority=True, id="app.editor"),
    ]
    CSS = """
    Screen { background: $background; color: $foreground; }
    ModalScreen { background: $background 70%; }
    TextArea { min-width: 8; & .text-area--placeholder { color: $text-disabled; } }
    ToastRack { dock: top; align: right top; margin: 2 0 0 0; }
    Toast { width: 56; max-width: 70%; background: $panel; padding: 0 1; margin: 0 1 1 0; }
    """

    def __init__(self, make_lobby: LobbyMaker, wanted: Wanted | None = None) -> None:
        super().__init__()
        free_alt_digits()
        self.crash: Exception | None = None
        self.last_session: str | None = None
        self._make_lobby = make_lobby
        self.wanted = wanted
        self._lobby: Lobby | None = None
        self._loaded = asyncio.Event()
        """What a session needs is loaded; to open one before would only do the same once more."""
        self._leaving: asyncio.Event | None = None
        self._next: Wanted | None = None
        self._cancelled_at = -TWICE_S
        self._told_s = -LEAVING_S
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DARK

    def get_default_screen(self) -> Start:
        """Begin with the start page."""
        return Start()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return colours that a theme need not name."""
        return FALLBACKS

    @property
    def start(self) -> Start:
        """The start page, which lies below all else."""
        start = self.screen_stack[0]
        assert isinstance(start, Start)  # noqa: S101  it is the default screen
        return start

    @property
    def session_screen(self) -> "SessionScreen | None":
        """The screen of the open session."""
        from agentsh.tui.session_screen import SessionScreen

        return next((screen for screen in self.screen_stack if isinstance(screen, SessionScreen)), None)

    @property
    def lobby(self) -> Lobby | None:
        """What there is outside; None while it is being loaded."""
        return self._lobby

    def on_mount(self) -> None:
        """Load what is heavy once the first picture stands; let whatever ends a process end the session in order."""
        for number in _LEAVING:
            asyncio.get_running_loop().add_signal_handler(number, self._told_to_leave)
        self.call_after_refresh(self.set_timer, PAINTED_S, self._load)

    def on_unmount(self) -> None:
        """Give the signals back."""
        for number in _LEAVING:
            asyncio.get_running_loop().remove_signal_handler(number)

    @work(group="load")
    async def _load(self) -> None:
        try:
            self._lobby = await asyncio.to_thread(self._make_lobby)
        except AgentshError as error:
            self.start.tell(error)
            return
        self._rebind(self._lobby.keys)
        if self._lobby.theme:
            self.choose_theme(self._lobby.theme)
        self.start.refresh_sessions()
        if self.wanted is not None:
            self.open(self.wanted)
        await self._load_ahead(self._lobby)

    async def _load_ahead(self, lobby: Lobby) -> None:
        """Load what opening a session takes, unless one is being opened already and loads it itself."""
        from agentsh.tui.ahead import load_ahead

        try:
            if self.wanted is None:
                await lobby.load_ahead()
            await load_ahead(self.stylesheet)
        finally:
            self._loaded.set()

    def _rebind(self, keys: Mapping[str, str]) -> None:
        from agentsh.tui.keys import KEYS

        known = {key.id for group in KEYS.values() for key in group}
        self.set_keymap({name: key for name, key in keys.items() if name in known})
        if unknown := sorted(set(keys) - known):
            title = f"agentsh.toml: [keys] names no key {unknown[0]!r}"
            self.notify("F1 shows the names that there are", title=title, severity="warning", timeout=30)

    @work(group="session", exclusive=True)
    async def open(self, wanted: Wanted) -> None:
        """Open a session, stay in it until it is left, then open the next if one is wanted."""
        following: Wanted | None = wanted
        while following is not None:
            following = await self._stay(following)
        self.start.refresh_sessions()

    async def _stay(self, wanted: Wanted) -> Wanted | None:
        lobby = self._lobby
        if lobby is None:
            return None
        self._next = None
        self.start.opening(wanted)
        if self.wanted is None:
            await self._loaded.wait()
        try:
            async with lobby.open(wanted, self.start.progress) as session:
                await self._inside(session, lobby)
        except AgentshError as error:
            self.start.tell(error, wanted)
        else:
            self.start.opened()
        return self._next

    async def _inside(self, session: "Session", lobby: Lobby) -> None:
        from agentsh.tui.helm import Helm
        from agentsh.tui.session_screen import SessionScreen

        typed = self.start.opened()
        self.last_session = session.name
        context = lobby.context
        context.live = session
        self._leaving = asyncio.Event()
        screen = SessionScreen(session, Helm(self, context), lobby.history, self.size)
        serving = asyncio.create_task(session.serve(), name="serve")
        serving.add_done_callback(self._served)
        try:
            await screen.read_past()
            await self.push_screen(screen)
            if typed:
                self.put_into_prompt(typed + screen.prompt.text)
            await self._leaving.wait()
        finally:
            self._leaving = None
            context.live = None
            await screen.end()
            self.workers.cancel_node(screen)
            session.interrupt()
            await asyncio.wait([serving])
            await self._close_screens()

    def _served(self, serving: "asyncio.Task[SessionFinished]") -> None:
        if not serving.cancelled() and (error := serving.exception()) is not None:
            if isinstance(error, AgentshError):
                self.notify(error.hint, title=str(error), severity="error", timeout=30)
            elif isinstance(error, Exception):
                self._handle_exception(error)

    async def _close_screens(self) -> None:
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    async def leave(self, following: Wanted | None = None) -> None:
        """Leave the open session, resumable; then open another, or show the start page."""
        if self._leaving is None:
            if following is not None:
                self.open(following)
            return
        self._next = following
        self._leaving.set()

    async def action_quit(self) -> None:
        """Leave; the session goes on with `agentsh resume`."""
        await self._quit(ExitCode.DONE)

    def _told_to_leave(self) -> None:
        """Leave in order when something else ends the process: a signal, or a terminal that is closed.

        A terminal that closes sends more than one signal: the second must not cut off what the first has begun.
        """
        now_s = time.monotonic()
        if now_s - self._told_s < LEAVING_S:
            return
        self._told_s = now_s
        self.run_worker(self._quit(ExitCode.INTERRUPTED), name="leaving", group="leaving", exclusive=True)

    async def _quit(self, code: ExitCode) -> None:
        self.is_deaf = True
        if self._leaving is not None:
            await self.leave()
            with suppress(WorkerCancelled):  # another session was to be opened at the same moment
                await self.workers.wait_for_complete([worker for worker in self.workers if worker.group == "session"])
        self.exit(code)

    def action_sessions(self) -> None:
        """Show the sessions; the open one goes on until another is chosen."""
        from agentsh.tui.picker import Picker

        if self._leaving is not None and not any(isinstance(screen, Picker) for screen in self.screen_stack):
            self.push_screen(Picker())

    def action_palette(self) -> None:
        """Show every command."""
        from agentsh.tui.palette import palette

        self.choose(palette(self))

    def choose(self, chooser: "Chooser") -> None:
        """Let something be chosen, unless something is being chosen already, perhaps below another screen."""
        from agentsh.tui.chooser import Chooser

        if not any(isinstance(screen, Chooser) for screen in self.screen_stack):
            self.push_screen(chooser)

    def action_help(self) -> None:
        """Show keys and commands."""
        from agentsh.tui.help import Help

        if not any(isinstance(screen, Help) for screen in self.screen_stack):
            self.push_screen(Help(self._lobby.context.registry if self._lobby is not None else ()))

    async def action_cancel(self) -> None:
        """Copy what is selected, else clear what is typed, else cancel; the second time quit."""
        from agentsh.tui.cancelling import cancel

        again = time.monotonic() - self._cancelled_at < TWICE_S
        if await cancel(self, again=again):
            return
        if again:
            await self.action_quit()
            return
        self._cancelled_at = time.monotonic()
        self.notify("ctrl+c once more quits", timeout=TWICE_S)

    async def action_editor(self) -> None:
        """Write the prompt in the person's editor."""
        from agentsh.commands.reply import EditText

        if self.session_screen is not None:
            await self.edit(EditText(self.session_screen.prompt.text, "your message"))

    def run_line(self, line: str) -> None:
        """Carry out a line as if it had been typed."""
        if self.session_screen is not None:
            self.session_screen.helm.run(line)
        elif self._lobby is not None:
            from agentsh.tui.helm import Helm

            Helm(self, self._lobby.context).run(line)

    def put_into_prompt(self, text: str) -> None:
        """Let a person go on typing from here."""
        if self.session_screen is not None:
            self.session_screen.prompt.text = text
            self.session_screen.prompt.area.focus()

    async def answer(self, reply: "Reply") -> None:
        """Do what a command's answer asks."""
        from agentsh.tui.replies import answer

        await answer(self, reply)

    def open_role(self, role: "RoleName") -> None:
        """Show a role's own page."""
        from agentsh.tui.role_page import RolePage

        below = self.session_screen
        if below is not None and not any(isinstance(screen, RolePage) for screen in self.screen_stack):
            self.push_screen(RolePage(below.session, below.helm, role))

    async def edit(self, wanted: "EditText") -> None:
        """Let a text be edited outside."""
        from agentsh.commands.editor import edited

        # The team goes on meanwhile; nothing is painted over the editor.
        with self.batch_update(), self.suspend():
            text = await edited(wanted.text, wanted.suffix)
        if not text.strip():
            return
        if wanted.done is not None:
            await self._done(wanted.done, text)
        elif self.session_screen is not None:
            self.session_screen.prompt.text = text

    async def _done(self, done: "Callable[[str], object]", text: str) -> None:
        try:
            await self.answer(await done(text))  # type: ignore[misc]
        except AgentshError as error:
            self.notify(error.hint, title=str(error), severity="error")

    def choose_theme(self, name: str | None) -> None:
        """Use a theme; without a name let one be chosen."""
        short = {"dark": DARK, "light": LIGHT}
        if name is None:
            from agentsh.tui.palette import themes

            self.choose(themes(self))
        elif (known := short.get(name, name)) in self.available_themes:
            self.theme = known
        else:
            self.notify(
                ", ".join(sorted(self.available_themes)),
                title=f"there is no theme {name!r}",
                severity="error",
                markup=False,
            )

    def bound_keys(self) -> dict[str, str]:
        """Return keys by binding id, as they were rebound."""
        return dict(self._keymap)

    def _handle_exception(self, error: Exception) -> None:
        found = error.error if isinstance(error, WorkerFailed) else error
        if self.is_deaf and isinstance(found, NoMatches):
            return  # what was still being built when everything ended misses the parts that it never got
        if self.crash is None and isinstance(found, Exception):
            self.crash = found
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        # The traceback goes into a crash file; the terminal is given back as it was.
        self._close_messages_no_wait()
