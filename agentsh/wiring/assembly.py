"""Puts a session together: engine, roles, conductor and the adapters behind the ports."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from agentsh.core import events as e
from agentsh.core.cards import TeamFile
from agentsh.core.code import SandboxStatus
from agentsh.core.errors import StoreError, UsageError
from agentsh.core.ids import RoleName
from agentsh.core.rulebook import RuleSettings
from agentsh.core.settings import ModelSettings
from agentsh.core.tools import CallProtocol
from agentsh.engine.breakpoints import Passage
from agentsh.engine.budget import Meter
from agentsh.engine.desk import Desk
from agentsh.engine.gate import Gate, restore
from agentsh.engine.interpreters import Interpreters
from agentsh.engine.log import EventLog
from agentsh.engine.model_queue import ModelQueue
from agentsh.engine.people import People, Policy
from agentsh.engine.reaction import Reacts
from agentsh.engine.run import Run
from agentsh.engine.turns import Conductor
from agentsh.library.home import Home
from agentsh.library.rule_file import RuleFile
from agentsh.library.shadowing import sources_of
from agentsh.library.templates import PromptRenderer
from agentsh.ports import StatefulSandbox, Tool
from agentsh.roles.asking import Asking
from agentsh.roles.cast import cast as cast_of
from agentsh.sandbox.opening import open_sandbox
from agentsh.session.facade import Session
from agentsh.session.going_back import restore_files
from agentsh.session.team import Recast
from agentsh.wiring.kit import Kit
from agentsh.wiring.late import LateInstaller, LateVerifier
from agentsh.wiring.models import Connected
from agentsh.workspace.folder import FolderWorkspace, open_workspace
from agentsh.workspace.watching import FolderWatcher

if TYPE_CHECKING:
    from agentsh.session.world_desk import WorldDesk  # a session without a world loads nothing of worlds


@dataclass(frozen=True, slots=True)
class Manner:
    """How a session runs in this process."""

    approve: str
    terminal: bool
    model_settings: ModelSettings
    rules: RuleSettings


async def assemble(stack: AsyncExitStack, log: EventLog, models: Connected, kit: Kit, manner: Manner) -> Session:
    """Return the session of a log that has begun; `stack` closes it."""
    facts, home = _begun(log), kit.home
    # First what refuses a folder that holds too much: nothing is looked for in it then.
    sandbox = await open_sandbox(Path(facts.workspace), protected=own_paths(home))
    workspace = await open_workspace(Path(facts.workspace), own=facts.own_workspace, branch=facts.branch)
    await restore_files(log, workspace)
    await log.append(e.SandboxProbed(status=sandbox.status), *_unprotected(sandbox.status, workspace.root, home))
    sources = [*sources_of(facts.team), *([facts.world.source] if facts.world is not None else [])]
    of_prompts = await asyncio.to_thread(kit.notices_of_prompts, sources)
    await log.append(*kit.notices(), *await _untold(log, of_prompts))
    meter = Meter(log, manner.model_settings)
    desk = _desk(log, models, home, manner, meter, sandbox, workspace)
    recast = _casting(kit, facts, workspace.root, stack)
    run = Run(desk, _conductor(kit, facts), recast(facts.team))
    watcher = FolderWatcher(workspace.root)
    session = Session(facts, desk, run, meter, await _world(kit, desk, run), recast=recast, watcher=watcher)
    stack.push_async_callback(session.aclose)
    if kit.plugins is not None and (listeners := kit.plugins.listeners()):
        from agentsh.plugins.listening import listening

        await stack.enter_async_context(listening(log, facts.session, listeners))
    return session


def _desk(
    log: EventLog,
    models: Connected,
    home: Home,
    manner: Manner,
    meter: Meter,
    sandbox: StatefulSandbox,
    workspace: FolderWorkspace,
) -> Desk:
    """Return what reactions work with."""
    facts, root = _begun(log), workspace.root
    gate = Gate(budget=meter.spent, hit=_pause(log))
    restore(gate, log.state)
    book = RuleFile(home.config, root, manner.rules, own=home.own)
    return Desk(
        log=log,
        gate=gate,
        people=People(log, cast("Policy", manner.approve), manner.terminal, book=book),
        models=ModelQueue(models.hosts),
        sandbox=sandbox,
        workspace=workspace,
        interpreters=Interpreters(sandbox),
        verifier=LateVerifier(workspace, sandbox, keeps_record=facts.own_workspace),
        installer=LateInstaller(root),
    )


def _casting(kit: Kit, facts: e.SessionStarted, root: Path, stack: AsyncExitStack) -> Recast:
    """Return what brings a team's cards to life, as this session began."""
    asking = Asking(
        model=facts.model, num_ctx=facts.num_ctx, temperature=facts.temperature, protocols=_protocols(facts)
    )
    toolbox = _toolbox(kit, facts.team, root, stack)
    renderer = PromptRenderer(kit.shelves)

    def recast(team: TeamFile) -> Mapping[RoleName, Reacts]:
        return cast_of(
            team,
            asking,
            renderer,
            humans=facts.humans,
            reviews=facts.reviews,
            variables=facts.variables,
            toolbox=toolbox,
        )

    return recast


async def _untold(log: EventLog, notices: Sequence[e.Noticed]) -> list[e.Noticed]:
    """Return those that the session does not hold yet: whoever opens it again has read them."""
    kept = await log.journal.read(kinds=("notice",)) if notices else []
    return [notice for notice in notices if all(recorded.event != notice for recorded in kept)]


def _begun(log: EventLog) -> e.SessionStarted:
    """Return how the session began. Raises StoreError when it never did."""
    if log.state.facts is None:
        raise StoreError("the session never began")
    return log.state.facts


def own_paths(home: Home) -> list[Path]:
    """Return what of agentsh's own no run may change, also where it lies in the workspace."""
    places = (home.sessions, home.prompts, home.plugins, home.config, home.examined, home.root / "crashes")
    return [place.resolve() for place in places]


def _unprotected(status: SandboxStatus, root: Path, home: Home) -> list[e.Noticed]:
    """Return the warning that model code could write the session's own file, where that is so."""
    if status.tier == "bubblewrap" or not home.sessions.resolve().is_relative_to(root):
        return []
    message = f"the sessions lie in the workspace, where this sandbox cannot protect them: {home.sessions}"
    return [e.Noticed(message=message, hint="use another --home, or install bubblewrap")]


def _protocols(facts: e.SessionStarted) -> dict[str, CallProtocol]:
    """Return how each of the session's models is asked for a tool call, as it was found when the session began."""
    by_one: dict[str, CallProtocol] = dict.fromkeys(facts.json_tools, "json")
    return by_one | dict.fromkeys(facts.led_tools, "led") | dict.fromkeys(facts.native_tools, "native")


def _toolbox(kit: Kit, team: TeamFile, cwd: Path, stack: AsyncExitStack) -> dict[str, Tool]:
    """Return the tools that there are, and servers of others, which end with the session.

    Raises:
        UsageError: the team names a tool that there is not.
    """
    wanted = {name: card.source for card in team.roles.values() for name in card.tools}
    wanted |= {name: card.source for card in team.actions.values() for name in card.tools}
    if not wanted:
        return {}
    found = kit.tools() | _servers(kit, {name.partition(".")[0] for name in wanted}, cwd, stack)
    if missing := [name for name in wanted if name not in found and name.partition(".")[0] not in kit.servers]:
        hint = f"there is: {', '.join(found)}"
        raise UsageError(f"{wanted[missing[0]]}: there is no tool {missing[0]!r}", hint=hint)
    return found


def _servers(kit: Kit, wanted: Collection[str], cwd: Path, stack: AsyncExitStack) -> dict[str, Tool]:
    """Return those servers of tools that a team wants; none is started yet."""
    named = {name: settings for name, settings in kit.servers.items() if name in wanted}
    if not named:
        return {}
    from agentsh.tools.servers.server import McpServer

    made = {name: McpServer(name, settings, cwd) for name, settings in named.items()}
    for server in made.values():
        stack.push_async_callback(server.aclose)
    return dict(made)


def _conductor(kit: Kit, facts: e.SessionStarted) -> Conductor:
    """Return the team's conductor; where a world ticks, its agents are conducted apart from the team."""
    if facts.world is None:
        return kit.conductor(facts.team.team.conductor)
    from agentsh.wiring.worlds import conductor_beside

    return conductor_beside(kit, facts.world, facts.team)


async def _world(kit: Kit, desk: Desk, run: Run) -> "WorldDesk | None":
    facts = desk.log.state.facts
    if facts is None or facts.world is None:
        return None
    from agentsh.wiring.worlds import open_desk

    return await open_desk(kit, desk, run)


def _pause(log: EventLog) -> Callable[[str, Passage], None]:
    def hit(text: str, at: Passage) -> None:
        log.submit(e.SessionPaused(why=f"breakpoint {text} before {at.step} of {at.role}"))

    return hit
