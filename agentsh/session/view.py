"""What a session looks like at this moment: frozen, for screens and scripts."""

from typing import Literal

from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.events import Status
from agentsh.core.ids import ActionName, QuestionId, RoleName, SessionName
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.verdict import Verdict
from agentsh.engine.state import RoleState, State

RoleActivity = Literal["idle", "reacting", "paused", "waiting", "failed"]


class RoleView(Frozen):
    """One role: what it does, what waits for it, what it has used."""

    name: RoleName
    profile: str
    activity: RoleActivity
    doing: ActionName | None
    due: int
    """Messages that wait for it."""
    human: bool
    usage: Usage
    failed: str | None = None


class QuestionView(Frozen):
    """Something that awaits a person."""

    question: QuestionId
    role: RoleName
    prompt: str
    approval: bool
    choices: tuple[str, ...] = ()
    fields: JsonObject | None = None
    """JSON schema of the answer."""


class SessionView(Frozen):
    """The whole session at one seq."""

    name: SessionName
    idea: str
    team: str
    provider: str
    model: str
    host: str
    status: Status
    seq: int
    messages: int
    steps: int
    rounds: int
    usage: Usage
    seconds: float
    budget: BudgetCard
    roles: tuple[RoleView, ...]
    questions: tuple[QuestionView, ...]
    verdict: Verdict | None


def view_of(state: State) -> SessionView:
    """Return the view of a session that has started."""
    facts = state.facts
    if facts is None:
        raise ValueError("the session has not started")
    return SessionView(
        name=facts.session,
        idea=facts.idea,
        team=facts.team.team.name,
        provider=facts.provider,
        model=facts.model,
        host=facts.host,
        status=state.status,
        seq=state.seq,
        messages=state.messages,
        steps=state.steps,
        rounds=state.rounds,
        usage=state.usage,
        seconds=state.seconds,
        budget=state.budget,
        roles=tuple(_role_view(role, state) for role in state.roles.values()),
        questions=tuple(
            QuestionView(
                question=found.question,
                role=found.role,
                prompt=found.prompt,
                approval=found.approval,
                choices=found.choices,
                fields=found.schema_,
            )
            for found in state.questions.values()
        ),
        verdict=state.verdict,
    )


def _role_view(role: RoleState, state: State) -> RoleView:
    opened = state.open.get(role.current) if role.current is not None else None
    return RoleView(
        name=role.name,
        profile=state.facts.team.roles[role.name].profile if state.facts else "",
        activity=_activity(role, state),
        doing=role.doing,
        due=len(role.due),
        human=role.human,
        usage=role.usage,
        failed=opened.failed if opened else None,
    )


def _activity(role: RoleState, state: State) -> RoleActivity:
    opened = state.open.get(role.current) if role.current is not None else None
    if opened is not None and opened.failed is not None:
        return "failed"
    if any(question.role == role.name for question in state.questions.values()):
        return "waiting"
    if role.paused or state.paused:
        return "paused"
    return "idle" if opened is None else "reacting"
