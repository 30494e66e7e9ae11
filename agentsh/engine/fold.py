"""Applies events to the state, one after another; the same events give the same state, always."""

from functools import singledispatch

from agentsh.core import events as e
from agentsh.core.canonical import digest
from agentsh.core.ids import BOSS, RoleName, question_id
from agentsh.core.messages import Message
from agentsh.core.verdict import Verdict
from agentsh.core.worlds import WORLD
from agentsh.engine.bus import Bus
from agentsh.engine.state import OpenReaction, Question, RoleState, State
from agentsh.engine.world_fold import fold_world


class Fold:
    """Keeps one session's state up to date. Nothing else may change the state."""

    def __init__(self, state: State | None = None) -> None:
        self.state = state or State()
        self._bus = Bus(())
        if self.state.facts is not None:
            self.route_for(self.state.facts)

    def apply(self, recorded: e.Recorded) -> None:
        """Fold the next event in."""
        self.state.seq = recorded.seq
        _fold(recorded.event, self)
        fold_world(recorded.event, self.state)

    def receivers(self, message: Message) -> list[RoleName]:
        """Return who gets this message."""
        return self._bus.receivers(message)

    def route_for(self, facts: e.SessionStarted) -> None:
        """Route messages among the roles of this team from now on."""
        self._bus = Bus(facts.team.roles.values(), facts.team.team.entry)


@singledispatch
def _fold(_event: object, fold: Fold) -> None:
    """Most events tell people something and change nothing."""


@_fold.register
def _(event: e.SessionStarted, fold: Fold) -> None:
    state = fold.state
    state.facts = event
    state.budget = event.budget
    state.roles = {
        name: RoleState(name=name, human=card.human or name in event.humans) for name, card in event.team.roles.items()
    }
    fold.route_for(event)


@_fold.register
def _(event: e.TeamChanged, fold: Fold) -> None:
    state = fold.state
    if state.facts is None:
        return
    state.facts = state.facts.model_copy(update={"team": event.team})
    for name, card in event.team.roles.items():
        state.roles.setdefault(name, RoleState(name=name, human=card.human))
    fold.route_for(state.facts)


@_fold.register
def _(event: e.SessionResumed, fold: Fold) -> None:
    fold.state.status = "running"
    if event.budget is not None:
        fold.state.budget = event.budget
    changed = {"model": event.model, "host": event.host}
    if fold.state.facts is not None:
        update = {key: value for key, value in changed.items() if value is not None}
        fold.state.facts = fold.state.facts.model_copy(update=update)
    if event.role is None:
        fold.state.paused = False
    elif event.role in fold.state.roles:
        fold.state.roles[event.role].paused = False


@_fold.register
def _(event: e.SessionPaused, fold: Fold) -> None:
    if event.role is None:
        fold.state.paused = True
        fold.state.status = "paused"
    elif event.role in fold.state.roles:
        fold.state.roles[event.role].paused = True


@_fold.register
def _(event: e.SessionFinished, fold: Fold) -> None:
    fold.state.status = event.status


@_fold.register
def _(event: e.MessagePublished, fold: Fold) -> None:
    state, message = fold.state, event.message
    state.messages += 1
    state.rounds = max(state.rounds, message.round)
    state.published[message.cause_by] = state.published.get(message.cause_by, 0) + 1
    if message.sent_from == BOSS:
        state.boss_messages += 1
    elif WORLD not in message.send_to and (speaker := state.roles.get(message.sent_from)) is not None:
        # Whoever thinks the same at every tick is in no loop: each time it answers to another tick.
        _spoke(speaker, message)
    for name in fold.receivers(message):
        state.roles[name].due[message.id] = message.round


def _spoke(speaker: RoleState, message: Message) -> None:
    said = digest(f"{message.cause_by}\n{message.send_to}\n{message.content}")
    speaker.said_again = speaker.said_again + 1 if said == speaker.last_said else 0
    speaker.last_said = said


@_fold.register
def _(event: e.ReactionStarted, fold: Fold) -> None:
    role = fold.state.roles[event.role]
    role.reactions += 1
    role.current = event.reaction
    for observed in event.observed:
        role.due.pop(observed, None)
    fold.state.open[event.reaction] = OpenReaction(
        reaction=event.reaction,
        role=event.role,
        observed=event.observed,
        round=event.round,
        started_seq=fold.state.seq,
        action=event.action,
    )


@_fold.register
def _(event: e.ReactionFinished, fold: Fold) -> None:
    fold.state.open.pop(event.reaction, None)
    role = fold.state.roles[event.role]
    role.current = None
    role.doing = None


@_fold.register
def _(event: e.ReactionFailed, fold: Fold) -> None:
    fold.state.roles[event.role].doing = None
    if (found := fold.state.open.get(event.reaction)) is not None:
        found.failed = event.error
        found.exit_code = event.exit_code
        found.resumable = event.resumable


@_fold.register
def _(event: e.ReactionRetried, fold: Fold) -> None:
    found = fold.state.open[event.reaction]
    found.failed = None
    found.exit_code = 0
    if event.afresh:
        del fold.state.open[event.reaction]
        role = fold.state.roles[event.role]
        role.current = None
        role.due = {**dict.fromkeys(found.observed, found.round - 1), **role.due}


@_fold.register
def _(event: e.StepStarted, fold: Fold) -> None:
    fold.state.roles[event.role].doing = event.action


@_fold.register
def _(event: e.StepFinished, fold: Fold) -> None:
    state = fold.state
    state.steps += 1
    state.seconds += event.seconds
    _settled(event, fold.state)
    if event.usage is not None:
        state.usage = state.usage + event.usage
        role = state.roles[event.role]
        role.usage = role.usage + event.usage
    if event.step == "verify":
        state.verified_seq = fold.state.seq
        state.verdict = Verdict.model_validate(event.result)


def _settled(event: e.StepFinished, state: State) -> None:
    """Forget the question of a step whose result is recorded now."""
    state.answers.pop(question_id(event.reaction, event.ordinal), None)


@_fold.register
def _(event: e.MemorySummarised, fold: Fold) -> None:
    fold.state.roles[event.role].summary = (event.upto, event.text)


@_fold.register
def _(event: e.HumanAsked, fold: Fold) -> None:
    fold.state.questions[event.question] = Question(
        question=event.question,
        role=event.role,
        prompt=event.prompt,
        choices=event.choices,
        schema_=event.schema_,
    )


@_fold.register
def _(event: e.HumanAnswered, fold: Fold) -> None:
    fold.state.questions.pop(event.question, None)
    fold.state.answers[event.question] = event.answer


@_fold.register
def _(event: e.ApprovalAsked, fold: Fold) -> None:
    fold.state.questions[event.question] = Question(
        question=event.question, role=event.role, prompt=f"{event.what}: {event.detail}", approval=True
    )


@_fold.register
def _(event: e.ApprovalSettled, fold: Fold) -> None:
    fold.state.questions.pop(event.question, None)
    fold.state.answers[event.question] = {"allowed": event.allowed, "why": event.why}
    if event.allowed and event.scope != "once" and event.what not in fold.state.granted:
        fold.state.granted.append(event.what)


@_fold.register
def _(event: e.FileChanged, fold: Fold) -> None:
    fold.state.changed_seq = fold.state.seq
    if (writer := fold.state.roles.get(event.role)) is not None:
        # Whoever changes files does not only repeat itself, even when it tells of that in the same words.
        writer.last_said, writer.said_again = "", 0


@_fold.register
def _(event: e.RoleTaken, fold: Fold) -> None:
    fold.state.roles[event.role].human = True


@_fold.register
def _(event: e.RoleReleased, fold: Fold) -> None:
    fold.state.roles[event.role].human = False


@_fold.register
def _(event: e.BudgetChanged, fold: Fold) -> None:
    fold.state.budget = event.budget
