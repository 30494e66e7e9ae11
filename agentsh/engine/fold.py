"""Applies events to the state, one after another; the same events give the same state, always."""

from collections.abc import Callable
from typing import Any

from agentsh.core import events as e
from agentsh.core.canonical import digest
from agentsh.core.ids import BOSS
from agentsh.core.messages import Message
from agentsh.core.verdict import Verdict
from agentsh.engine.bus import Bus
from agentsh.engine.state import OpenReaction, Question, RoleState, State


class Fold:
    """Keeps one session's state up to date. Nothing else may change the state."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self._bus = Bus(())
        if self.state.facts is not None:
            self._route_for(self.state.facts)

    def apply(self, recorded: e.Recorded) -> None:
        """Fold the next event in."""
        handler = _HANDLERS.get(type(recorded.event))
        if handler is not None:
            handler(self, recorded.event, recorded.seq)
        self.state.seq = recorded.seq

    def receivers(self, message: Message) -> list[str]:
        """Return who would get this message."""
        return [str(name) for name in self._bus.receivers(message)]

    def _route_for(self, facts: e.SessionStarted) -> None:
        self._bus = Bus(facts.team.roles.values(), facts.team.team.entry)

    def _session_started(self, event: e.SessionStarted, _: int) -> None:
        state = self.state
        state.facts = event
        state.budget = event.budget
        state.roles = {
            name: RoleState(name=name, human=card.human or name in event.humans)
            for name, card in event.team.roles.items()
        }
        self._route_for(event)

    def _session_resumed(self, event: e.SessionResumed, _: int) -> None:
        self.state.status = "running"
        if event.budget is not None:
            self.state.budget = event.budget
        if event.role is None:
            self.state.paused = False
        elif event.role in self.state.roles:
            self.state.roles[event.role].paused = False

    def _session_paused(self, event: e.SessionPaused, _: int) -> None:
        if event.role is None:
            self.state.paused = True
            self.state.status = "paused"
        elif event.role in self.state.roles:
            self.state.roles[event.role].paused = True

    def _session_finished(self, event: e.SessionFinished, _: int) -> None:
        self.state.status = event.status

    def _published(self, event: e.MessagePublished, seq: int) -> None:
        state, message = self.state, event.message
        state.messages += 1
        state.rounds = max(state.rounds, message.round)
        state.published[message.cause_by] = state.published.get(message.cause_by, 0) + 1
        if message.sent_from == BOSS:
            state.boss_messages += 1
        elif (speaker := state.roles.get(message.sent_from)) is not None:
            self._spoke(speaker, message)
        for name in self._bus.receivers(message):
            state.roles[name].due[message.id] = message.round

    @staticmethod
    def _spoke(speaker: RoleState, message: Message) -> None:
        said = digest(f"{message.cause_by}\n{message.send_to}\n{message.content}")
        speaker.said_again = speaker.said_again + 1 if said == speaker.last_said else 0
        speaker.last_said = said

    def _reaction_started(self, event: e.ReactionStarted, seq: int) -> None:
        role = self.state.roles[event.role]
        role.reactions += 1
        role.current = event.reaction
        for id in event.observed:
            role.due.pop(id, None)
        self.state.open[event.reaction] = OpenReaction(
            reaction=event.reaction,
            role=event.role,
            observed=event.observed,
            round=event.round,
            started_seq=seq,
            action=event.action,
        )

    def _reaction_finished(self, event: e.ReactionFinished, _: int) -> None:
        self.state.open.pop(event.reaction, None)
        role = self.state.roles[event.role]
        role.current = None
        role.doing = None

    def _reaction_failed(self, event: e.ReactionFailed, _: int) -> None:
        role = self.state.roles[event.role]
        role.doing = None
        found = self.state.open.get(event.reaction)
        if found is None:
            return
        found.failed = event.error
        found.exit_code = event.exit_code
        if not event.resumable:
            self.state.open.pop(event.reaction)
            role.current = None
            role.due = {**dict.fromkeys(found.observed, max(found.round - 1, 0)), **role.due}

    def _reaction_retried(self, event: e.ReactionRetried, _: int) -> None:
        if (found := self.state.open.get(event.reaction)) is not None:
            found.failed = None
            found.exit_code = 0

    def _step_started(self, event: e.StepStarted, _: int) -> None:
        self.state.roles[event.role].doing = event.action

    def _step_finished(self, event: e.StepFinished, seq: int) -> None:
        state = self.state
        state.steps += 1
        state.seconds += event.seconds
        self._settled(event)
        if event.usage is not None:
            state.usage = state.usage + event.usage
            role = state.roles[event.role]
            role.usage = role.usage + event.usage
        if event.step == "verify":
            state.verified_seq = seq
            state.verdict = Verdict.model_validate(event.result)

    def _settled(self, event: e.StepFinished) -> None:
        """Forget the question of a step whose result is recorded now."""
        prefix = f"{event.reaction}:{event.ordinal}"
        for id in [id for id in self.state.answers if id == prefix]:
            del self.state.answers[id]

    def _summarised(self, event: e.MemorySummarised, _: int) -> None:
        self.state.roles[event.role].summary = (event.upto, event.text)

    def _asked(self, event: e.HumanAsked, _: int) -> None:
        self.state.questions[event.question] = Question(
            question=event.question,
            role=event.role,
            prompt=event.prompt,
            choices=event.choices,
            schema_=event.schema_,
        )

    def _answered(self, event: e.HumanAnswered, _: int) -> None:
        self.state.questions.pop(event.question, None)
        self.state.answers[event.question] = event.answer

    def _approval_asked(self, event: e.ApprovalAsked, _: int) -> None:
        self.state.questions[event.question] = Question(
            question=event.question, role=event.role, prompt=f"{event.what}: {event.detail}", approval=True
        )

    def _approval_settled(self, event: e.ApprovalSettled, _: int) -> None:
        self.state.questions.pop(event.question, None)
        self.state.answers[event.question] = {"allowed": event.allowed, "why": event.why}
        if event.allowed and event.scope != "once" and event.what not in self.state.granted:
            self.state.granted.append(event.what)

    def _file_changed(self, _: e.FileChanged, seq: int) -> None:
        self.state.changed_seq = seq

    def _taken(self, event: e.RoleTaken, _: int) -> None:
        self.state.roles[event.role].human = True

    def _released(self, event: e.RoleReleased, _: int) -> None:
        self.state.roles[event.role].human = False

    def _budget(self, event: e.BudgetChanged, _: int) -> None:
        self.state.budget = event.budget


Handler = Callable[[Fold, Any, int], None]
_HANDLERS: dict[type, Handler] = {
    e.SessionStarted: Fold._session_started,
    e.SessionResumed: Fold._session_resumed,
    e.SessionPaused: Fold._session_paused,
    e.SessionFinished: Fold._session_finished,
    e.MessagePublished: Fold._published,
    e.ReactionStarted: Fold._reaction_started,
    e.ReactionFinished: Fold._reaction_finished,
    e.ReactionFailed: Fold._reaction_failed,
    e.ReactionRetried: Fold._reaction_retried,
    e.StepStarted: Fold._step_started,
    e.StepFinished: Fold._step_finished,
    e.MemorySummarised: Fold._summarised,
    e.HumanAsked: Fold._asked,
    e.HumanAnswered: Fold._answered,
    e.ApprovalAsked: Fold._approval_asked,
    e.ApprovalSettled: Fold._approval_settled,
    e.FileChanged: Fold._file_changed,
    e.RoleTaken: Fold._taken,
    e.RoleReleased: Fold._released,
    e.BudgetChanged: Fold._budget,
}
