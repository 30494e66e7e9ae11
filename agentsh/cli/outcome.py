"""What a run came to, as printed on stdout: what was made, where, how to run it, whether it passed, what it cost."""

import shlex
from dataclasses import dataclass, field
from functools import singledispatch
from pathlib import Path, PurePosixPath

from agentsh.core import events as e
from agentsh.core.chat import Usage
from agentsh.core.errors import ExitCode
from agentsh.core.files import FileChange
from agentsh.core.ids import BOSS, QuestionId, ReactionId
from agentsh.core.messages import Message
from agentsh.core.terminal import one_line
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.session.narration import duration, file_words, model_words, verdict_words

QUOTED_LINES = 30
HEAD_LIMIT = 200
FILES_SHOWN = 12
_HEADS = {
    ExitCode.DONE: "done",
    ExitCode.BUDGET: "stopped by a budget",
    ExitCode.PERSON: "waits for a person",
    ExitCode.NO_MODEL: "stopped: no model",
    ExitCode.NOT_RUNNING: "the program does not run",
    ExitCode.STORE: "stopped: the session store",
    ExitCode.INTERRUPTED: "interrupted",
}


@dataclass(slots=True)
class Outcome:
    """Gathers from events what the result tells."""

    facts: e.SessionStarted | None = None
    files: dict[str, FileChange] = field(default_factory=dict)
    plan: VerifyPlan = field(default_factory=VerifyPlan)
    """How the program was started when it was tried last."""
    verdict: Verdict | None = None
    usage: Usage = field(default_factory=Usage)
    questions: dict[QuestionId, e.HumanAsked | e.ApprovalAsked] = field(default_factory=dict)
    said: Message | None = None
    """The newest that a role has said to all."""
    stuck: set[ReactionId] = field(default_factory=set)
    """Reactions that failed, and were not tried again since."""
    hint: str = ""
    """Next step of the newest error."""

    def see(self, recorded: e.Recorded) -> None:
        """Take an event in."""
        _see(recorded.event, self)

    def lines(self, finished: e.SessionFinished, workspace: Path, wall_s: float) -> list[str]:
        """Return the result in lines of plain text.

        Args:
            finished: how it ended.
            workspace: where the files are.
            wall_s: how long this process took.
        """
        code = ExitCode(finished.exit_code)
        return [
            one_line(f"{self._head(code) or finished.status}: {finished.summary}".removesuffix(": "), HEAD_LIMIT),
            *self._said(),
            *self._made(workspace),
            *self._checked(),
            *self._asked(),
            *self._cost(wall_s),
            *self._session(code, workspace),
        ]

    def _head(self, code: ExitCode) -> str:
        """Return how it ended, in a word or two; a role that could not go on says nothing of a program."""
        return "the team is stuck" if self.stuck and code is ExitCode.NOT_RUNNING else _HEADS.get(code, "")

    def _said(self) -> list[str]:
        """Return the last word, where it is what the team came to: it makes no program, or it ends with a report."""
        if self.said is None or self.facts is None:
            return []
        action = self.facts.team.actions.get(self.said.cause_by)
        if self.facts.team.team.verify and (action is None or action.does != "ask"):
            return []
        lines = self.said.content.strip().splitlines()
        more = [f"… {len(lines) - QUOTED_LINES} lines more"] if len(lines) > QUOTED_LINES else []
        return [_row("said", f"{self.said.sent_from}:"), *_quoted([*lines[:QUOTED_LINES], *more])]

    def _made(self, workspace: Path) -> list[str]:
        there = [file for file in self.files.values() if file.change != "deleted"]
        if not there:
            return []
        names = [file_words(file) for file in there[:FILES_SHOWN]]
        more = [f"and {len(there) - FILES_SHOWN} more"] if len(there) > FILES_SHOWN else []
        paths = [file.path for file in there]
        plan = self.plan.as_asked(paths)
        entry = plan.entry or entry_of(paths)
        run = shlex.join(["python", entry, *plan.entry_args]) if entry else ""
        start = [_row("run it", f"cd {shlex.quote(str(workspace))} && {run}")] if run else []
        return [_row("made", ", ".join(names + more)), _row("where", str(workspace)), *start]

    def _checked(self) -> list[str]:
        if self.verdict is None:
            return []
        failure = self.verdict.failure
        evidence = [] if failure is None else failure.evidence.strip().splitlines()
        words = verdict_words(self.verdict)
        said = len(evidence) == 1 and words.endswith(evidence[0])
        return [_row("checked", words), *([] if said else _quoted(evidence[-QUOTED_LINES:]))]

    def _asked(self) -> list[str]:
        return [line for question in self.questions.values() for line in question_lines(question)]

    def _cost(self, wall_s: float) -> list[str]:
        usage = self.usage
        tokens = f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens in {usage.calls} model calls"
        model = [] if self.facts is None else [_row("model", model_words(self.facts))]
        return [*model, _row("cost", f"{tokens}, {duration(wall_s)}")]

    def _session(self, code: ExitCode, workspace: Path) -> list[str]:
        if self.facts is None:
            return []
        name = self.facts.session
        go_on = resume_command(name, code) if code else self._next(name, workspace)
        return [_row("session", name), _row("go on", go_on)]

    def _next(self, name: str, workspace: Path) -> str:
        if self.facts is not None and self.facts.world is not None:
            return f"agentsh world inspect {shlex.quote(name)}"
        return f'agentsh run "…" --workspace {shlex.quote(str(workspace))}'


def resume_command(name: str, code: ExitCode) -> str:
    """Return what to type to go on with a session that ended so: where somebody answers, if that is what it lacks."""
    return f"agentsh resume {shlex.quote(name)}{'' if code is ExitCode.PERSON else ' --headless'}"


def question_lines(question: e.HumanAsked | e.ApprovalAsked) -> list[str]:
    """Return an open question in full, with what may be answered."""
    if isinstance(question, e.ApprovalAsked):
        return [_row("asked", f"may {question.role} {question.what}?"), *_quoted(question.told.strip().splitlines())]
    choices = [f"one of: {', '.join(question.choices)}"] if question.choices else []
    return [_row("asked", f"{question.role} is asked:"), *_quoted([*question.prompt.strip().splitlines(), *choices])]


def entry_of(paths: list[str]) -> str | None:
    """Return the program among files to start: main.py, else the only script at the top that is no test."""
    if "main.py" in paths:
        return "main.py"
    scripts = [p for p in paths if p.endswith(".py") and "/" not in p and not PurePosixPath(p).name.startswith("test_")]
    return scripts[0] if len(scripts) == 1 else None


def _quoted(lines: list[str]) -> list[str]:
    return [f"             │ {line}" for line in lines]


def _row(name: str, value: str) -> str:
    return f"  {name:<9}  {value}"


@singledispatch
def _see(_event: object, outcome: Outcome) -> None:
    """Most events leave no trace in the result."""


@_see.register
def _(event: e.SessionStarted, outcome: Outcome) -> None:
    outcome.facts = event


@_see.register
def _(event: e.SessionForked, outcome: Outcome) -> None:
    if outcome.facts is not None:
        outcome.facts = outcome.facts.model_copy(update={"session": event.session})


@_see.register
def _(event: e.SessionRenamed, outcome: Outcome) -> None:
    if outcome.facts is not None:
        outcome.facts = outcome.facts.model_copy(update={"session": event.name})


@_see.register
def _(event: e.MessagePublished, outcome: Outcome) -> None:
    if event.message.sent_from != BOSS and not event.message.send_to:
        outcome.said = event.message


@_see.register
def _(event: e.FileChanged, outcome: Outcome) -> None:
    before = outcome.files.pop(event.file.path, None)
    total = 0 if before is None or event.file.change != "modified" else before.added_lines - event.file.removed_lines
    lines = max(total, 0) + event.file.added_lines
    outcome.files[event.file.path] = event.file.model_copy(update={"added_lines": lines, "removed_lines": 0})


@_see.register
def _(event: e.StepStarted, outcome: Outcome) -> None:
    if event.step == "verify":
        outcome.plan = VerifyPlan.model_validate(event.request or {})


@_see.register
def _(event: e.StepFinished, outcome: Outcome) -> None:
    if event.usage is not None:
        outcome.usage = outcome.usage + event.usage
    if event.step == "verify":
        outcome.verdict = Verdict.model_validate(event.result)


@_see.register
def _(event: e.HumanAsked, outcome: Outcome) -> None:
    outcome.questions[event.question] = event


@_see.register
def _(event: e.ApprovalAsked, outcome: Outcome) -> None:
    outcome.questions[event.question] = event


@_see.register
def _(event: e.HumanAnswered, outcome: Outcome) -> None:
    outcome.questions.pop(event.question, None)


@_see.register
def _(event: e.ApprovalSettled, outcome: Outcome) -> None:
    outcome.questions.pop(event.question, None)


@_see.register
def _(event: e.ReactionFailed, outcome: Outcome) -> None:
    outcome.hint = event.hint
    outcome.stuck.add(event.reaction)


@_see.register
def _(event: e.BudgetWasSpent, outcome: Outcome) -> None:
    outcome.hint = f"resume with a larger --{event.budget.replace('_', '-')}"


@_see.register
def _(event: e.ReactionRetried, outcome: Outcome) -> None:
    outcome.hint = ""
    outcome.stuck.discard(event.reaction)


@_see.register
def _(event: e.ErrorSeen, outcome: Outcome) -> None:
    outcome.hint = event.hint
