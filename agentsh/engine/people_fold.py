"""Folds in what people do: pauses, questions, approvals, stopped generations, who plays a role, which model."""

from functools import singledispatch

from agentsh.core import events as e
from agentsh.core.ids import question_id
from agentsh.engine.state import Grant, Question, State, StoppedGeneration


@singledispatch
def fold_people(_event: object, _state: State) -> None:
    """Most events are no doing of people."""


@fold_people.register
def _(event: e.SessionAdopted, state: State) -> None:
    if state.facts is not None:
        state.facts = state.facts.model_copy(update=event.model_dump(exclude={"kind", "foreign"}))
    if event.foreign:
        state.granted, state.grants, state.counted = [], [], {}
        approved = [id_ for id_, answer in state.answers.items() if isinstance(answer, dict) and "allowed" in answer]
        for question in approved:
            del state.answers[question]


@fold_people.register
def _(event: e.SessionPaused, state: State) -> None:
    if event.role is None:
        state.paused = True
        state.status = "paused"
    elif event.role in state.roles:
        state.roles[event.role].paused = True


@fold_people.register
def _(event: e.GenerationStopped, state: State) -> None:
    question = question_id(event.reaction, event.ordinal)
    earlier = state.stopped.get(question)
    state.stopped[question] = StoppedGeneration(
        question=question,
        role=event.role,
        text=event.partial,
        usage=event.usage if earlier is None else earlier.usage + event.usage,
        tries=1 if earlier is None else earlier.tries + 1,
    )


@fold_people.register
def _(event: e.GenerationSettled, state: State) -> None:
    if (found := state.stopped.get(question_id(event.reaction, event.ordinal))) is not None:
        found.how = event.how
        found.text = event.text


@fold_people.register
def _(event: e.MemorySummarised, state: State) -> None:
    state.roles[event.role].summary = (event.upto, event.text)


@fold_people.register
def _(event: e.HumanAsked, state: State) -> None:
    state.questions[event.question] = Question(
        question=event.question,
        role=event.role,
        prompt=event.prompt,
        choices=event.choices,
        schema_=event.schema_,
        to_boss=event.to_boss,
    )


@fold_people.register
def _(event: e.HumanAnswered, state: State) -> None:
    state.questions.pop(event.question, None)
    state.answers[event.question] = event.answer


@fold_people.register
def _(event: e.ApprovalAsked, state: State) -> None:
    state.questions[event.question] = Question(
        question=event.question,
        role=event.role,
        prompt=f"{event.what}: {event.detail}",
        approval=True,
        what=event.what,
        detail=event.detail,
        editable=event.editable,
        why=event.why,
        suggested=event.suggested,
        shown=event.shown,
        prose=event.prose,
    )


@fold_people.register
def _(event: e.ApprovalSettled, state: State) -> None:
    state.questions.pop(event.question, None)
    state.answers[event.question] = {"allowed": event.allowed, "why": event.why, "edited": event.edited}
    if left := event.times - 1 - event.counted:
        state.counted[event.what] = max(0, state.counted.get(event.what, 0) + left)
    if event.scope == "once":
        return
    if event.rule or not event.allowed:
        state.grants.append(Grant(what=event.what, glob=event.rule or "*", allowed=event.allowed))
    elif event.what not in state.granted:
        state.granted.append(event.what)


@fold_people.register
def _(event: e.RoleTaken, state: State) -> None:
    state.roles[event.role].human = True


@fold_people.register
def _(event: e.InterpreterReset, state: State) -> None:
    state.roles[event.role].memory_from = 0


@fold_people.register
def _(event: e.RoleReleased, state: State) -> None:
    state.roles[event.role].human = False


@fold_people.register
def _(event: e.HumanWithdrawn, state: State) -> None:
    state.questions.pop(event.question, None)


@fold_people.register
def _(event: e.BreakpointsChanged, state: State) -> None:
    state.breakpoints = event.breakpoints


@fold_people.register
def _(event: e.ModelChanged, state: State) -> None:
    if event.role is not None:
        state.models[event.role] = event.model
    elif state.facts is not None:
        state.facts = state.facts.model_copy(update={"model": event.model})


@fold_people.register
def _(event: e.SessionRenamed, state: State) -> None:
    if state.facts is not None:
        state.facts = state.facts.model_copy(update={"session": event.name})


@fold_people.register
def _(event: e.BudgetChanged, state: State) -> None:
    state.budget = event.budget
