"""Branches of a session: one that goes its own way from any event, and going back to one. Nothing is ever lost.

Both cut a session where a killed process could have left it, so what comes after is what comes after a crash: finished
steps are found, others are done. Everything here blocks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentsh.core import events as e
from agentsh.core.errors import SessionDamaged, StoreError, UsageError
from agentsh.core.ids import BOSS, SILENT, SessionName
from agentsh.core.summary import Parent
from agentsh.engine.fold import Fold
from agentsh.engine.state import State
from agentsh.library.home import Home
from agentsh.store.branching import branch, cut, settled_seq
from agentsh.store.catalogue import SessionFiles, read_session
from agentsh.wiring.kit import Kit
from agentsh.wiring.ownership import is_own, marked, user_key
from agentsh.workspace.branching import Moment, branch_files

_PAGE_EVENTS = 2_000


@dataclass(frozen=True, slots=True)
class Branched:
    """A session that was branched.

    Attributes:
        name: the new session.
        seq: the event after which it goes its own way.
        lost: files that nothing holds any more as they were then.
    """

    name: SessionName
    seq: int
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Past:
    """A session as it was after one of its events, and what came later."""

    facts: e.SessionStarted
    state: State
    seq: int
    last_seq: int
    commit: str | None
    """The newest one of the workspace at that time."""
    later: tuple[str, ...]
    """Paths that changed after it."""


def fork(home: Home, name: str, at: int | None = None, new: str | None = None) -> Branched:
    """Make a session that is another one up to an event, with a workspace of its own; the other stays as it is.

    Args:
        home: where sessions are.
        name: which; it may be at work in another process.
        at: the last event that both have; None: the newest. One that was appended together with others takes these
            along.
        new: what the fork is called; None: as the other, with a number.

    Raises:
        UsageError: there is no such session or event, or the name is taken.
        StoreError: it cannot be read, or the fork not be written.
    """
    files = SessionFiles(home.sessions)
    past = _past(home, files, name, at)
    chosen = SessionName(new) if new is not None else files.new_name(name)
    return _branched(home, past, files.path(name), chosen, past.last_seq if at is None else past.seq)


def rewind(home: Home, name: str, to: int) -> Branched:
    """Let a session stand where it was after an event; what came later becomes a session of its own.

    The workspace follows when the session is opened next.

    Args:
        home: where sessions are.
        name: which; no other process may have it.
        to: the event, as in `fork`.

    Returns:
        the session that keeps what came later.

    Raises:
        UsageError: there is no such session or event, or nothing came after it.
        StoreError: another process has it, or it cannot be written; it is as it was.
    """
    files = SessionFiles(home.sessions)
    past = _past(home, files, name, to)
    if past.seq == past.last_seq:
        raise UsageError(f"session {name!r} stands at event {past.seq} already", hint="give a smaller number")
    whole = _past(home, files, name, None)
    kept = _branched(home, whole, files.path(name), files.new_name(name), past.seq)
    cut(files.path(name), past.seq, [_back(past, whole, kept.name, files.summary(name).parent)])
    return Branched(kept.name, past.seq)


def _back(past: _Past, whole: _Past, kept: SessionName, parent: Parent | None) -> e.SessionRewound:
    """Return the event with which the session goes on: what it did goes back, what and where it is does not."""
    here = {"workspace": whole.facts.workspace, "own_workspace": whole.facts.own_workspace}
    return e.SessionRewound(
        seq=past.seq,
        kept=kept,
        session=whole.facts.session,
        workspace=whole.facts.workspace,
        own_workspace=whole.facts.own_workspace,
        mark=_mark(past.facts.model_copy(update=here), own=is_own(whole.facts, user_key())),
        parent=None if parent is None else SessionName(parent.session),
        parent_seq=0 if parent is None else min(parent.seq, past.seq),
        commit=past.commit,
        paths=past.later,
    )


def _mark(facts: e.SessionStarted, *, own: bool) -> str:
    """Return the mark for what was not begun elsewhere: no session gets rights by being branched."""
    return marked(facts, user_key()).mark if own else ""


def seq_of_tick(home: Home, name: str, tick: int) -> int:
    """Return the event with which a tick of the session's world ended; 0 is how the world began.

    Raises:
        UsageError: there is no such tick.
    """
    last: int | None = None
    for recorded in _read(SessionFiles(home.sessions).path(name)):
        if isinstance(recorded.event, e.TickFinished | e.WorldSnapshot):
            last = recorded.event.tick
            if last == tick:
                return recorded.seq
    hint = "it has no world" if last is None else f"its last one is {last}"
    raise UsageError(f"session {name!r} has no tick {tick}", hint=hint)


def turn_before(home: Home, name: str) -> int:
    """Return the event before the newest word of the Boss's: where taking the last turn back leads.

    Raises:
        UsageError: nothing was said after the idea that began the session.
    """
    said = [recorded.seq for recorded in _read(SessionFiles(home.sessions).path(name)) if _is_word(recorded.event)]
    if len(said) < 2:
        raise UsageError("there is no turn to take back: this is how the session began", hint="begin anew: /new IDEA")
    return said[-1] - 1


def _is_word(event: e.Event) -> bool:
    return (
        isinstance(event, e.MessagePublished)
        and event.message.sent_from == BOSS
        and event.message.cause_by not in SILENT
    )


def _branched(home: Home, past: _Past, source: Path, new: SessionName, seq: int) -> Branched:
    """Write the workspace first: a session is there once its file is."""
    target = SessionFiles(home.sessions).path(new)
    if target.exists():
        raise UsageError(f"session {new!r} is there already", hint="choose another name")
    folder = (home.sessions / new).resolve()
    lost = branch_files(Path(past.facts.workspace), folder, _moment(past))
    there = past.facts.model_copy(update={"workspace": str(folder), "own_workspace": True})
    mark = _mark(there, own=is_own(past.facts, user_key()))
    parent = SessionName(source.stem)
    forked = e.SessionForked(session=new, parent=parent, seq=seq, workspace=str(folder), mark=mark, lost=lost)
    branch(source, target, past.seq, [forked])
    return Branched(new, past.seq, lost)


def _moment(past: _Past) -> Moment:
    known = past.state.files
    return Moment(
        commit=past.commit,
        own=past.facts.own_workspace,
        files={path: file.digest for path, file in known.items() if file.change != "deleted"},
        gone=frozenset(path for path, file in known.items() if file.change == "deleted"),
        touched=frozenset((*known, *past.later)),
        newest=past.seq == past.last_seq,
    )


def _past(home: Home, files: SessionFiles, name: str, at: int | None) -> _Past:
    path = files.path(files.summary(name).name)
    seq, last_seq = settled_seq(path, at), settled_seq(path, None)
    fold = Fold(find=Kit(home).find_conductor)
    commit: str | None = None
    later: dict[str, None] = {}
    for recorded in _read(path, seq):
        if recorded.seq <= seq:
            fold.apply(recorded)
        if isinstance(recorded.event, e.FileChanged):
            if recorded.seq <= seq:
                commit = recorded.event.commit or commit
            else:
                later[recorded.event.file.path] = None
    if fold.state.facts is None:
        raise StoreError(f"session {name!r} never began", hint=f'begin it: agentsh run "…" --session {name}')
    return _Past(fold.state.facts, fold.state, seq, last_seq, commit, tuple(later))


def _read(path: Path, needed: int | None = None) -> Iterator[e.Recorded]:
    """Yield a session's events; damage ends them when everything up to event `needed` has come before it."""
    after = 0
    try:
        while page := read_session(path, after, _PAGE_EVENTS):
            yield from page
            after = page[-1].seq
    except SessionDamaged as damage:
        if needed is None or damage.last_good_seq < needed:
            raise
        yield from read_session(path, after, damage.last_good_seq - after)
