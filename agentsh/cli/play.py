"""Plays one session to its end in this process: shows it, asks the person, prints the result, gives the exit code."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import typer

from agentsh.cli import failures, printing
from agentsh.cli.download import DownloadView
from agentsh.cli.keyboard import Keyboard
from agentsh.cli.outcome import Outcome, resume_command
from agentsh.cli.people import Interviewer
from agentsh.cli.project import project
from agentsh.cli.stopping import Stopping
from agentsh.cli.views import JsonView, LineView, SilentView, View
from agentsh.cli.watching import Watch
from agentsh.core.chat import PullProgress
from agentsh.core.errors import AgentshError, ExitCode
from agentsh.core.events import ApprovalAsked, HumanAsked, Recorded, SessionFinished, SessionResumed
from agentsh.core.settings import RunOptions
from agentsh.session.facade import Session
from agentsh.session.view import QuestionView
from agentsh.wiring import started

OPENING_EVENTS = 500
"""More than opening a session ever appends: one for each role that tries again, and a few."""
Opening = Callable[[Callable[[PullProgress], None]], AbstractAsyncContextManager[Session]]
"""Opens a session; is given what shows the progress of a download."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session is shown, and whether a person is there to be asked."""

    jsonl: bool = False
    quiet: bool = False
    verbose: bool = False
    terminal: bool = False


@dataclass(frozen=True, slots=True)
class Ending:
    """How a session ended, and what its events say of it."""

    session: Session
    finished: SessionFinished
    outcome: Outcome


def play(opening: Opening, manner: Manner) -> ExitCode:
    """Run a session until it ends and return the exit code, having told the user everything."""
    try:
        return asyncio.run(_play(opening, manner))
    except printing.ReaderGone:
        return ExitCode.INTERRUPTED
    except ExceptionGroup as group:
        error = failures.sole(group)
        if isinstance(error, printing.ReaderGone):
            return ExitCode.INTERRUPTED
        raise error from group


def begin(context: typer.Context, asked: RunOptions, manner: Manner) -> ExitCode:
    """Begin a new session where the global options say, and play it."""
    settings, home = project(context, tell=False)
    return play(lambda progress: started(asked, settings, home, terminal=manner.terminal, progress=progress), manner)


async def _play(opening: Opening, manner: Manner) -> ExitCode:
    began = time.monotonic()
    with Stopping() as stopping:
        try:
            ending = await _until_end(opening, manner, stopping)
        except asyncio.CancelledError:
            if not stopping.asked:
                raise
            printing.note("agentsh: interrupted before the session began")
            return ExitCode.INTERRUPTED
    return _report(ending, manner, time.monotonic() - began)


async def _until_end(opening: Opening, manner: Manner, stopping: Stopping) -> Ending:
    silent = manner.quiet or manner.jsonl
    download = DownloadView(redraw=printing.stderr_is_terminal(), quiet=silent)
    try:
        async with opening(download) as session:
            download.close()
            stopping.then(session.interrupt)
            if not silent:
                _introduce(session)
            finished = await _watched(session, manner)
            return Ending(session, finished, await _outcome(session))
    finally:
        download.close()


async def _watched(session: Session, manner: Manner) -> SessionFinished:
    """Run the session to its end with somebody watching; every event is shown before this returns."""
    view = _view(session, manner)
    interviewer = Interviewer(Keyboard(), printing.note) if manner.terminal else None
    before = session.view()
    watch = Watch(session, view, interviewer, after=await _begun(session, before.seq) - 1)
    view.open()
    try:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(watch.run([_asked(question) for question in before.questions]), name="watch")
            finished = await session.run()
            await watch.drain(session.view().seq)
            watching.cancel()
    finally:
        view.close()
    return _paused_for_nobody(finished) if watch.paused_for_nobody else finished


async def _begun(session: Session, last: int) -> int:
    """Return the seq at which this process took the session up: 1, or where it says that it was reopened."""
    begun = 1
    async for item in session.follow(max(0, last - OPENING_EVENTS)):
        if isinstance(item, Recorded):
            if isinstance(item.event, SessionResumed) and item.event.reason == "reopened":
                begun = item.seq
            if item.seq >= last:
                break
    return begun


async def _outcome(session: Session) -> Outcome:
    """Return what all events of the session say of its result."""
    outcome, last = Outcome(facts=session.facts), session.view().seq
    async for item in session.follow():
        if isinstance(item, Recorded):
            outcome.see(item)
            if item.seq >= last:
                break
    return outcome


def _view(session: Session, manner: Manner) -> View:
    if manner.jsonl:
        return JsonView(session.name)
    if manner.quiet:
        return SilentView()
    if manner.verbose or not printing.stderr_is_terminal():
        return LineView(verbose=manner.verbose)
    from agentsh.cli.board import Board
    from agentsh.cli.live import LiveView

    now = session.view()
    return LiveView(Board.of(session.facts, now.usage, now.budget))


def _introduce(session: Session) -> None:
    printing.note(f"workspace: {session.workspace}")
    printing.note(f"sandbox: {session.sandbox.line}")
    if not session.sandbox.confines and session.sandbox.hint:
        printing.note(f"  {session.sandbox.hint}")


def _asked(question: QuestionView) -> HumanAsked | ApprovalAsked:
    """Return an open question as it was asked."""
    if question.approval:
        return ApprovalAsked(
            question=question.question,
            role=question.role,
            what=question.what,
            detail=question.detail,
            shown=question.shown,
        )
    return HumanAsked(
        question=question.question,
        role=question.role,
        prompt=question.prompt,
        schema_=question.fields,
        choices=question.choices,
    )


def _paused_for_nobody(finished: SessionFinished) -> SessionFinished:
    summary = "the session is paused, and nobody is there to let it go on"
    return finished.model_copy(update={"status": "waiting", "exit_code": int(ExitCode.PERSON), "summary": summary})


def _report(ending: Ending, manner: Manner, wall_s: float) -> ExitCode:
    """Print the result on stdout, and on stderr why it is not what was asked for."""
    if not manner.jsonl:
        for line in ending.outcome.lines(ending.finished, ending.session.workspace, wall_s):
            printing.say(line)
    code = ExitCode(ending.finished.exit_code)
    if code is ExitCode.DONE:
        return code
    go_on = f"Type: {resume_command(ending.session.name, code)}"
    hint = "\n  ".join(part for part in (ending.outcome.hint, go_on) if part)
    return failures.told(_Ended(ending.finished, hint), jsonl=manner.jsonl, session=ending.session.name)


class _Ended(AgentshError):
    """The end of a run as an error, so that it is told like any other."""

    def __init__(self, finished: SessionFinished, hint: str) -> None:
        super().__init__(finished.summary, hint=hint)
        self.exit_code = ExitCode(finished.exit_code)
