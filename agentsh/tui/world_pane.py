"""The world on screen: its rooms, who and what there is, all that one of them has, a number over time, and its tick.

What a key does here a command does too; edits and breakpoints go through the prompt, where they can be read.
"""

import time
from collections.abc import Mapping
from typing import ClassVar, Literal, NamedTuple

from pydantic import JsonValue
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from agentsh.commands.world import detail_rows, spelled
from agentsh.core import controls as k
from agentsh.core.errors import AgentshError, WorldError
from agentsh.core.ids import RoleName
from agentsh.core.terminal import one_line
from agentsh.core.worlds import WORLD, EntityId
from agentsh.session.world_desk import WorldDesk
from agentsh.session.world_view import EntityDetail, EntityView, WorldView
from agentsh.tui.colours import RoleColours
from agentsh.tui.helm import Helm
from agentsh.tui.world_list import WorldList
from agentsh.tui.world_map import WorldMap
from agentsh.tui.world_plot import WorldPlot

WIDE = 96
"""From so many cells on map and entities stand side by side."""
PERIOD_S = 0.25
"""So often the world is looked at anew while it is seen and goes on."""
SHARE = 0.1
"""Looking at a world takes no more of the time than this: one of thousands is looked at less often."""
_BY_TENS = 10
_SPEEDS: tuple[float | None, ...] = (0.2, 0.5, 1, 2, 5, 10, 25, 50, None)
_KEYS = "space run/pause · t tick · T ten · - + speed · m map · a all · enter edit · p plot · b break · v be"


class Field(NamedTuple):
    """One row of the inspector: a field of a component, or a relation where there is no component."""

    kind: str
    name: str
    value: str


class WorldPane(Vertical):
    """Everything of a world that can be seen. Out of sight it costs nothing.

    Attributes:
        moved: whether something has happened since it was looked at.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "run", "Run/pause", id="world.run"),
        Binding("t", "tick(1)", "Tick", id="world.tick"),
        Binding("T", f"tick({_BY_TENS})", "Ten ticks", id="world.ten"),
        Binding("plus,equals_sign", "speed(1)", "Faster", id="world.faster"),
        Binding("minus", "speed(-1)", "Slower", id="world.slower"),
        Binding("m", "map", "Map", id="world.map"),
        Binding("a", "all", "All", id="world.all"),
        Binding("p", "plot", "Plot", id="world.plot"),
        Binding("b", "break", "Break", id="world.break"),
        Binding("v", "be", "Be", id="world.be"),
        Binding("tab", "next", "Next", show=False),
        Binding("shift+tab", "next", "Next", show=False),
    ]
    DEFAULT_CSS = """
    WorldPane {
        background: $surface;
        & > #world-head, & > #world-keys { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & > #world-keys { color: $muted; }
        & > Horizontal { height: 1fr; }
        & WorldMap, & WorldList, & WorldPlot {
            width: 1fr; height: 1fr; border: round $border; border-title-color: $muted;
            &:focus { border: round $primary; border-title-color: $text-primary; }
        }
        & #world-entities { max-width: 60; }
        &.-slim #world-entities { max-width: 100%; }
        &.-slim.-list WorldMap, &.-slim.-map #world-entities { display: none; }
        &.-slim.-fields WorldPlot, &.-slim.-plot #world-fields { display: none; }
        &.-low #world-keys { display: none; }
    }
    """

    class Typed(Message):
        """A line is to stand in the prompt, for the person to finish."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    def __init__(self, world: WorldDesk, helm: Helm, colours: RoleColours, *, id: str | None = None) -> None:
        super().__init__(id=id, classes="-list -fields")
        self._world = world
        self._helm = helm
        self._colours = colours
        self._view: WorldView | None = None
        self._rooms: Mapping[EntityId, str] = {}
        self._names: dict[EntityId, str] = {}
        self._detail: EntityDetail | None = None
        self._plotted: tuple[EntityId, str] | None = None
        self._shows_all = False
        self.moved = False
        self._rests_until_s = 0.0

    def compose(self) -> ComposeResult:
        """Head; map and entities; what one has, and a number of it; keys."""
        yield Static(id="world-head", markup=False)
        with Horizontal(id="world-above"):
            yield WorldMap(id="world-map")
            yield WorldList("nobody and nothing", id="world-entities")
        with Horizontal(id="world-below"):
            yield WorldList("nothing is looked at", id="world-fields")
            yield WorldPlot(id="world-plot")
        yield Static(_KEYS, id="world-keys", markup=False)

    @property
    def entities(self) -> WorldList:
        """The entities."""
        return self.query_one("#world-entities", WorldList)

    @property
    def fields(self) -> WorldList:
        """What the entity under the cursor has."""
        return self.query_one("#world-fields", WorldList)

    def on_mount(self) -> None:
        """Name the parts."""
        self.query_one(WorldMap).border_title = "Rooms"
        self.query_one(WorldPlot).border_title = "Plot"
        self.set_interval(PERIOD_S, self._look_again, name="world")

    def on_resize(self, event: events.Resize) -> None:
        """Show as much at once as there is room for."""
        self.set_class(event.size.width < WIDE, "-slim")
        self.set_class(event.size.height < 20, "-low")

    def on_show(self) -> None:
        """Show the world as it is now."""
        self.look()

    def _look_again(self) -> None:
        if self.moved and time.monotonic() >= self._rests_until_s:
            self.look()

    def look(self) -> None:
        """Look at the world again. Out of sight nothing is done."""
        if not self.display or not self.is_on_screen:
            return
        self.moved = False
        began_s = time.thread_time()
        view = self._view = self._world.view(named=not self._shows_all)
        self._rooms = {room.id: room.name or f"#{room.id}" for room in view.rooms}
        self._names = {entity.id: entity.name for entity in view.entities}
        shown = sorted(view.entities, key=_rank)
        self.query_one("#world-head", Static).update(self._head(view))
        self.entities.border_title = f"Entities {len(shown)} of {view.alive}"
        self.entities.show([entity.id for entity in shown], lambda place, width: self._entity(shown[place], width))
        self._look_closely()
        self._rests_until_s = time.monotonic() + (time.thread_time() - began_s) / SHARE

    def _look_closely(self) -> None:
        view, id_ = self._view, self.entities.chosen
        try:
            self._detail = self._world.entity(str(id_)) if isinstance(id_, int) else None
        except WorldError:
            self._detail = None
        detail = self._detail
        self.fields.border_title = (
            "Components"
            if detail is None
            else Content(f"{one_line(detail.entity.name, 30) or 'entity'} · {detail.entity.id}")
        )
        rows = [] if detail is None else [Field(*row) for row in _named(detail_rows(detail, self._names))]
        self.fields.show([(row.kind, row.name) for row in rows], lambda place, width: _field(rows, place, width))
        if view is not None:
            room = None if detail is None else detail.entity.room
            here = id_ if id_ in self._rooms else room
            self.query_one(WorldMap).show(view, here if here in self._rooms else None)  # type: ignore[arg-type]
            self._go_on_plotting(view)

    def _go_on_plotting(self, view: WorldView) -> None:
        if self._plotted is None:
            return
        entity, field = self._plotted
        try:
            detail = self._world.entity(str(entity))
        except WorldError:
            self.query_one(WorldPlot).add(view.tick, None)
            return
        self.query_one(WorldPlot).add(view.tick, _number(detail, field))

    def _head(self, view: WorldView) -> Content:
        last = "" if view.last_tick is None else f"/{view.last_tick}"
        sign, state, style = ("‖", "paused", "$text-warning") if view.paused else ("▶", "runs", "$text-success")
        if view.over:
            sign, state, style = "■", "over", "$muted"
        speed = "max" if view.ticks_per_second is None else f"{view.ticks_per_second:g}/s"
        return Content.assemble(
            (one_line(view.name, 30), "bold"),
            (f"  tick {view.tick}{last}", "$text-primary"),
            f"  {view.clock}  ",
            (f"{sign} {state}", style),
            (f"  {speed}  {view.alive} entities, {view.thinking} think", "$muted"),
        )

    def _entity(self, entity: EntityView, width: int) -> Content:
        room = self._rooms.get(entity.room, "") if entity.room is not None else ""
        held = f"held by {self._names.get(entity.held_by) or entity.held_by}" if entity.held_by is not None else ""
        what = room or held or ("room" if entity.id in self._rooms else entity.kinds[-1] if entity.kinds else "")
        sign, style = ("▶", "$text-success") if entity.thinking else (" ", "$muted")
        name = one_line(entity.name, max(6, width - len(what) - 5)) or f"#{entity.id}"
        tone = f"bold ${self._colours.of(entity.role)}" if entity.role else ""
        left = Content.assemble((f"{sign} ", style), (name, tone))
        return Content.assemble(left, (f"  {what}".rjust(max(0, width - left.cell_length)), "$muted"))

    # Keys

    async def action_run(self) -> None:
        """Let the world go, or hold it."""
        held = self._view is not None and self._view.paused
        await self._helm.send(k.Go(role=WORLD) if held else k.Pause(role=WORLD))
        self.look()

    async def action_tick(self, times: int) -> None:
        """Let exactly so many ticks pass."""
        await self._helm.send(k.Tick(times=times))

    async def action_speed(self, by: int) -> None:
        """Let the world go faster or slower."""
        now = self._world.view().ticks_per_second
        ranks = [float("inf") if speed is None else speed for speed in _SPEEDS]
        rank = float("inf") if now is None else now
        others = [place for place, speed in enumerate(ranks) if (speed > rank if by > 0 else speed < rank)]
        if others:
            await self._helm.send(k.SetSpeed(ticks_per_second=_SPEEDS[others[0] if by > 0 else others[-1]]))
        self.look()

    def action_map(self) -> None:
        """Where only one has room, change from the entities to the map and back."""
        self.set_class(not self.has_class("-map"), "-map")
        self.set_class(not self.has_class("-map"), "-list")
        self.query_one("#world-map" if self.has_class("-map") else "#world-entities").focus()

    def action_all(self) -> None:
        """Show what has no name too, such as memories and stimuli, or hide it."""
        self._shows_all = not self._shows_all
        self.look()

    def action_next(self) -> None:
        """Go from the entities to what one has, and back."""
        slim_map = self.has_class("-slim") and self.has_class("-map")
        above = self.query_one("#world-map") if slim_map else self.entities
        (above if self.fields.has_focus else self.fields).focus()

    def action_plot(self) -> None:
        """Plot the number under the cursor; once more: show the fields again."""
        found = self._under_cursor
        if self.has_class("-plot") and self.has_class("-slim") and not self.fields.display:
            self._turn("-fields")
            self.fields.focus()
        elif found is None or self._detail is None or _number(self._detail, f"{found.kind}.{found.name}") is None:
            self.notify("no number is under the cursor; tab goes to the components", severity="warning")
        else:
            self._plot(self._detail, f"{found.kind}.{found.name}")

    def action_break(self) -> None:
        """Begin a breakpoint on the field under the cursor."""
        found = self._under_cursor
        if found is not None and found.kind:
            self.post_message(self.Typed(f"/break component:{found.kind}.{found.name}=={found.value}"))

    def action_be(self) -> None:
        """Play the agent that is looked at, or let its model play it again."""
        if self._detail is None or self._detail.entity.role is None:
            self.notify("nobody thinks for it: only agents can be played", severity="warning")
            return
        role = RoleName(self._detail.entity.role)
        self._helm.run(f"/{'release' if self._is_played(role) else 'be'} {_quoted(role)}")

    def _is_played(self, role: RoleName) -> bool:
        found = self._helm.context.session.view().role(role)
        return found is not None and found.human

    @on(WorldList.Moved, "#world-entities")
    def _other_entity(self) -> None:
        self._look_closely()

    @on(WorldList.Chosen, "#world-entities")
    def _closer(self) -> None:
        self._turn("-fields")
        self.fields.focus()

    @on(WorldList.Chosen, "#world-fields")
    def _edit(self) -> None:
        found = self._under_cursor
        if found is None or self._detail is None or not found.kind:
            return
        name = _quoted(self._detail.entity.name or str(self._detail.entity.id))
        self.post_message(self.Typed(f"/set {name} {found.kind}.{found.name} {found.value}"))

    @on(WorldMap.RoomChosen)
    def _to_room(self, event: WorldMap.RoomChosen) -> None:
        self.entities.put_on(event.room)

    @property
    def _under_cursor(self) -> Field | None:
        chosen, detail = self.fields.chosen, self._detail
        if not isinstance(chosen, tuple) or detail is None:
            return None
        kind, name = chosen
        fields = detail.components.get(kind)
        if not isinstance(fields, dict) or name not in fields:
            return None
        return Field(kind, name, spelled(fields[name]))

    def _turn(self, to: Literal["-fields", "-plot"]) -> None:
        for name in ("-fields", "-plot"):
            self.set_class(name == to, name)

    @work(exclusive=True, group="plot")
    async def _plot(self, detail: EntityDetail, field: str) -> None:
        entity = detail.entity
        try:
            points = await self._world.plot(entity.id, field)
        except AgentshError as error:
            self._helm.complain(error)
            return
        self._plotted = (entity.id, field)
        plot = self.query_one(WorldPlot)
        plot.border_title = Content(f"{field} of {one_line(entity.name, 30) or entity.id}")
        plot.show([(point.tick, point.value) for point in points], self._world.view().tick)
        self._turn("-plot")


def _rank(entity: EntityView) -> tuple[int, int]:
    """Agents first, then who lives by rules, things, rooms, and the rest; each in the order of their numbers."""
    order = ("Agent", "Npc", "Item", "Room")
    found = next((place for place, kind in enumerate(order) if kind in entity.kinds), len(order))
    return (found if entity.name else len(order) + 1, entity.id)


def _named(rows: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Return the rows with the component's name in each of them; a relation has none."""
    named, kind = [], ""
    for head, name, value in rows:
        kind = head or kind
        named.append((kind, name, value))
    return named


def _field(rows: list[Field], place: int, width: int) -> Content:
    row = rows[place]
    first = place == 0 or rows[place - 1].kind != row.kind
    head = row.kind if first else ""
    return Content.assemble(
        (one_line(head, 15).ljust(16), "bold $text-primary"),
        (one_line(row.name, 13).ljust(14), "$muted"),
        one_line(row.value, max(8, width - 30)) if row.value else "",
    )


def _number(detail: EntityDetail, field: str) -> float | None:
    kind, _, name = field.partition(".")
    value: JsonValue = detail.components.get(kind)
    value = value.get(name) if isinstance(value, dict) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
