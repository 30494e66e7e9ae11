"""One person at one prompt: what is typed is carried out, what happens is shown, what waits is asked."""

import asyncio
import time
from contextlib import suppress

from agentsh.commands import reply as r
from agentsh.commands.lines import is_command, read
from agentsh.core import events as e
from agentsh.core.chat import PullProgress
from agentsh.core.errors import AgentshError, ExitCode
from agentsh.repl.answers import Answers
from agentsh.repl.asking import Asking
from agentsh.repl.front import Front
from agentsh.repl.house import Begin, House, Reopen, Wanted
from agentsh.repl.lines import line
from agentsh.repl.opened import opened_lines
from agentsh.repl.pickers import trouble
from agentsh.repl.stay import Item
from agentsh.repl.tails import Tails
from agentsh.repl.telling import tell_lines
from agentsh.repl.visits import Visits
from agentsh.session.facade import Session

TWICE_S = 2.0
"""ctrl+c twice within this leaves."""
LOOK_AGAIN_S = 0.05
"""Whoever comes to a closed gate makes no event of it."""
_AT_ONCE = ("help", "keys", "theme", "quit")
"""Commands that do not wait for a session that is being opened."""
_ASKING = (
    e.HumanAsked,
    e.HumanAnswered,
    e.HumanWithdrawn,
    e.ApprovalAsked,
    e.ApprovalSettled,
    e.GenerationStopped,
    e.GenerationSettled,
    e.ReactionFailed,
    e.RoleFired,
)
"""What may change what awaits the person."""


class Shell:
    """Lives as long as its process; sessions come and go.

    Attributes:
        house: where sessions live.
        front: where the person sits.
        asking: what awaits the person.
        visits: opens and closes sessions.
        tails: what is being said just now.
        doing: what the shell itself is busy with, such as opening a session; empty: nothing.
        code: what the process is to return.
        last_session: the session that was open last.
    """

    def __init__(self, house: House, front: Front) -> None:
        self.house = house
        self.front = front
        self.context = house.context
        self.asking = Asking(house.context, front)
        self.visits = Visits(house, self)
        self.tails = Tails()
        self.doing = ""
        self.code = ExitCode.DONE
        self.last_session: str | None = None
        self._answers = Answers(self)
        self._said: list[str] = []
        self._cancelled_at = -TWICE_S
        self._news = asyncio.Event()
        self._tasks: asyncio.TaskGroup | None = None
        self._running: set[asyncio.Task[None]] = set()

    @property
    def idle(self) -> bool:
        """Whether there is no session, and none on its way."""
        return self.context.live is None and not self.visits.opening

    @property
    def waits(self) -> bool:
        """Whether the session needs a person to go on."""
        live = self.context.live
        return bool(self.asking.inbox.waiting) or (live is not None and live.view().paused)

    async def run(self, wanted: Wanted | None = None) -> ExitCode:
        """Stay until the person leaves, and return what the process is to return."""
        async with asyncio.TaskGroup() as self._tasks:
            if wanted is not None:
                self.visits.want(wanted)
            visiting = self._tasks.create_task(self.visits.run(), name="visits")
            await self.front.read(self)
            for task in self._running:
                task.cancel()
            self.visits.end()
            await visiting
        return self.code

    def start(self, text: str, about: str | None = None) -> None:
        """Carry out a line in the background: whoever typed it can go on typing."""
        if self._tasks is not None:
            task = self._tasks.create_task(self.take(text, about), name="line")
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def take(self, text: str, about: str | None = None) -> None:
        """Carry out a line.

        Args:
            text: as it was typed. A line that begins with / is a command, also while something is asked, as is a
                notebook's `%word`; // begins an answer with a slash.
            about: id of the matter that was asked when it was typed; None: nothing was.
        """
        try:
            if about is None or is_command(text):
                await self._carry_out(text)
            else:
                await self.asking.take(text.removeprefix("/") if text.startswith("//") else text, about)
        except AgentshError as error:
            self.complain(error)

    def cancel(self) -> None:
        """Put aside what is asked, else interrupt what is being said; the second time within two seconds, leave."""
        now = time.monotonic()
        twice, self._cancelled_at = now - self._cancelled_at < TWICE_S, now
        if twice or not self.front.patient:
            self.leave(ExitCode.DONE if self.front.patient else ExitCode.INTERRUPTED)
        elif self.asking.inbox.front is not None:
            self.asking.put_aside()
        elif self.context.live is not None and self.context.live.generating():
            self.start("/stop")
        else:
            self.front.show([line(("dim", "ctrl+c again leaves; the session can be resumed"))])

    def leave(self, code: ExitCode | None = None) -> None:
        """End, soon. The session can be resumed."""
        if code is not None:
            self.code = code
        self.front.close()

    def complain(self, error: AgentshError) -> None:
        """Say what went wrong and what to do."""
        self.front.show([line(("bad", str(error))), *([line(("dim", f"  {error.hint}"))] if error.hint else [])])
        if not self.front.patient and self.code is ExitCode.DONE:
            self.code = error.exit_code

    async def rested(self) -> None:
        """Wait until nothing moves any more unless somebody does something."""
        await self.visits.opened()
        while (session := self.context.live) is not None and not session.resting:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_AGAIN_S):
                    await self._news.wait()
        if session is not None and self.visits.stay is not None:
            await self.visits.stay.shown(session.view().seq)

    async def answer(self, reply: r.Reply) -> None:
        """Do what a command's answer asks."""
        await self._answers.answer(reply)

    def begin(self, wanted: Begin) -> None:
        """Open a new session in place of the present one."""
        if wanted.world is None:
            self._said.append(wanted.idea)
        self.visits.want(wanted)

    async def _carry_out(self, text: str) -> None:
        call = read(text, self.context.roles)
        name = self.context.registry.find(call.name).name
        if name not in _AT_ONCE:
            await self.visits.opened()
        if name in ("say", "to"):
            await self._speak(text, call.rest)
            return
        await self.answer(await self.context.registry.run(self.context, text))

    async def _speak(self, text: str, words: str) -> None:
        """Say something; where no session is open, it is what the next one is to make."""
        if self.context.live is None:
            if words.strip():
                self.begin(Begin(words))
                await self.visits.opened()
            return
        said = words if read(text, self.context.roles).name == "say" else words.partition(" ")[2].strip()
        self._said.append(said)
        try:
            await self.answer(await self.context.registry.run(self.context, text))
        except AgentshError:
            self._said.remove(said)
            raise

    # What Visits tells.

    def opening(self, wanted: Wanted) -> None:
        """A session is being opened."""
        self.doing = f"opening {wanted.name}" if isinstance(wanted, Reopen) else "opening a new session"
        self.front.changed()

    def progress(self, progress: PullProgress) -> None:
        """A model is being downloaded."""
        share = f" {progress.completed_bytes / progress.total_bytes:.0%}" if progress.total_bytes else ""
        self.doing = f"{progress.status}{share}"
        self.front.changed()

    async def entered(self, session: Session, wanted: Wanted) -> None:
        """A session is open."""
        self.doing = ""
        self.last_session = session.name
        self.front.show(await opened_lines(session, wanted))
        self.context.live = session
        self.asking.update()

    def see(self, item: Item) -> None:
        """Something happened."""
        self._news.set()
        self.front.hear(item)
        if isinstance(item, e.Delta):
            self.tails.hear(item)
        else:
            self._tell(item.event)
        self.front.changed()

    def left(self, finished: e.SessionFinished) -> None:
        """A session was closed."""
        self._closed()
        if not self.front.patient and self.code is ExitCode.DONE:
            self.code = ExitCode(finished.exit_code)
        if finished.exit_code == ExitCode.STORE:
            self.code = ExitCode.STORE

    def troubled(self, error: AgentshError, wanted: Wanted) -> None:
        """A session could not be opened."""
        self._closed()
        self.complain(error)
        if not self.front.patient:
            self.leave()
        elif (asked := trouble(error, wanted, self._answers.mend(error, wanted))) is not None:
            self.asking.ask_first(asked)

    def _closed(self) -> None:
        self.doing = ""
        if self.context.live is not None:
            self.last_session = self.context.live.name
        self.context.live = None
        self.tails.clear()
        self.asking.leave()
        self._said.clear()
        self.front.changed()

    def _tell(self, event: e.Event) -> None:
        self.tails.see(event)
        if not self._was_typed_here(event):
            self.front.show(tell_lines(event))
        if isinstance(event, _ASKING):
            self.asking.update()

    def _was_typed_here(self, event: e.Event) -> bool:
        """Whether it is a message that stands on the screen already, because it was typed there."""
        if not (isinstance(event, e.MessagePublished) and event.message.reaction is None):
            return False
        if event.message.content not in self._said:
            return False
        self._said.remove(event.message.content)
        return self.front.echoes
