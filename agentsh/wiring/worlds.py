"""Reads worlds, checks them against what worlds can be made of, and tells how a session with one begins."""

from collections.abc import Collection, Iterator

from agentsh.core.cards import TeamFile
from agentsh.core.errors import FileError, WorldError
from agentsh.core.events import SessionStarted
from agentsh.core.world_options import WorldOptions
from agentsh.core.worlds import THINK, WorldCard
from agentsh.engine.desk import Desk
from agentsh.engine.run import Run
from agentsh.library.worlds import WorldEntry, WorldFile, WorldShelf
from agentsh.session.world_desk import WorldDesk
from agentsh.wiring.kit import Kit
from agentsh.world.casting import team_of
from agentsh.world.catalogue import Catalogue, agents
from agentsh.world.checks import check_world
from agentsh.world.run import open_world
from agentsh.world.turns import WorldTurns


def world_shelf(kit: Kit) -> WorldShelf:
    """Return the worlds along the search path."""
    return WorldShelf(kit.shelf())


def list_worlds(kit: Kit) -> list[WorldEntry]:
    """Return all worlds by name, those that cannot be run with the reason."""
    return [_checked(kit, entry) for entry in world_shelf(kit).list_worlds()]


def world_file(kit: Kit, name: str) -> WorldFile:
    """Return a world that can be run.

    Raises:
        UsageError: there is none of that name.
        FileError: something in its file is wrong.
    """
    found = world_shelf(kit).world(name)
    if (wrong := next(world_errors(found, kit.catalogue()), None)) is not None:
        raise wrong
    return found


def world_errors(found: WorldFile, catalogue: Catalogue) -> Iterator[FileError]:
    """Yield what is wrong with a world that was read: components, rules, actions, conditions that there are not."""
    for finding in check_world(found.card, catalogue):
        yield found.error(finding.entity, finding.message, finding.hint)


def check_worlds(kit: Kit, names: Collection[str] = ()) -> dict[str, list[FileError]]:
    """Return what is wrong with each of these worlds; none named: with all. Raises UsageError."""
    shelf, catalogue = world_shelf(kit), kit.catalogue()
    return {name: _errors(shelf, name, catalogue) for name in names or shelf.names()}


def _errors(shelf: WorldShelf, name: str, catalogue: Catalogue) -> list[FileError]:
    try:
        return list(world_errors(shelf.world(name), catalogue))
    except FileError as error:
        return [error]


def world_team(found: WorldFile, company: TeamFile | None = None) -> TeamFile:
    """Return the team of a session with this world. Raises FileError."""
    tasks = {name: card for name, card in found.actions.items() if name != THINK}
    try:
        return team_of(found.card, found.actions[THINK], found.roles, company, tasks)
    except WorldError as error:
        raise found.error(None, str(error), error.hint) from error


def with_world(facts: SessionStarted, options: WorldOptions, found: WorldFile) -> SessionStarted:
    """Return how a session begins, with its world: as its file says, unless the options say otherwise."""
    asked = {"ticks": options.ticks, "ticks_per_second": options.ticks_per_second}
    card = found.card.model_copy(update={key: value for key, value in asked.items() if value is not None})
    seed = found.seed if options.seed is None and found.seed is not None else facts.seed
    idea = facts.idea if options.team is not None else ""
    return facts.model_copy(update={"world": card, "seed": seed, "idea": idea})


def conductor_beside(kit: Kit, world: WorldCard, team: TeamFile) -> WorldTurns:
    """Return who conducts a world's agents, and beside them the roles of the team that do not live in it."""
    thinkers = agents(world)
    return WorldTurns(thinkers, kit.conductor(team.team.conductor) if set(team.team.roles) - set(thinkers) else None)


async def open_desk(kit: Kit, desk: Desk, run: Run) -> WorldDesk:
    """Return the world of a session that has one, as it was left."""
    catalogue = kit.catalogue()
    return WorldDesk(desk.log, await open_world(desk, run, catalogue), catalogue)


def _checked(kit: Kit, entry: WorldEntry) -> WorldEntry:
    if entry.problem:
        return entry
    wrong = next(world_errors(world_shelf(kit).world(entry.name), kit.catalogue()), None)
    return entry if wrong is None else entry.model_copy(update={"problem": str(wrong)})
