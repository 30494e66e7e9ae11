"""The world: its rooms, an entity with all that it has, its ticks, its speed, edits, plots, and who heard of what."""

import json
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, JsonValue

from agentsh.commands.arguments import Arguments, From, Rest, Shown
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import EditText, NewSession, Nothing, Reply, Table, Text
from agentsh.core.controls import EditEntity, SetSpeed, Tick
from agentsh.core.errors import UsageError
from agentsh.core.plot import plot
from agentsh.core.terminal import one_line
from agentsh.core.worlds import EntityId

if TYPE_CHECKING:  # a session without a world loads nothing of worlds
    from agentsh.session.world_desk import WorldDesk
    from agentsh.session.world_view import EntityDetail, RoomView, WorldView

PLOT_WIDTH = 72
PLOT_HEIGHT = 8
FASTEST = "max"


class Times(Arguments):
    """How many ticks."""

    n: int = Field(default=1, ge=1, le=1_000_000)


class Speed(Arguments):
    """Ticks a second."""

    speed: Annotated[str | None, Shown("N|max")] = None


class One(Arguments):
    """An entity, and after which tick."""

    entity: Annotated[str, From("entities"), Rest(), Shown("ENTITY [TICK]")] = Field(min_length=1)


class Edit(Arguments):
    """What becomes what."""

    entity: Annotated[str, From("entities")]
    field: Annotated[str, From("components"), Shown("COMPONENT[.FIELD]")]
    value: Annotated[str | None, Rest()] = None


class Plotted(Arguments):
    """Which number of whom."""

    entity: Annotated[str, From("entities")]
    field: Annotated[str, From("components"), Shown("COMPONENT.FIELD")]


class Words(Arguments):
    """What somebody may have heard of."""

    words: Annotated[str, Rest()] = Field(min_length=1)


class Played(Arguments):
    """Which world."""

    world: Annotated[str, From("worlds")]


def world_of(context: Context) -> "WorldDesk":
    """Return the open session's world. Raises UsageError when it has none."""
    if context.session.world is None:
        raise UsageError("this session has no world", hint="begin one: /play WORLD, or agentsh world run NAME")
    return context.session.world


def standing(view: "WorldView") -> str:
    """Return how a world stands, in a line: its tick, its time, whether it runs, how fast."""
    last = "" if view.last_tick is None else f" of {view.last_tick}"
    speed = "as fast as it goes" if view.ticks_per_second is None else f"at most {view.ticks_per_second:g} ticks/s"
    state = "paused" if view.paused else "over" if view.over else "running"
    return f"{view.name} · tick {view.tick}{last} · {view.clock} · {state} · {speed}"


async def _world(context: Context, _nothing: Arguments) -> Reply:
    view = world_of(context).view()
    names = {entity.id: entity.name or f"#{entity.id}" for entity in view.entities}
    living = {entity.id for entity in view.entities if "Item" not in entity.kinds}
    rows = tuple(_room(room, names, living) for room in view.rooms)
    return Table(("ROOM", "DOORS TO", "WHO", "WHAT"), rows, title=standing(view), empty="no rooms", pane="world")


def _room(room: "RoomView", names: dict[EntityId, str], living: set[EntityId]) -> tuple[str, ...]:
    def told(entities: list[EntityId]) -> str:
        return ", ".join(names.get(entity, f"#{entity}") for entity in entities)

    who, what = [one for one in room.occupants if one in living], [one for one in room.occupants if one not in living]
    return room.name or f"#{room.id}", told(list(room.doors)), told(who) or "nobody", told(what)


async def _entities(context: Context, _nothing: Arguments) -> Reply:
    view = world_of(context).view()
    names = {room.id: room.name for room in view.rooms}
    rows = tuple(
        (
            str(entity.id),
            entity.name,
            names.get(entity.room, "") if entity.room is not None else "",
            "thinks" if entity.thinking else "",
            ", ".join(entity.kinds),
        )
        for entity in view.entities
    )
    return Table(("ID", "NAME", "ROOM", "", "COMPONENTS"), rows, title=standing(view), pane="world")


async def _entity(context: Context, one: One) -> Reply:
    world = world_of(context)
    name, tick = _at_tick(world, one.entity)
    detail = world.entity(name) if tick is None else await world.entity_at(name, tick)
    at = world.view().tick if tick is None else tick
    title = f"{detail.entity.name or 'entity'} ({detail.entity.id}) after tick {at}"
    names = {entity.id: entity.name for entity in world.view().entities}
    return Table(("COMPONENT", "FIELD", "VALUE"), tuple(detail_rows(detail, names)), title=title)


def _at_tick(world: "WorldDesk", text: str) -> tuple[str, int | None]:
    """Tell `Magic Sword 4` from an entity of that very name; quotes may stand around the name."""
    head, _, last = text.rpartition(" ")
    name = text.strip().strip("\"'")
    if head and last.isdecimal() and not world.has(name):
        return head.strip().strip("\"'"), int(last)
    return name, None


def detail_rows(detail: "EntityDetail", names: dict[EntityId, str]) -> list[tuple[str, str, str]]:
    """Return an entity's components field by field, then its relations, to and from it."""
    rows: list[tuple[str, str, str]] = []
    for kind, fields in detail.components.items():
        items = list(fields.items()) if isinstance(fields, dict) else []
        rows += [(kind if place == 0 else "", key, spelled(value)) for place, (key, value) in enumerate(items)]
        rows += [] if items else [(kind, "", "")]

    def told(entities: tuple[EntityId, ...]) -> str:
        return ", ".join(f"{names.get(entity) or 'entity'} ({entity})" for entity in entities)

    rows += [(relation, "->", told(entities)) for relation, entities in detail.points_to.items()]
    rows += [(relation, "<-", told(entities)) for relation, entities in detail.pointed_by.items()]
    return rows


def spelled(value: JsonValue) -> str:
    """Return a value as one types it: a plain text as itself, all else as JSON."""
    if isinstance(value, str) and value and not _is_json(value):
        return value
    return json.dumps(value, ensure_ascii=False)


async def _tick(context: Context, times: Times) -> Reply:
    world_of(context)
    await context.session.send(Tick(times=times.n))
    return Nothing()


async def _speed(context: Context, speed: Speed) -> Reply:
    if speed.speed is None:
        return Text(standing(world_of(context).view()))
    await context.session.send(SetSpeed(ticks_per_second=_ticks_per_second(speed.speed)))
    return Text(standing(world_of(context).view()))


def _ticks_per_second(text: str) -> float | None:
    if text == FASTEST:
        return None
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise UsageError(
            f"{text!r} is no speed", hint="Type: /speed 2 for two ticks a second, /speed max for all it can"
        )
    return found


async def _set(context: Context, edit: Edit) -> Reply:
    world = world_of(context)
    detail = world.entity(edit.entity)
    kind, _, rest = edit.field.partition(".")
    path = tuple(rest.split(".")) if rest else ()

    async def use(text: str) -> Reply:
        control = EditEntity(entity=detail.entity.id, component=kind, value=_value(text), path=path)
        await context.session.send(control)
        return Text(f"{detail.entity.name or detail.entity.id}: {edit.field} is {one_line(text, 60)} now.")

    if edit.value is not None:
        return await use(edit.value)
    whole: JsonValue = detail.components.get(kind)
    for name in path:
        whole = whole.get(name) if isinstance(whole, dict) else None
    text = json.dumps({} if whole is None and not path else whole, indent=2, ensure_ascii=False)
    return EditText(text, title=f"{edit.field} of {detail.entity.name or detail.entity.id}", suffix=".json", done=use)


def _value(text: str) -> JsonValue:
    try:
        found: JsonValue = json.loads(text)
    except ValueError:
        return text.strip()
    return found


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


async def _plot(context: Context, plotted: Plotted) -> Reply:
    world = world_of(context)
    detail, field = world.entity(plotted.entity), plotted.field
    points = await world.plot(detail.entity.id, field)
    rows = plot(points, PLOT_WIDTH, PLOT_HEIGHT, world.view().tick)
    name = detail.entity.name or str(detail.entity.id)
    return Text("\n".join(rows), title=f"{field} of {name}, now {points[-1].value:g}")


async def _rumour(context: Context, told: Words) -> Reply:
    found = world_of(context).rumour(told.words)
    rows = tuple((str(one.tick), one.who, one.how, one.heard_from, one_line(one.text, 100)) for one in found)
    return Table(
        ("TICK", "WHO", "HOW", "FROM", "WHAT"),
        rows,
        title=f"Who knows of {told.words!r}",
        empty=f"nobody remembers anything with {told.words!r}",
    )


async def _play(_context: Context, played: Played) -> Reply:
    return NewSession(world=played.world)


COMMANDS = (
    command("world", "Show the world: tick, time, rooms, and who and what is in them.", Arguments, _world, "World"),
    command("entities", "Show everything that is in the world, with its components.", Arguments, _entities, "World"),
    command(
        "entity",
        "Show all that an entity has, now or after an earlier tick.",
        One,
        _entity,
        "World",
        details="By its number or its name.",
        examples=("/entity 7", "/entity Magic Sword", "/entity Aria 4"),
    ),
    command(
        "tick",
        "Let exactly one tick pass, or N, with the thoughts that they set off; then the world is paused.",
        Times,
        _tick,
        "World",
        details="`/pause world` and `/go world` hold it and let it go; `/step world` is one tick too.",
        examples=("/tick", "/tick 10"),
    ),
    command(
        "speed",
        "Say how fast the world goes, or let it go at most N ticks a second.",
        Speed,
        _speed,
        "World",
        examples=("/speed", "/speed 2", "/speed max"),
    ),
    command(
        "set",
        "Change a component of an entity between two ticks, or one field of it.",
        Edit,
        _set,
        "World",
        details="The value is JSON, or a plain text. `null` for a whole component takes it away. Without a value it "
        "opens in $EDITOR. The change is in the journal, and is there again when the world comes back.",
        examples=(
            "/set Aria Health.hp 3",
            "/set 7 Appearance.doing asleep",
            "/set Aria Goal null",
            "/set Aria Profile",
        ),
    ),
    command(
        "plot",
        "Plot a number of an entity over the ticks.",
        Plotted,
        _plot,
        "World",
        examples=("/plot Aria Health.hp", "/plot 7 Memory.unreflected"),
    ),
    command(
        "rumour",
        "Show who remembers something with these words, since when, and who told them.",
        Words,
        _rumour,
        "World",
        examples=("/rumour party", "/rumour runs for mayor"),
    ),
    command(
        "play",
        "Begin a session with a world; this one can be resumed.",
        Played,
        _play,
        "World",
        examples=("/play magic-sword",),
    ),
)
