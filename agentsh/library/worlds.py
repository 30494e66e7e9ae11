"""World files: found along the search path, read, cross-checked, and made into what a world begins with."""

from pathlib import Path

from pydantic import ValidationError

from agentsh.core.cards import ActionCard, MemoryCard, RoleCard
from agentsh.core.errors import FileError
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen
from agentsh.core.worlds import PERCEIVE, THINK, WorldCard
from agentsh.library.complaints import first_error
from agentsh.library.front import FrontMatter, read_front
from agentsh.library.places import Places
from agentsh.library.reading import check_name, first_paragraph
from agentsh.library.shelf import Shelf
from agentsh.library.world_entities import entities_of
from agentsh.library.world_references import check_references
from agentsh.library.world_sheets import AgentSheet, WorldSheet, clock_s, role_name

TASKS = tuple(ActionName(name) for name in ("think", "reflect", "make_plan", "judge_goal", "plan_day", "resolve"))
"""What agents are asked, each with its prompt file."""


class WorldEntry(Frozen):
    """A world as a list of worlds shows it."""

    name: str
    summary: str = ""
    rooms: int = 0
    agents: int = 0
    ticks: int | None = None
    """After how many it ends; None: it goes on."""
    source: str
    """The file."""
    problem: str = ""
    """Why it cannot be run, when it cannot."""


class WorldFile(Frozen):
    """A world with everything that it refers to, read and cross-checked."""

    card: WorldCard
    roles: dict[RoleName, RoleCard]
    """Who thinks for its agents, in the agents' order."""
    actions: dict[ActionName, ActionCard]
    seed: int | None = None
    lines: dict[str, int] = {}
    """Entity → line of the file on which it stands."""

    def error(self, entity: str | None, message: str, hint: str = "") -> FileError:
        """Return the error that says what is wrong with an entity, or with the world."""
        named = entity or ""
        # `Aria: goal 1` stands where Aria stands.
        line = self.lines.get(named) or self.lines.get(named.partition(":")[0], 1)
        return FileError(self.card.source, line, message, hint=hint)


class WorldShelf:
    """The worlds of a search path."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def world(self, name: str) -> WorldFile:
        """Return a world.

        Raises:
            UsageError: there is none of that name.
            FileError: its file, or a prompt's, is wrong.
        """
        sheet, front = read_world(self._shelf.file("world", name))
        check_references(sheet, front.places)
        actions = {task: self._action(task) for task in TASKS}
        roles = {role_name(name): _role(name, agent) for name, agent in sheet.agents.items() if agent.npc is None}
        return WorldFile(
            card=_card(sheet),
            roles=roles,
            actions=actions,
            seed=sheet.seed,
            lines=_lines(sheet, front.places),
        )

    def names(self) -> list[str]:
        """Return the names of all worlds."""
        return sorted(self._shelf.paths("world"))

    def list_worlds(self) -> list[WorldEntry]:
        """Return all worlds by name, also those that cannot be read, with the reason."""
        return [self._entry(name, path) for name, path in sorted(self._shelf.paths("world").items())]

    def _action(self, name: ActionName) -> ActionCard:
        file = self._shelf.action_file(name)
        self._shelf.renderer.check(file.body)
        return file.card

    def _entry(self, name: str, path: Path) -> WorldEntry:
        try:
            card = self.world(name).card
            sheet = read_world(path)[0]
        except FileError as error:
            return WorldEntry(name=name, source=str(path), problem=str(error))
        return WorldEntry(
            name=name,
            summary=card.summary,
            rooms=len(sheet.rooms),
            agents=len(sheet.agents),
            ticks=card.ticks,
            source=str(path),
        )


def read_world(path: Path) -> tuple[WorldSheet, FrontMatter]:
    """Return what a world's file says, and where; its body says what it is for. Raises FileError."""
    front = read_front(path)
    if "source" in front.fields:
        raise front.places.error(("source",), "unknown key 'source'", "Leave it out.")
    check_name(front, path.stem)
    fields = {"summary": first_paragraph(front.body)} | front.fields | {"source": str(path)}
    try:
        return WorldSheet.model_validate(fields), front
    except ValidationError as error:
        raise first_error(error, front.places, WorldSheet) from None


def _card(sheet: WorldSheet) -> WorldCard:
    return WorldCard(
        name=sheet.name,
        summary=sheet.summary,
        entities=entities_of(sheet),
        systems=sheet.systems,
        levels=sheet.levels,
        lock=sheet.lock,
        ticks=sheet.ticks,
        until=sheet.until,
        ticks_per_second=sheet.ticks_per_second,
        seconds_per_tick=sheet.seconds_per_tick,
        starts_at_s=clock_s(sheet.starts_at),
        snapshot_ticks=sheet.snapshot_ticks,
        source=sheet.source,
    )


def _role(name: str, agent: AgentSheet) -> RoleCard:
    traits = f"You are {', '.join(agent.traits)}." if agent.traits else ""
    return RoleCard(
        name=role_name(name),
        profile=agent.profile,
        backstory=" ".join(part for part in (agent.text.strip(), traits) if part),
        watch={PERCEIVE: (THINK,)},
        actions=(THINK,),
        model=agent.model,
        temperature=agent.temperature,
        human=agent.human,
        memory=MemoryCard(window=0),
    )


def _lines(sheet: WorldSheet, places: Places) -> dict[str, int]:
    found = {"": 1}
    for section, names in (("rooms", sheet.rooms), ("items", sheet.items), ("agents", sheet.agents)):
        found |= {name: places.line((section, name)) for name in names}
    found |= {entity.name: places.line(("entities", index)) for index, entity in enumerate(sheet.entities)}
    found |= {f"event {index + 1}": places.line(("events", index)) for index in range(len(sheet.events))}
    return found
