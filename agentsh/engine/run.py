"""Lets roles react the moment something is due for them, until the team is quiet. There is no barrier."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from agentsh.core import events as e
from agentsh.core.errors import AgentshError, BudgetSpent, OutputInvalid, StoreError
from agentsh.core.ids import RoleName, reaction_id
from agentsh.core.messages import Message
from agentsh.engine.desk import Desk
from agentsh.engine.live_reaction import LiveReaction
from agentsh.engine.reaction import Reacts
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.steps import Record, read_records
from agentsh.engine.turns import Conductor, Turn

_WAKES = (
    e.MessagePublished,
    e.ReactionFinished,
    e.ReactionFailed,
    e.ReactionRetried,
    e.SessionResumed,
    e.RoleHired,
    e.RoleFired,
    e.TasksEdited,
)
BREATH_S = 0.01
"""Reactions begin in turns of the event loop of about this length: each of a thousand puts a prompt together."""
FEWEST_AT_ONCE, MOST_AT_ONCE = 8, 32
Rest = Callable[[], Awaitable[None]]
"""Called when the team is quiet; it goes on when this returns."""


class Run:
    """One process's work on a session. Each role has at most one reaction under way."""

    def __init__(self, desk: Desk, conductor: Conductor, roles: Mapping[RoleName, Reacts]) -> None:
        self._desk = desk
        self._conductor = conductor
        self.roles = roles
        """May be replaced: reactions under way keep the role that they began with."""
        self._busy: dict[RoleName, asyncio.Task[None]] = {}
        self._dismissed: set[RoleName] = set()
        self._wake = asyncio.Event()
        self._holds = 0
        self._at_once = MOST_AT_ONCE // 2
        """So many reactions begin in one turn of the event loop."""

    @contextmanager
    def held(self) -> Iterator[None]:
        """Call nobody quiet while the body runs: it may still set somebody off, as the ticks of a world do."""
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            self._wake.set()

    @property
    def _state(self) -> State:
        return self._desk.log.state

    @property
    def busy(self) -> bool:
        """Whether any reaction is under way."""
        return bool(self._busy)

    @property
    def resting(self) -> bool:
        """Whether nothing moves until somebody does something: nobody could begin, and whoever has begun waits."""
        if self._holds or self._unattended():
            return False
        if any(self._is_free(turn.role) for turn in self._conductor.turns(self._state)):
            return False
        return all(self._waits(role) for role in self._busy)

    def next_turn(self, role: RoleName) -> Turn | None:
        """Return the turn that a role could have now, or else has; None: there is none, or more has come due since."""
        known = self._state.roles[role]
        opened = self._state.open.get(known.current) if known.current is not None else None
        if opened is not None:
            return None if known.due else Turn(**opened.model_dump(include=set(Turn.model_fields)))
        return next((turn for turn in self._conductor.turns(self._state) if turn.role == role), None)

    async def until_quiet(self) -> None:
        """Go on with open reactions, then grant turns until nobody is due and nothing is under way.

        A reaction that fails stays open as failed; the others go on.

        Raises:
            StoreError: the journal takes nothing any more.
        """
        await self._until_ended(None)

    async def serve(self, rest: Rest) -> None:
        """Work like `until_quiet`, then call `rest` and wait for more, for ever. Cancel it to end it.

        Raises:
            StoreError: the journal takes nothing any more.
        """
        await self._until_ended(rest)

    async def dismiss(self, role: RoleName) -> None:
        """End what a role is doing, and let it begin nothing more until it is admitted again."""
        self._dismissed.add(role)
        if (task := self._busy.get(role)) is not None:
            task.cancel()
            await asyncio.wait([task])

    def admit(self, role: RoleName) -> None:
        """Let a role react that was dismissed."""
        self._dismissed.discard(role)

    async def _until_ended(self, rest: Rest | None) -> None:
        stop_listening = self._desk.log.listen(self._hear, _WAKES)
        try:
            async with asyncio.TaskGroup() as tasks:
                await self._grant_turns(tasks, rest)
        except* StoreError as errors:
            raise errors.exceptions[0] from None
        finally:
            stop_listening()

    async def _grant_turns(self, tasks: asyncio.TaskGroup, rest: Rest | None) -> None:
        worked = True
        while True:
            self._wake.clear()
            for opened in self._unattended():
                self._begin(tasks, opened.role, self._go_on(opened))
            free = (turn for turn in self._conductor.turns(self._state) if self._is_free(turn.role))
            due = list(itertools.islice(free, self._at_once))
            for turn in due:
                self._begin(tasks, turn.role, self._take(turn))
            if len(due) == self._at_once:
                await self._breathe()
                continue
            if self._busy or self._holds:
                worked = True
            elif rest is None:
                return
            elif worked:
                worked = False
                await rest()
                continue
            await self._wake.wait()

    async def _breathe(self) -> None:
        """Let those that begin, keys and screens have their turn; if that took long, fewer begin the next time."""
        clock = asyncio.get_running_loop()
        began_s = clock.time()
        await asyncio.sleep(0)
        slow = clock.time() - began_s > BREATH_S
        self._at_once = max(self._at_once // 2, FEWEST_AT_ONCE) if slow else min(self._at_once + 1, MOST_AT_ONCE)

    def _unattended(self) -> list[OpenReaction]:
        """Return open reactions that nobody works on: those of a process that died, and those to be retried."""
        taken = self._busy.keys() | self._dismissed
        return [opened for opened in self._state.open.values() if opened.role not in taken and opened.failed is None]

    def _waits(self, role: RoleName) -> bool:
        """Return whether a role stands before the gate, or until a person decides something."""
        state = self._state
        asked = (question.role for question in state.questions.values())
        stopped = (found.role for found in state.stopped.values() if found.how is None)
        return role in self._desk.gate.waiting or role in asked or role in stopped

    def _is_free(self, role: RoleName) -> bool:
        return role not in self._busy and role not in self._dismissed

    def _begin(self, tasks: asyncio.TaskGroup, role: RoleName, work: Coroutine[Any, Any, None]) -> None:
        task = tasks.create_task(work, name=f"reaction of {role}")
        self._busy[role] = task
        task.add_done_callback(lambda _: self._end(role))

    def _end(self, role: RoleName) -> None:
        self._busy.pop(role, None)
        self._wake.set()

    def _hear(self, _recorded: e.Recorded) -> None:
        self._wake.set()

    async def _take(self, turn: Turn) -> None:
        reaction = reaction_id(turn.role, self._state.roles[turn.role].reactions + 1)
        # Nothing outside happens before its own event is kept, and that comes after this one: no need to wait for it.
        self._desk.log.submit(
            e.ReactionStarted(
                reaction=reaction,
                role=turn.role,
                observed=turn.observed,
                round=turn.round,
                action=turn.action,
                brief=turn.brief,
            )
        )
        opened = OpenReaction(
            reaction=reaction,
            role=turn.role,
            observed=turn.observed,
            round=turn.round,
            started_seq=self._desk.log.journal.last_seq,
            action=turn.action,
            brief=turn.brief,
        )
        await self._react(opened, {})

    async def _go_on(self, opened: OpenReaction) -> None:
        records = read_records(await self._desk.log.journal.steps(opened.reaction))
        await self._react(opened, records)

    async def _react(self, opened: OpenReaction, records: dict[int, Record]) -> None:
        reaction = LiveReaction(self._desk, opened, await self._observed(opened), records)
        try:
            await self.roles[opened.role].react(reaction)
        except StoreError:
            raise
        except AgentshError as error:
            await self._failed(opened, error)
            return
        await self._desk.log.append(*reaction.closing, e.ReactionFinished(reaction=opened.reaction, role=opened.role))

    async def _observed(self, opened: OpenReaction) -> tuple[Message, ...]:
        found = [await self._desk.log.message(id_) for id_ in opened.observed]
        return tuple(message for message in found if message is not None)

    async def _failed(self, opened: OpenReaction, error: AgentshError) -> None:
        failed = e.ReactionFailed(
            reaction=opened.reaction,
            role=opened.role,
            error=str(error),
            hint=error.hint,
            exit_code=int(error.exit_code),
            raw=error.raw if isinstance(error, OutputInvalid) else "",
            resumable=error.resumable,
        )
        if isinstance(error, BudgetSpent):
            spent = e.BudgetWasSpent(budget=error.budget, limit=error.limit, spent=error.spent)
            await self._desk.log.append(spent, failed)
        else:
            await self._desk.log.append(failed)
