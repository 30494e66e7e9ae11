"""Applies events to the state, one after another; the same events give the same state, always."""

from collections.abc import Callable
from functools import cache, singledispatch
from typing import Any

from agentsh.core import events as e
from agentsh.core.cards import TeamFile
from agentsh.core.chat import Usage
from agentsh.core.code import CellResult
from agentsh.core.ids import BOSS, ReactionId, RoleName, file_question_id, question_id
from agentsh.core.messages import Message, said_digest
from agentsh.core.verdict import RECORD, Verdict
from agentsh.core.worlds import WORLD
from agentsh.engine.bus import Bus
from agentsh.engine.conduct_fold import HEARD, ConductFold
from agentsh.engine.hiring import with_role, without_role
from agentsh.engine.people_fold import fold_people
from agentsh.engine.plan_fold import fold_plan
from agentsh.engine.state import (
    FileState,
    GoingBack,
    OpenReaction,
    RoleState,
    State,
)
from agentsh.engine.turns import FindConductor, nobody_conducts
from agentsh.engine.world_fold import fold_world


class Fold:
    """Keeps one session's state up to date. Nothing else may change the state."""

    def __init__(self, state: State | None = None, find: FindConductor = nobody_conducts) -> None:
        """Go on from a state.

        Args:
            state: everything up to its seq is folded in; None: nothing has happened yet.
            find: finds the conductor of the team, who folds what it keeps in mind.
        """
        self.state = state or State()
        self.at = ""
        """When the newest event was recorded."""
        self._bus = Bus(())
        self._conduct = ConductFold(find)
        if self.state.facts is not None:
            self.route_for(self.state.facts)

    def apply(self, recorded: e.Recorded) -> None:
        """Fold the next event in."""
        event, state = recorded.event, self.state
        state.seq, self.at = recorded.seq, recorded.at
        own, others = _folds(type(event))
        if isinstance(event, HEARD):
            self._conduct.before(event, state)
        own(event, self)
        for fold in others:
            fold(event, state)
        if isinstance(event, HEARD):
            self._conduct.after(event, state)

    def receivers(self, message: Message) -> list[RoleName]:
        """Return who gets this message."""
        return self._bus.receivers(message)

    def route_for(self, facts: e.SessionStarted) -> None:
        """Route messages among the roles of this team from now on."""
        self._bus = Bus(facts.team.roles.values(), facts.team.team.entry)


@singledispatch
def _fold(_event: object, fold: Fold) -> None:
    """Most events tell people something and change nothing."""


@cache
def _folds(kind: type[object]) -> tuple[Callable[[Any, Fold], None], tuple[Callable[[Any, State], None], ...]]:
    """Return what folds an event of this kind: here, and in the modules that it concerns."""
    parts = (fold_people, fold_world, fold_plan)
    return _fold.dispatch(kind), tuple(
        part.dispatch(kind) for part in parts if part.dispatch(kind) is not part.dispatch(object)
    )


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
    _use_team(fold, event.team)


def _use_team(fold: Fold, team: TeamFile) -> None:
    state = fold.state
    if state.facts is None:
        return
    state.facts = state.facts.model_copy(update={"team": team})
    for name, card in team.roles.items():
        state.roles.setdefault(name, RoleState(name=name, human=card.human))
    for role in state.roles.values():
        role.fired = role.name not in team.roles
    fold.route_for(state.facts)


@_fold.register
def _(event: e.SessionResumed, fold: Fold) -> None:
    if event.reason == "more":
        fold.state.status = "paused" if fold.state.paused else "running"
        return
    _is_owed_again(fold, event)
    fold.state.status = "running"
    if event.budget is not None:
        fold.state.budget = event.budget
    changed = {"model": event.model, "host": event.host}
    if fold.state.facts is not None:
        update = {key: value for key, value in changed.items() if value is not None}
        fold.state.facts = fold.state.facts.model_copy(update=update)
    if event.role is None:
        fold.state.paused = False
        if event.reason == "go":
            for role in fold.state.roles.values():
                role.paused = False
    elif event.role in fold.state.roles:
        fold.state.roles[event.role].paused = False


def _is_owed_again(fold: Fold, event: e.SessionResumed) -> None:
    """A session that had ended with a failing verdict is tried again: what it lacked may be there by now."""
    verdict = fold.state.verdict
    if event.reason == "reopened" and fold.state.status == "failed" and verdict is not None and not verdict.passed:
        fold.state.changed_seq = fold.state.seq


@_fold.register
def _(event: e.SessionForked, fold: Fold) -> None:
    _is_here(fold, event)


def _is_here(fold: Fold, event: e.SessionForked | e.SessionRewound) -> None:
    if fold.state.facts is not None:
        update = event.model_dump(include={"session", "workspace", "own_workspace", "mark"})
        fold.state.facts = fold.state.facts.model_copy(update=update)


@_fold.register
def _(event: e.SessionRewound, fold: Fold) -> None:
    _is_here(fold, event)
    fold.state.going_back = GoingBack(seq=event.seq, commit=event.commit, paths=event.paths)


@_fold.register
def _(_event: e.WorkspaceRestored, fold: Fold) -> None:
    fold.state.going_back = None


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
    if message.reaction is not None and (opened := state.open.get(message.reaction)) is not None:
        opened.said = message
    if event.ordinal is not None and message.reaction is not None:
        _step_ended(fold, message.reaction, event.ordinal)


def _spoke(speaker: RoleState, message: Message) -> None:
    said = said_digest(message)
    speaker.said_again = speaker.said_again + 1 if said == speaker.last_said else 0
    speaker.last_said = said


@_fold.register
def _(event: e.ReactionStarted, fold: Fold) -> None:
    role = fold.state.roles[event.role]
    role.reactions += 1
    role.current = event.reaction
    role.since = fold.at
    for observed in event.observed:
        role.due.pop(observed, None)
    fold.state.open[event.reaction] = OpenReaction(
        reaction=event.reaction,
        role=event.role,
        observed=event.observed,
        round=event.round,
        started_seq=fold.state.seq,
        action=event.action,
        brief=event.brief,
    )


@_fold.register
def _(event: e.ReactionFinished, fold: Fold) -> None:
    fold.state.open.pop(event.reaction, None)
    role = fold.state.roles[event.role]
    role.current = None
    role.doing = None
    role.since = fold.at


@_fold.register
def _(event: e.ReactionFailed, fold: Fold) -> None:
    role = fold.state.roles[event.role]
    role.doing = None
    role.since = fold.at
    if (found := fold.state.open.get(event.reaction)) is not None:
        found.failed, found.hint = event.error, event.hint
        found.exit_code = event.exit_code
        found.resumable = event.resumable


@_fold.register
def _(event: e.ReactionRetried, fold: Fold) -> None:
    found = fold.state.open[event.reaction]
    found.failed, found.hint = None, ""
    found.exit_code = 0
    if event.afresh:
        del fold.state.open[event.reaction]
        role = fold.state.roles[event.role]
        role.current = None
        role.due = {**dict.fromkeys((*found.observed, *found.news), found.round - 1), **role.due}


@_fold.register
def _(event: e.StepStarted, fold: Fold) -> None:
    role = fold.state.roles[event.role]
    role.doing = event.action
    role.step = event.step
    role.since = fold.at


@_fold.register
def _(event: e.StepFinished, fold: Fold) -> None:
    state = fold.state
    state.steps += 1
    state.seconds += event.seconds
    role = state.roles[event.role]
    role.step = None
    role.since = fold.at
    _step_ended(fold, event.reaction, event.ordinal)
    if event.usage is not None:
        _used(fold, event.role, event.usage)
        role.prompt_tokens = event.usage.prompt_tokens // max(event.usage.calls, 1)
    if event.step == "run" and isinstance(event.result, dict) and "forgot" in event.result:
        _ran_cell(role, event.reaction, CellResult.model_validate(event.result))
    if event.step == "verify":
        state.verified_seq = fold.state.seq
        state.verdict = Verdict.model_validate(event.result)


def _ran_cell(role: RoleState, reaction: ReactionId, result: CellResult) -> None:
    if result.ran and (result.forgot or not role.memory_from):
        role.memory_from = int(reaction.rpartition(":")[2])
    if result.lost:
        role.memory_from = 0


def _step_ended(fold: Fold, reaction: ReactionId, ordinal: int) -> None:
    """Forget what was asked for a step whose result is recorded now."""
    question = question_id(reaction, ordinal)
    fold.state.answers.pop(question, None)
    fold.state.answers.pop(file_question_id(reaction, ordinal), None)
    fold.state.stopped.pop(question, None)


def _used(fold: Fold, name: RoleName, usage: Usage) -> None:
    fold.state.usage = fold.state.usage + usage
    role = fold.state.roles[name]
    role.usage = role.usage + usage


@_fold.register
def _(event: e.StepFailed, fold: Fold) -> None:
    role = fold.state.roles[event.role]
    role.step = None
    role.since = fold.at


@_fold.register
def _(event: e.FileChanged, fold: Fold) -> None:
    if not event.ran and (event.file.path != RECORD or event.file.change == "deleted"):
        fold.state.changed_seq = fold.state.seq
    if not event.ran and (writer := fold.state.roles.get(event.role)) is not None:
        # Whoever changes files does not only repeat itself, even when it tells of that in the same words.
        writer.last_said, writer.said_again = "", 0
    change = event.file
    fold.state.files[change.path] = FileState(
        role=event.role,
        digest=event.digest,
        change=change.change,
        added_lines=change.added_lines,
        removed_lines=change.removed_lines,
    )


@_fold.register
def _(event: e.RoleHired, fold: Fold) -> None:
    state = fold.state
    if state.facts is None:
        return
    _use_team(fold, with_role(state.facts.team, event.card, event.actions))
    state.roles[event.role].human = event.card.human
    state.hired = [*(joined for joined in state.hired if joined.role != event.role), event]
    state.left = [name for name in state.left if name != event.role]


@_fold.register
def _(event: e.RoleFired, fold: Fold) -> None:
    state, name = fold.state, event.role
    if state.facts is None:
        return
    _use_team(fold, without_role(state.facts.team, name))
    role = state.roles[name]
    state.open = {id_: opened for id_, opened in state.open.items() if opened.role != name}
    state.questions = {id_: asked for id_, asked in state.questions.items() if asked.role != name}
    state.stopped = {id_: stopped for id_, stopped in state.stopped.items() if stopped.role != name}
    role.due, role.current, role.doing, role.step = {}, None, None, None
    state.hired = [joined for joined in state.hired if joined.role != name]
    state.left = [*state.left, name]


@_fold.register
def _(event: e.Interviewed, fold: Fold) -> None:
    _used(fold, event.role, event.usage)
