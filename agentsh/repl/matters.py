"""Makes matters of what a session asks: approvals, questions for a role that the person plays, stopped generations."""

from collections.abc import Awaitable, Callable

from agentsh.core.controls import AnswerQuestion
from agentsh.repl.inbox import Matter
from agentsh.repl.lines import Line, block, line
from agentsh.session.decision import decided, disposed
from agentsh.session.form import Filling, Form, answered
from agentsh.session.view import QuestionView, SessionView, StoppedView

MARGIN = "  │ "
MOST_LINES = 40
"""Of what is asked; the whole prompt of a role: /lens."""
Done = Callable[[Matter, object], Awaitable[None]]


def matters_of(view: SessionView, done: Done, *, whole: bool) -> list[Matter]:
    """Return what a session asks, oldest first.

    Args:
        view: the session.
        done: gets what was decided: a control, or EditFirst.
        whole: whether a text is typed as a whole; see `session.form.answered`.
    """
    asked = [_approval(one, done) if one.approval else _question(one, done, whole=whole) for one in view.questions]
    return [*asked, *(_partial(stopped, done) for stopped in view.stopped)]


def _question(question: QuestionView, done: Done, *, whole: bool) -> Matter:
    def filling() -> Filling[object]:
        answer = yield from answered(question.choices, question.fields, whole=whole)
        return AnswerQuestion(question=question.question, answer=answer)

    head = f"{question.role} asks you:" if question.to_boss else f"You are {question.role}:"
    return Matter(
        id=question.question,
        who=question.role,
        intro=(Line(), line(("asked", head)), *block(question.prompt, margin=MARGIN, most=MOST_LINES)),
        begin=lambda: Form(filling()),
        done=done,
    )


def _approval(question: QuestionView, done: Done) -> Matter:
    def filling() -> Filling[object]:
        return (yield from decided(question.question, editable=question.editable))

    why = [line(("warn", f"{MARGIN}{question.why}"))] if question.why else []
    rules = [line(("dim", f"{MARGIN}{question.lasting}"))] if question.lasting else []
    head = line(("asked", f"{question.role} wants to {question.what}:"))
    return Matter(
        id=question.question,
        who=question.role,
        intro=(Line(), head, *block(question.told, margin=MARGIN, most=MOST_LINES), *why, *rules),
        begin=lambda: Form(filling()),
        done=done,
        text=question.detail,
        suffix=".sh",
    )


def _partial(stopped: StoppedView, done: Done) -> Matter:
    def filling() -> Filling[object]:
        return (yield from disposed(stopped.question, stopped.role))

    last = "\n".join(stopped.text.splitlines()[-MOST_LINES:]) or "(nothing)"
    head = line(("asked", f"{stopped.role} was stopped, having said:"))
    return Matter(
        id=stopped.question,
        who=stopped.role,
        intro=(Line(), head, *block(last, margin=MARGIN)),
        begin=lambda: Form(filling()),
        done=done,
        text=stopped.text,
    )
