"""How a run ended, in one event: what people are told and what the process returns."""

from agentsh.core.errors import AgentshError, BudgetSpent, ExitCode
from agentsh.core.events import SessionFinished
from agentsh.core.worlds import WORLD
from agentsh.engine.state import OpenReaction, State

_SEVERITY = (
    ExitCode.BUG,
    ExitCode.STORE,
    ExitCode.USAGE,
    ExitCode.NO_MODEL,
    ExitCode.BUDGET,
    ExitCode.PERSON,
    ExitCode.NOT_RUNNING,
)


def outcome(state: State) -> SessionFinished:
    """Return the end of a team that is quiet: done, failed, or waiting for something.

    A thought that came to nothing ends no world: after any other tick the next one goes on without it.
    """
    failed = [opened for opened in state.open.values() if opened.failed is not None]
    stopped = [opened for opened in failed if not _is_lost_thought(opened)]
    if stopped:
        return _failure(min(stopped, key=lambda opened: _rank(opened.exit_code)))
    return _verified(state)


def interrupted() -> SessionFinished:
    """Return the end of a run that somebody stopped."""
    return SessionFinished(status="interrupted", exit_code=int(ExitCode.INTERRUPTED), summary="interrupted")


def waiting(spent: BudgetSpent) -> SessionFinished:
    """Return the end of a run that has nothing left to pay for its next step."""
    return SessionFinished(status="waiting", exit_code=int(spent.exit_code), summary=str(spent))


def broken(error: AgentshError) -> SessionFinished:
    """Return the end of a run that could not go on at all."""
    return SessionFinished(status="failed", exit_code=int(error.exit_code), summary=str(error))


def _failure(opened: OpenReaction) -> SessionFinished:
    waits = opened.exit_code in (ExitCode.PERSON, ExitCode.BUDGET)
    return SessionFinished(
        status="waiting" if waits else "failed",
        exit_code=opened.exit_code,
        summary=f"{opened.role}: {opened.failed}",
    )


def _is_lost_thought(opened: OpenReaction) -> bool:
    """Return whether an agent of a world was to think of what it perceived, and no answer will come of it."""
    of_the_world = bool(opened.observed) and all(id_.startswith(f"{WORLD}:") for id_ in opened.observed)
    return of_the_world and not opened.resumable


def _rank(exit_code: int) -> int:
    return _SEVERITY.index(ExitCode(exit_code)) if exit_code in _SEVERITY else 0


def _verified(state: State) -> SessionFinished:
    facts = state.facts
    if facts is None or not facts.team.team.verify:
        return _done(_unverified(state))
    verdict = state.verdict
    if verdict is None:
        return _not_running("the team is done, but nothing was made that could be run")
    if state.changed_seq > state.verified_seq:
        return _not_running("the program changed after it was last run")
    if verdict.failure is not None:
        return _not_running(f"{verdict.failure.gate}: {verdict.failure.evidence}")
    if not verdict.passed:
        return _not_running("the program did not pass")
    untried = f"the program passed, but it was not tried whole: {verdict.untried}" if verdict.untried else ""
    return _done(untried or "the program was run and passed")


def _unverified(state: State) -> str:
    if state.world is not None:
        lost = sorted(opened.role for opened in state.open.values() if opened.failed and _is_lost_thought(opened))
        without = f", without the last thought of {', '.join(lost)}" if lost else ""
        return f"the world stands at tick {state.world.tick}{without}"
    return "the team is done"


def _done(summary: str) -> SessionFinished:
    return SessionFinished(status="finished", exit_code=int(ExitCode.DONE), summary=summary)


def _not_running(summary: str) -> SessionFinished:
    return SessionFinished(status="failed", exit_code=int(ExitCode.NOT_RUNNING), summary=summary)
