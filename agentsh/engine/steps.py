"""Runs one reaction's steps; a step found in the journal is returned, not run again."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.canonical import request_hash
from agentsh.core.chat import Usage
from agentsh.core.errors import AgentshError, ProviderError, QuestionWithdrawn, StepUncertain
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message
from agentsh.core.tools import CallProtocol
from agentsh.engine.breakpoints import Passage
from agentsh.engine.gate import Gate
from agentsh.engine.log import Appended, EventLog
from agentsh.engine.patience import Patience
from agentsh.engine.state import OpenReaction

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Record:
    """What the journal knows of one step."""

    request_hash: str
    finished: bool
    result: JsonValue = None
    kind: e.StepKind = "publish"
    model: str = ""
    """Which model answered, for a model step."""
    protocol: CallProtocol | None = None
    """How calls were asked for when it began."""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What a performed effect gave: the value, how it is stored, and events that belong to it."""

    value: T
    stored: JsonValue
    usage: Usage | None = None
    events: tuple[e.Event, ...] = ()
    """Kept in the same transaction as the step itself."""
    record: Message | None = None
    """What records the step when it is not a step.finished: publishing is its own record."""


class Effect(NamedTuple, Generic[T]):
    """One side effect that a reaction wants.

    Attributes:
        kind: what sort of step it is.
        request: all that decides its outcome; its hash tells this step from another.
        perform: does it; gets the step's ordinal.
        revive: makes the value again from what was stored.
        safe_to_retry: whether doing it twice does no harm.
        instant: it happens by being recorded, so nothing is said of its start.
        tool: which tool, for breakpoints.
        message: text about to be published, for breakpoints.
        holds: whether it is still wanted once it has passed the gate: much may happen while it waits there.
    """

    kind: e.StepKind
    request: JsonValue
    perform: Callable[[int], Awaitable[Outcome[T]]]
    revive: Callable[[JsonValue], T]
    safe_to_retry: bool = True
    instant: bool = False
    tool: str = ""
    message: str = ""
    holds: Callable[[], bool] = lambda: True


def read_records(recorded: Iterable[e.Recorded]) -> dict[int, Record]:
    """Return a reaction's steps by ordinal; after a divergence only what came since counts from there on."""
    found: dict[int, Record] = {}
    models: dict[int, str] = {}
    protocols: dict[int, CallProtocol | None] = {}
    for item in recorded:
        match item.event:
            case e.ReactionDiverged(ordinal=diverged):
                found = {ordinal: record for ordinal, record in found.items() if ordinal < diverged}
            case e.StepStarted(ordinal=ordinal, safe_to_retry=safe) as started:
                models[ordinal], protocols[ordinal] = _model_of(started.request), started.protocol
                if not safe:
                    found[ordinal] = Record(started.request_hash, finished=False, kind=started.step)
            case e.StepFailed(ordinal=ordinal):
                found.pop(ordinal, None)
            case e.StepFinished(ordinal=ordinal, request_hash=hash_, result=result, step=kind):
                model = models.get(ordinal, "") if kind == "model" else ""
                protocol = protocols.get(ordinal)
                found[ordinal] = Record(hash_, finished=True, result=result, kind=kind, model=model, protocol=protocol)
            case e.MessagePublished(ordinal=int(ordinal), request_hash=str(hash_), message=message):
                found[ordinal] = Record(hash_, finished=True, result=message.model_dump(mode="json"))
            case _:
                pass
    return found


def _model_of(request: JsonValue) -> str:
    return str(request.get("model", "")) if isinstance(request, dict) else ""


class Steps:
    """The steps of one reaction, counted from 0."""

    def __init__(self, opened: OpenReaction, log: EventLog, gate: Gate, records: dict[int, Record]) -> None:
        self.doing: ActionName | None = None
        self.tool = ""
        """Which tool the steps from here on are made by; empty: none."""
        self.protocol: CallProtocol | None = None
        """How calls are asked for from here on; None: none are."""
        self.patience: Patience | None = None
        """How long that tool may take between them."""
        self._reaction = opened.reaction
        self._role = opened.role
        self._round = opened.round
        self._log = log
        self._gate = gate
        self._records = records
        self._next = 0
        self._is_let_through = False
        """Whether the gate has passed a step that another has to take the place of."""
        self._unsettled: Appended | None = None
        """What was published last, on its way into the journal: waited for before anything else happens."""

    @property
    def upcoming(self) -> Record | None:
        """What the journal knows of the next step, if it has finished."""
        record = self._records.get(self._next)
        return record if record is not None and record.finished else None

    async def run(self, effect: Effect[T]) -> T:
        """Return the step's recorded result, or pass the gate, perform it and record it.

        Raises:
            StepUncertain: it had started before a crash and is not safe to repeat.
            QuestionWithdrawn: it was put to a person who plays the role no more, or to a model whose role a person has
                taken over since. The next step takes its place.
            AgentshError: it failed; that is recorded too.
        """
        if self.patience is None:
            return await self._run(effect)
        with self.patience.stayed():
            return await self._run(effect)

    async def _run(self, effect: Effect[T]) -> T:
        ordinal = self._next
        self._next += 1
        hash_ = request_hash([effect.kind, effect.request])
        record = await self._recorded(ordinal, hash_)
        if record is not None and record.finished:
            return effect.revive(record.result)
        if record is not None:
            raise await self._uncertain(effect, ordinal, hash_)
        if not self._is_let_through:
            await self._gate.passes(self._passage(effect))
        self._is_let_through = not effect.holds()
        if self._is_let_through:
            self._next = ordinal
            raise QuestionWithdrawn(f"{self._role} is played by another now")
        try:
            return await self._perform(effect, ordinal, hash_)
        except QuestionWithdrawn:
            self._next = ordinal
            raise

    async def _uncertain(self, effect: Effect[T], ordinal: int, hash_: str) -> StepUncertain:
        """Return what the Boss is told, once: whoever tries again after that wants it done."""
        uncertain = StepUncertain(
            f"{self._reaction} was about to {effect.kind} when the session ended, and it may have happened",
            hint="look at the workspace, then /retry or /stop",
        )
        await self._failed(effect, ordinal, hash_, uncertain)
        return uncertain

    async def _recorded(self, ordinal: int, hash_: str) -> Record | None:
        record = self._records.get(ordinal)
        if record is None or record.request_hash == hash_:
            return record
        await self._log.append(
            e.ReactionDiverged(
                reaction=self._reaction,
                role=self._role,
                ordinal=ordinal,
                recorded_hash=record.request_hash,
                request_hash=hash_,
            )
        )
        self._records = {known: record for known, record in self._records.items() if known < ordinal}
        return None

    def _passage(self, effect: Effect[T]) -> Passage:
        usage = self._log.state.usage
        return Passage(
            role=self._role,
            reaction=self._reaction,
            step=effect.kind,
            round=self._round,
            action=self.doing,
            tool=effect.tool or self.tool,
            message=effect.message,
            tokens=usage.prompt_tokens + usage.completion_tokens,
        )

    async def _perform(self, effect: Effect[T], ordinal: int, hash_: str) -> T:
        if self._unsettled is not None:
            await asyncio.shield(self._unsettled)
        if not effect.instant:
            begun = self._log.submit(self._started(effect, ordinal, hash_))
            if not effect.safe_to_retry:
                await asyncio.shield(begun)
        start = time.monotonic()
        try:
            outcome = self._without_secrets(effect, await effect.perform(ordinal))
        except AgentshError as error:
            await self._failed(effect, ordinal, hash_, error)
            raise
        seconds = round(time.monotonic() - start, 4)
        recorded = (self._finished(effect, ordinal, hash_, outcome, seconds), *outcome.events)
        if effect.instant:
            # It has no effect but this event: what comes next, the end of the reaction at the latest, waits for it.
            self._unsettled = self._log.submit(*recorded)
        else:
            await self._log.append(*recorded)
        return outcome.value

    def _without_secrets(self, effect: Effect[T], outcome: Outcome[T]) -> Outcome[T]:
        """Return the outcome as it will be recorded: what the reaction goes on with is what it would find on resume."""
        redactor = self._log.redactor
        if redactor is None or not redactor.holds_one(outcome.stored):
            return outcome
        stored = redactor.clean(outcome.stored)
        return replace(outcome, value=effect.revive(stored), stored=stored)

    def _started(self, effect: Effect[T], ordinal: int, hash_: str) -> e.StepStarted:
        return e.StepStarted(
            reaction=self._reaction,
            role=self._role,
            ordinal=ordinal,
            step=effect.kind,
            request_hash=hash_,
            request=effect.request,
            safe_to_retry=effect.safe_to_retry,
            action=self.doing,
            protocol=self.protocol,
        )

    def _finished(
        self, effect: Effect[T], ordinal: int, hash_: str, outcome: Outcome[T], seconds: float
    ) -> e.StepFinished | e.MessagePublished:
        if outcome.record is not None:
            return e.MessagePublished(message=outcome.record, ordinal=ordinal, request_hash=hash_)
        return e.StepFinished(
            reaction=self._reaction,
            role=self._role,
            ordinal=ordinal,
            step=effect.kind,
            request_hash=hash_,
            result=outcome.stored,
            usage=outcome.usage,
            seconds=seconds,
        )

    async def _failed(self, effect: Effect[T], ordinal: int, hash_: str, error: AgentshError) -> None:
        await self._log.append(
            e.StepFailed(
                reaction=self._reaction,
                role=self._role,
                ordinal=ordinal,
                step=effect.kind,
                request_hash=hash_,
                error=str(error),
                failure=_failure(error),
                partial=getattr(error, "partial", ""),
            )
        )


def _failure(error: AgentshError) -> str:
    if isinstance(error, QuestionWithdrawn):
        return e.WITHDRAWN
    return error.kind if isinstance(error, ProviderError) else ""
