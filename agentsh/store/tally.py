"""What a session comes to, kept up to date event by event, so that a list of sessions need not read their journals."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cache, singledispatch
from typing import Any

from pydantic import TypeAdapter

from agentsh.core import events as e
from agentsh.core.cards import TeamFile
from agentsh.core.events import Recorded, Status
from agentsh.core.ids import QuestionId, ReactionId
from agentsh.core.summary import Parent, SessionSummary, Tokens
from agentsh.store.payload import json_text


@dataclass(slots=True)
class Tally:
    """The running count of one session; stored, so a field may be added with a default, never renamed."""

    team: str = ""
    idea: str = ""
    status: Status = "running"
    model: str = ""
    provider: str = ""
    workspace: str = ""
    roles: tuple[str, ...] = ()
    messages: int = 0
    steps: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_seconds: float = 0.0
    created_at: str = ""
    updated_at: str = ""
    open_questions: list[str] = field(default_factory=list)
    parent: str = ""
    parent_seq: int = 0

    @staticmethod
    def load(text: str) -> "Tally":
        """Return what `dump` wrote."""
        return TypeAdapter(Tally).validate_python(json.loads(text))

    def dump(self) -> str:
        """Return it as JSON."""
        return json_text({name: getattr(self, name) for name in _NAMES})

    def take(self, recorded: Recorded) -> None:
        """Count one more event."""
        self.updated_at = recorded.at
        self.created_at = self.created_at or recorded.at
        if (count := _counts(type(recorded.event))) is not None:
            count(recorded.event, self)

    def summary(self, name: str, size_bytes: int, *, is_open: bool) -> SessionSummary:
        """Return the session in one glance.

        Args:
            name: the file's, which may have been renamed since.
            size_bytes: of the file with its log.
            is_open: whether a live process has it. One that was left running has been interrupted.
        """
        return SessionSummary(
            name=name,
            team=self.team,
            idea=self.idea,
            status=self._status(is_open=is_open),
            model=self.model,
            provider=self.provider,
            messages=self.messages,
            steps=self.steps,
            tokens=Tokens(prompt=self.prompt_tokens, completion=self.completion_tokens),
            seconds=self.model_seconds,
            size_bytes=size_bytes,
            created_at=self.created_at,
            updated_at=self.updated_at,
            workspace=self.workspace,
            parent=Parent(session=self.parent, seq=self.parent_seq) if self.parent else None,
            roles=self.roles,
        )

    def _status(self, *, is_open: bool) -> Status:
        if self.status != "running":
            return self.status
        if not is_open:
            return "interrupted"
        return "waiting" if self.open_questions else "running"

    def use(self, team: TeamFile) -> None:
        """Note the team that works from now on."""
        self.team = team.team.name
        self.roles = tuple(team.roles)

    def ask(self, question: QuestionId) -> None:
        """Note that a question waits for a person."""
        if question not in self.open_questions:
            self.open_questions.append(question)

    def settle(self, question: QuestionId) -> None:
        """Note that it waits no more."""
        if question in self.open_questions:
            self.open_questions.remove(question)

    def close(self, reaction: ReactionId) -> None:
        """Note that nothing of this reaction waits any more."""
        if self.open_questions:
            self.open_questions = [
                question for question in self.open_questions if not question.startswith(f"{reaction}:")
            ]


_NAMES = tuple(field.name for field in fields(Tally))


@cache
def _counts(kind: type[object]) -> Callable[[Any, Tally], None] | None:
    """Return what counts an event of this kind; None: it changes nothing."""
    found = _count.dispatch(kind)
    return None if found is _count.dispatch(object) else found


@singledispatch
def _count(_event: object, tally: Tally) -> None:
    """Most events change nothing in the summary."""


@_count.register
def _(event: e.SessionStarted, tally: Tally) -> None:
    tally.use(event.team)
    tally.idea = event.idea
    tally.model = event.model
    tally.provider = event.provider
    tally.workspace = event.workspace


@_count.register
def _(event: e.ModelChanged, tally: Tally) -> None:
    if event.role is None:
        tally.model = event.model


@_count.register
def _(event: e.RoleHired, tally: Tally) -> None:
    tally.roles = tuple(dict.fromkeys([*tally.roles, event.role]))


@_count.register
def _(event: e.RoleFired, tally: Tally) -> None:
    tally.roles = tuple(role for role in tally.roles if role != event.role)
    tally.open_questions = [asked for asked in tally.open_questions if not asked.startswith(f"{event.role}:")]


@_count.register
def _(event: e.SessionAdopted, tally: Tally) -> None:
    tally.workspace = event.workspace


@_count.register
def _(event: e.SessionForked, tally: Tally) -> None:
    tally.workspace = event.workspace
    tally.parent, tally.parent_seq = event.parent, event.seq


@_count.register
def _(event: e.SessionRewound, tally: Tally) -> None:
    tally.workspace = event.workspace
    tally.parent, tally.parent_seq = event.parent or "", event.parent_seq


@_count.register
def _(event: e.TeamChanged, tally: Tally) -> None:
    tally.use(event.team)


@_count.register
def _(event: e.SessionResumed, tally: Tally) -> None:
    if event.role is None:
        tally.status = "running"
    tally.model = event.model or tally.model


@_count.register
def _(event: e.SessionPaused, tally: Tally) -> None:
    if event.role is None:
        tally.status = "paused"


@_count.register
def _(event: e.SessionFinished, tally: Tally) -> None:
    tally.status = event.status


@_count.register
def _(_event: e.MessagePublished, tally: Tally) -> None:
    tally.messages += 1


@_count.register
def _(event: e.StepFinished, tally: Tally) -> None:
    tally.steps += 1
    if event.usage is not None:
        tally.prompt_tokens += event.usage.prompt_tokens
        tally.completion_tokens += event.usage.completion_tokens
        tally.model_seconds += event.usage.model_seconds


@_count.register
def _(event: e.HumanAsked | e.ApprovalAsked, tally: Tally) -> None:
    tally.ask(event.question)


@_count.register
def _(event: e.HumanAnswered | e.HumanWithdrawn | e.ApprovalSettled, tally: Tally) -> None:
    tally.settle(event.question)


@_count.register
def _(event: e.ReactionFinished | e.ReactionFailed, tally: Tally) -> None:
    tally.close(event.reaction)
