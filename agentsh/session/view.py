"""What a session looks like at this moment: frozen, for screens and scripts."""

from typing import Literal

from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.events import Status, StepKind
from agentsh.core.ids import ActionName, QuestionId, RoleName, SessionName
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.plans import Tasks, ready, with_status
from agentsh.core.verdict import Verdict
from agentsh.engine.state import RoleState, State, model_of
from agentsh.session.tasks import tasks_now

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
    hint: str = ""
    """What can be done about what failed."""
    model: str = ""
    """Which model it asks."""
    step: StepKind | None = None
    """The step that is under way."""
    since: str = ""
    """When its state changed last: UTC, ISO 8601."""
    paused: bool = False
    prompt_tokens: int = 0
    """Of its newest model call, for the context meter."""
    reactions: int = 0
    plan: Tasks = ()
    """The newest plan that it follows, or followed, each step with its status."""


class StoppedView(Frozen):
    """A generation that was interrupted and waits for what becomes of its text."""

    question: QuestionId
    role: RoleName
    text: str


class QuestionView(Frozen):
    """Something that awaits a person."""

    question: QuestionId
    role: RoleName
    prompt: str
    approval: bool
    choices: tuple[str, ...] = ()
    fields: JsonObject | None = None
    """JSON schema of the answer."""
    to_boss: bool = False
    """Whether the role asks the Boss; else whoever plays it answers for it."""
    what: str = ""
    """For an approval: its kind."""
    detail: str = ""
    """For an approval: what exactly."""
    editable: bool = False
    """For an approval: whether it may be allowed in another wording."""
    why: str = ""
    """For an approval: why it is asked although such things are approved."""
    suggested: tuple[str, ...] = ()
    """For an approval: rules that would allow it from now on."""
    prose: bool = False
    """For an approval: whether its detail is a text, such as a plan, and no command line."""
    shown: str = ""
    """For an approval: what to read in place of `detail`, where that holds a script that nobody can read."""

    @property
    def told(self) -> str:
        """What people read before they decide."""
        return self.shown or self.detail

    @property
    def lasting(self) -> str:
        """What an answer for longer than once allows, and where it is kept; empty: there is no such answer."""
        return f"session, or always in agentsh.toml, allows: {', '.join(self.suggested)}" if self.suggested else ""


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
    num_ctx: int = 0
    """Context window, tokens."""
    paused: bool = False
    breakpoints: tuple[str, ...] = ()
    stopped: tuple[StoppedView, ...] = ()
    actions: tuple[ActionName, ...] = ()
    """Every action of the team."""
    progress: str = ""
    """How far the team is, in a word or two: `phase 3/5`."""
    tasks: Tasks = ()
    """What the team works off, where it has a list; each task with its status."""

    def role(self, name: RoleName) -> RoleView | None:
        """Return one role; None: it is not in the team."""
        return next((role for role in self.roles if role.name == name), None)


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
        roles=tuple(_role_view(role, state) for role in state.roles.values() if not role.fired),
        questions=tuple(
            QuestionView(
                question=found.question,
                role=found.role,
                prompt=found.prompt,
                approval=found.approval,
                choices=found.choices,
                fields=found.schema_,
                to_boss=found.to_boss,
                what=found.what,
                detail=found.detail,
                editable=found.editable,
                why=found.why,
                suggested=found.suggested,
                shown=found.shown,
                prose=found.prose,
            )
            for found in state.questions.values()
        ),
        verdict=state.verdict,
        num_ctx=facts.num_ctx,
        paused=state.paused,
        breakpoints=state.breakpoints,
        stopped=tuple(
            StoppedView(question=found.question, role=found.role, text=found.text)
            for found in state.stopped.values()
            if found.how is None
        ),
        actions=tuple(facts.team.actions),
        progress=state.conduct.progress,
        tasks=tasks_now(state),
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
        hint=opened.hint if opened else "",
        model=model_of(state, role.name),
        step=role.step,
        since=role.since,
        paused=role.paused,
        prompt_tokens=role.prompt_tokens,
        reactions=role.reactions,
        plan=_plan(role, under_way=opened is not None and opened.failed is None),
    )


def _plan(role: RoleState, *, under_way: bool) -> Tasks:
    """Return a role's plan, with the step that it is at marked as under way."""
    at = ready(role.plan)
    return with_status(role.plan, at[0].id, "doing") if under_way and at else role.plan


def _activity(role: RoleState, state: State) -> RoleActivity:
    opened = state.open.get(role.current) if role.current is not None else None
    if opened is not None and opened.failed is not None:
        return "failed"
    if any(stopped.role == role.name and stopped.how is None for stopped in state.stopped.values()):
        return "waiting"
    if any(question.role == role.name for question in state.questions.values()):
        return "waiting"
    if role.paused or state.paused:
        return "paused"
    return "idle" if opened is None else "reacting"
