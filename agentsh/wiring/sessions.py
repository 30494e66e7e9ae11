"""Opens sessions: a new one from what was asked for, or one that goes on."""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from agentsh.core import events as e
from agentsh.core.cards import TeamFile
from agentsh.core.controls import BreakAt
from agentsh.core.errors import AgentshError, SessionLocked, StoreError, UsageError
from agentsh.core.ids import SessionName
from agentsh.core.secrets import Redactor, secrets_of
from agentsh.core.settings import DEFAULT_TEAM, EXISTING_TEAM, SMALL_TEAM, ResumeOptions, RunOptions, Settings
from agentsh.core.world_options import WorldOptions
from agentsh.engine.breakpoints import check_breakpoint, parse_breakpoint
from agentsh.engine.budget import lowered, merged
from agentsh.engine.fold import Fold
from agentsh.engine.hiring import as_changed
from agentsh.engine.log import EventLog
from agentsh.engine.state import State
from agentsh.engine.turns import FindConductor
from agentsh.library.examined import Examined
from agentsh.library.home import Home
from agentsh.session.facade import Session
from agentsh.store.catalogue import SessionFiles, read_session
from agentsh.store.journal import SqliteJournal
from agentsh.wiring.assembly import Manner, assemble
from agentsh.wiring.kit import Kit, loaded
from agentsh.wiring.models import Connected, Progress, Wish, call_protocols, connect
from agentsh.wiring.ownership import adoption, as_said, is_own, marked, own_hosts, taken_over, user_key

if TYPE_CHECKING:
    from agentsh.library.worlds import WorldFile  # a session without a world loads nothing of worlds


@asynccontextmanager
async def started(
    options: RunOptions, settings: Settings, home: Home, *, terminal: bool, progress: Progress | None = None
) -> AsyncIterator[Session]:
    """Begin a session: find a model, read the team, make the files; the team does not work yet.

    Args:
        options: what was asked for.
        settings: what holds when nothing was asked for.
        home: where sessions and prompts are.
        terminal: whether a person is there to be asked.
        progress: told how far a download of the demo model is.

    Raises:
        UsageError, ProviderError, StoreError: nothing was begun.
    """
    kit = await loaded(home)
    async with AsyncExitStack() as stack:
        with kit.explaining():
            session = await _begun(stack, options, settings, kit, terminal=terminal, progress=progress)
        yield session


async def _begun(
    stack: AsyncExitStack,
    options: RunOptions,
    settings: Settings,
    kit: Kit,
    *,
    terminal: bool,
    progress: Progress | None,
) -> Session:
    points = [parse_breakpoint(when) for when in options.pause_at]
    home, files = kit.home, SessionFiles(kit.home.sessions)
    _free_name(files, options)
    _check_workspace(options)
    world: WorldFile | None = None
    if isinstance(options, WorldOptions):
        # A world of a thousand is read, and made once to see whether it can be: keys and screens have their turn.
        world = await asyncio.to_thread(_world_file, kit, options.world)
    named = _named_team(options, settings, kit, world)
    wish = Wish(provider=options.provider, host=options.host, model=options.model)
    models = await connect(wish, settings.model, os.environ, progress, kit.providers)
    stack.push_async_callback(models.aclose)
    team = named or _team(_usual_team(options, models), options, kit)
    facts = _facts(options, settings, models, team)
    facts = facts.model_copy(update=await _tool_callers(models, team, home))
    if isinstance(options, WorldOptions) and world is not None:
        from agentsh.wiring.worlds import with_world

        facts = with_world(facts, options, world)
    for point in points:
        check_breakpoint(point, facts.team, has_world=facts.world is not None)
    name, journal = await _new_journal(files, options)
    stack.push_async_callback(journal.aclose)
    log = EventLog(journal, Fold(find=kit.find_conductor), Redactor(secrets_of(os.environ)))
    stack.push_async_callback(_close, journal, files, log, name)
    await log.append(marked(_named(facts, name, home), user_key()), *models.notices)
    manner = Manner(facts.approve, terminal, settings.model, settings.rules)
    try:
        session = await assemble(stack, log, models, kit, manner)
    except AgentshError:
        await journal.aclose()
        journal.path.unlink(missing_ok=True)
        raise
    for when in options.pause_at:
        await session.send(BreakAt(when=when))
    return session


@asynccontextmanager
async def reopened(
    name: str | None,
    overrides: ResumeOptions,
    settings: Settings,
    home: Home,
    *,
    terminal: bool,
    progress: Progress | None = None,
) -> AsyncIterator[Session]:
    """Go on with a session, the latest when no name is given; nothing that finished is done again.

    Raises:
        UsageError: there is no such session.
        ProviderError, StoreError: it is as it was.
    """
    kit = await loaded(home)
    async with AsyncExitStack() as stack:
        with kit.explaining():
            session = await _gone_on_with(stack, name, overrides, settings, kit, terminal=terminal, progress=progress)
        yield session


async def _gone_on_with(
    stack: AsyncExitStack,
    name: str | None,
    overrides: ResumeOptions,
    settings: Settings,
    kit: Kit,
    *,
    terminal: bool,
    progress: Progress | None,
) -> Session:
    home, files = kit.home, SessionFiles(kit.home.sessions)
    known = files.summary(name).name if name else _latest(files, home)
    if overrides.back_to is not None:
        from agentsh.wiring.branches import rewind

        await asyncio.to_thread(rewind, home, known, overrides.back_to)
    journal = await SqliteJournal.open(files.path(known), create=False)
    stack.push_async_callback(journal.aclose)
    log = EventLog(journal, await _folded(journal, kit.find_conductor), Redactor(secrets_of(os.environ)))
    facts = log.state.facts
    stack.push_async_callback(_close, journal, files, log, facts.session if facts is not None else None)
    if facts is None:
        raise StoreError(f"session {known!r} never began", hint=f'begin it: agentsh run "…" --session {known}')
    if overrides.ticks is not None and facts.world is None:
        raise UsageError(f"session {known!r} has no world that could tick", hint="leave --ticks out")
    held, adopted = _held(facts, known, overrides, settings, home)
    models = await connect(_same_models(held, overrides, settings), settings.model, os.environ, progress, kit.providers)
    stack.push_async_callback(models.aclose)
    called = [e.SessionRenamed(name=SessionName(known))] if held.session != known else []
    await log.append(*_resuming(log.state, facts, overrides, kit), *adopted, *called, *models.notices)
    manner = Manner(overrides.approve or held.approve, terminal, settings.model, settings.rules)
    return await assemble(stack, log, models, kit, manner)


def _held(
    facts: e.SessionStarted, name: str, overrides: ResumeOptions, settings: Settings, home: Home
) -> tuple[e.SessionStarted, list[e.Event]]:
    """Return what the session may be here, and the events that say so when it is not what it was."""
    key = user_key()
    foreign = not is_own(facts, key)
    hosts = own_hosts(settings.model, os.environ)
    held = taken_over(facts, SessionName(name), overrides, hosts, home) if foreign else facts
    held = marked(as_said(held, overrides), key)
    return held, adoption(held, foreign=foreign) if foreign or held.mark != facts.mark else []


def _latest(files: SessionFiles, home: Home) -> str:
    if (found := files.latest()) is None:
        raise UsageError(f"there is no session in {home.sessions}", hint='begin one: agentsh run "…"')
    return found.name


def _free_name(files: SessionFiles, options: RunOptions) -> SessionName:
    if options.session is None:
        return files.new_name(options.idea)
    path = files.path(options.session)
    if path.exists() and not _never_began(path):
        raise UsageError(
            f"session {options.session!r} is there already",
            hint=f"go on with it: agentsh resume {options.session}",
        )
    return options.session


def _never_began(path: Path) -> bool:
    """Whether a process was killed between making this file and saying what it is for."""
    try:
        return not read_session(path, limit=1)
    except StoreError:
        return False


async def _new_journal(files: SessionFiles, options: RunOptions) -> tuple[SessionName, SqliteJournal]:
    """Make the session's file. A name that was free a moment ago may have been taken by another process since."""
    while True:
        name = _free_name(files, options)
        path = files.path(name)
        try:
            return name, await SqliteJournal.open(path, create=not path.exists())
        except SessionLocked:
            if options.session is not None:
                raise
        except StoreError:
            if options.session is not None or not path.exists():
                raise


def _named(facts: e.SessionStarted, name: SessionName, home: Home) -> e.SessionStarted:
    """Return the facts of the session of this name; a workspace of its own is beside its file."""
    workspace = str((home.sessions / name).resolve()) if facts.own_workspace else facts.workspace
    wanted = facts.team.team.branch and not facts.own_workspace
    branch = "agentsh/" + re.sub(r"[^\w-]+", "-", name) if wanted else ""
    return facts.model_copy(update={"session": name, "workspace": workspace, "branch": branch})


def _facts(options: RunOptions, settings: Settings, models: Connected, team: TeamFile) -> e.SessionStarted:
    """Return what the session is for; its name is not known yet."""
    usual = lowered(team.team.budget, settings.run.most)
    budget = merged(merged(usual, settings.run.budget), options.budget)
    return e.SessionStarted(
        session=SessionName(""),
        idea=options.idea,
        team=team,
        provider=models.provider,
        model=models.model,
        host=models.host,
        seed=secrets.randbelow(1 << 31) if options.seed is None else options.seed,
        budget=budget,
        approve=options.approve or settings.run.approve,
        humans=options.humans,
        reviews=options.reviews,
        workspace=str(Path(options.workspace).resolve()) if options.workspace else "",
        own_workspace=options.workspace is None,
        variables=options.variables,
        temperature=settings.model.temperature if options.temperature is None else options.temperature,
        num_ctx=models.num_ctx,
    )


async def _tool_callers(models: Connected, team: TeamFile, home: Home) -> dict[str, tuple[str, ...]]:
    """Return how a team's models are asked for tool calls; nobody asks where no tools are used."""
    if not any(card.does in ("use_tools", "run_cells") for card in team.actions.values()):
        return {}
    names = [models.model, *(role.model for role in team.roles.values() if role.model)]
    found = await call_protocols(models, names, Examined(home.examined))
    return {
        "native_tools": tuple(name for name, protocol in found.items() if protocol == "native"),
        "json_tools": tuple(name for name, protocol in found.items() if protocol == "json"),
        "led_tools": tuple(name for name, protocol in found.items() if protocol == "led"),
    }


def _world_file(kit: Kit, name: str) -> "WorldFile":
    from agentsh.wiring.worlds import world_file

    return world_file(kit, name)


def _check_workspace(options: RunOptions) -> None:
    """Refuse a workspace that is a file, or is to be made in a folder that is not there: that was mistyped."""
    if options.workspace is None:
        return
    folder = Path(options.workspace)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"the workspace {str(folder)!r} is not a folder", hint="Name a folder with --workspace")
    if not folder.parent.is_dir():
        hint = "Make that folder, or name another workspace"
        raise UsageError(f"the workspace {str(folder)!r} would be in a folder that is not there", hint=hint)


def _named_team(options: RunOptions, settings: Settings, kit: Kit, world: "WorldFile | None") -> TeamFile | None:
    """Return the team that was asked for: a mistake in it is told before a model is loaded for it."""
    if world is not None:
        from agentsh.wiring.worlds import world_team

        company = None if options.team is None else kit.shelf().team(options.team)
        return _with_people(world_team(world, company), options)
    name = options.team or settings.run.team
    return None if name is None else _team(name, options, kit)


def _usual_team(options: RunOptions, models: Connected) -> str:
    if models.provider == "local":
        return SMALL_TEAM
    folder = Path(options.workspace) if options.workspace else None
    has_files = folder is not None and folder.is_dir() and any(path.name != ".git" for path in folder.iterdir())
    return EXISTING_TEAM if has_files else DEFAULT_TEAM


def _team(name: str, options: RunOptions, kit: Kit) -> TeamFile:
    return _with_people(kit.shelf().team(name), options)


def _with_people(team: TeamFile, options: RunOptions) -> TeamFile:
    """Return the team, once it is known that it has the roles that people want to play, or to see the work of."""
    for human in options.humans:
        if human not in team.roles:
            raise UsageError(f"there is no role {human!r} to play", hint=f"there are: {', '.join(team.roles)}")
    for role in options.reviews:
        if role not in ("*", *team.roles):
            raise UsageError(f"there is no role {role!r} to review", hint=f"there are: {', '.join(team.roles)}")
    return team


def _same_models(facts: e.SessionStarted, overrides: ResumeOptions, settings: Settings) -> Wish:
    """Return the model that the session had: it is never switched silently."""
    host = None if settings.model.hosts else facts.host
    return Wish(provider=facts.provider, host=overrides.host or host, model=overrides.model or facts.model)


async def _folded(journal: SqliteJournal, find: FindConductor) -> Fold:
    """Return the state from the newest snapshot and what came after it; a snapshot that does not fit is ignored."""
    kept = await journal.load_snapshot()
    fold, seq = Fold(find=find), 0
    if kept is not None:
        try:
            fold, seq = Fold(State.model_validate(kept[1]), find), kept[0]
        except ValueError:
            seq = 0
    for recorded in await journal.read(after=seq):
        fold.apply(recorded)
    return fold


def _resuming(state: State, facts: e.SessionStarted, overrides: ResumeOptions, kit: Kit) -> list[e.Event]:
    """Return how the session goes on: with new limits, edited prompts, and whatever had failed tried again."""
    resumed = e.SessionResumed(
        reason="reopened",
        budget=merged(state.budget, overrides.budget),
        model=overrides.model,
        host=overrides.host,
        ticks=overrides.ticks,
    )
    retried = [
        e.ReactionRetried(reaction=opened.reaction, role=opened.role, afresh=not opened.resumable)
        for opened in state.open.values()
        if opened.failed is not None
    ]
    return [resumed, *_edits(state, facts, kit), *retried]


def _edits(state: State, facts: e.SessionStarted, kit: Kit) -> list[e.Event]:
    """Return the team as its files say it now, if they say something else; broken files change nothing."""
    try:
        team = as_changed(_team_now(facts, kit), state.hired, state.left)
    except AgentshError as error:
        return [e.Noticed(message=f"{error}; going on with the team as it was", hint=error.hint)]
    return [] if team == facts.team else [e.TeamChanged(team=team)]


def _team_now(facts: e.SessionStarted, kit: Kit) -> TeamFile:
    """Return the team as its files say it now; what is in a world does not come from its file any more."""
    name, world = facts.team.team.name, facts.world
    if world is None:
        return kit.shelf().team(name)
    from agentsh.wiring.worlds import world_shelf, world_team

    company = None if name == world.name else kit.shelf().team(name)
    now = world_shelf(kit).world(world.name)
    return world_team(now.model_copy(update={"card": world}), company)


async def _close(journal: SqliteJournal, files: SessionFiles, log: EventLog, opened_as: SessionName | None) -> None:
    """Close a session, and let its file follow when it was renamed meanwhile; a copy keeps the name of its file."""
    await journal.aclose()
    if log.state.facts is None or log.state.facts.session == opened_as or not journal.path.exists():
        return
    wanted = files.path(log.state.facts.session)
    if (
        wanted != journal.path
        and not wanted.exists()
        and not journal.path.with_name(f"{journal.path.name}-wal").exists()
    ):
        journal.path.rename(wanted)
