"""A ticking world: the store beside esper, a checkpoint, and durable thoughts of a model that answers at once."""

import asyncio
import importlib
import itertools
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.cli.garbage import collect_less
from agentsh.core import chat as c
from agentsh.core import events as e
from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import Draft, Message
from agentsh.core.model import JsonObject
from agentsh.core.worlds import THINK, WORLD, EntityCard, EntityId, Level, WorldCard
from agentsh.engine.reaction import Reaction
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.worlds import WorldShelf
from agentsh.store.journal import SqliteJournal
from agentsh.world.catalogue import Catalogue
from agentsh.world.checkpoint import Checkpoints
from agentsh.world.kinds import Kinds, RelationKind, component
from agentsh.world.minds import Agent, Reply
from agentsh.world.moment import Moment, Question
from agentsh.world.shipped import shipped_catalogue
from agentsh.world.store import Store
from agentsh.world.systems import Stage, system
from agentsh.world.world import World
from benchmarks.probe import fsync_ms
from tests.support.stage import ModelInProcess, request
from tests.world.stage import world_stage

AGENTS = 1000
ROOMS = 100
TICKS = 60
TOWN_DAY_TICKS = 144
TOWN_TICKS = 6 * TOWN_DAY_TICKS
"""`AGENTSH_TICKS` says more."""


@component("environment", "stored")
class Place:
    """A room."""

    number: int


@component("environment", "stored")
class Sound:
    """A stimulus, for everybody in its room."""

    source: EntityId
    text: str


@component("perception_memory", "transient")
class Heard:
    """What an agent perceives in this tick."""

    sounds: list[str]


@component("behaviour", "stored")
class Body:
    """What an agent is like."""

    energy: int = 100
    heard: int = 0


# The workload: an agent moves now and then, makes a sound that its whole room perceives, and its state changes;
# sounds live for one tick.


def _store_alone() -> Callable[[], None]:
    """Return a tick of the workload on the project's own store."""
    store = Store(Kinds([Place, Sound, Heard, Body], [RelationKind("occupies", True), RelationKind("sounds_in", True)]))
    chance = random.Random(1)
    rooms = [store.spawn(Place(number)) for number in range(ROOMS)]
    for number in range(AGENTS):
        store.relate(store.spawn(Body()), "occupies", rooms[number % ROOMS])

    def tick() -> None:
        for agent, _ in store.each(Body):
            if chance.random() < 0.05:
                store.relate(agent, "occupies", rooms[chance.randrange(ROOMS)])
            room = store.target(agent, "occupies")
            if room is not None:
                store.relate(store.spawn(Sound(agent, "hello")), "sounds_in", room)
        for room, _ in store.each(Place):
            sounds = [store.get(sound, Sound) for sound in store.sources(room, "sounds_in")]
            for agent in store.sources(room, "occupies"):
                store.put(agent, Heard([sound.text for sound in sounds if sound.source != agent]))
        for agent, _, heard in store.each(Body, Heard):
            body = store.change(agent, Body)
            body.heard += len(heard.sounds)
            body.energy -= 1
        for sound, _ in store.each(Sound):
            store.despawn(sound)
        store.forget_transient()
        store.settle()

    return tick


@dataclass
class _InRoom:
    room: int


def _esper() -> Callable[[], None] | None:
    """Return the same on esper, if it is installed; it has no relations, so a room is a component's field."""
    try:
        esper = importlib.import_module("esper")
    except ImportError:
        return None
    plain_sound, plain_heard, plain_body = (type(kind.__name__, (kind,), {}) for kind in (Sound, Heard, Body))
    chance = random.Random(1)
    rooms = [esper.create_entity(Place(number)) for number in range(ROOMS)]
    for number in range(AGENTS):
        esper.create_entity(plain_body(), _InRoom(rooms[number % ROOMS]))

    def tick() -> None:
        for agent, (_, where) in esper.get_components(plain_body, _InRoom):
            if chance.random() < 0.05:
                where.room = rooms[chance.randrange(ROOMS)]
            esper.create_entity(plain_sound(agent, "hello"), _InRoom(where.room))
        by_room: dict[int, list[object]] = {}
        for _, (sound, where) in esper.get_components(plain_sound, _InRoom):
            by_room.setdefault(where.room, []).append(sound)
        for agent, (_, where) in esper.get_components(plain_body, _InRoom):
            sounds = by_room.get(where.room, [])
            esper.add_component(agent, plain_heard([sound.text for sound in sounds if sound.source != agent]))
        for _, (body, heard) in esper.get_components(plain_body, plain_heard):
            body.heard += len(heard.sounds)
            body.energy -= 1
        for sound, _ in esper.get_component(plain_sound):
            esper.delete_entity(sound, immediate=True)

    return tick


def _ticks_per_second(*ticks: Callable[[], None] | None) -> list[float | None]:
    """Return the median speed of each in CPU time, measured in turns, so that the machine's moods hit all alike."""
    took: list[list[float]] = [[] for _ in ticks]
    for _ in range(TICKS):
        for number, tick in enumerate(ticks):
            if tick is not None:
                start = time.process_time()
                tick()
                took[number].append(time.process_time() - start)
    return [round(1 / statistics.median(times), 1) if times else None for times in took]


async def _checkpoint(folder: Path) -> dict[str, float]:
    """Return what it costs to store 1 % dirty of 10,000 entities, through the journal."""
    store = Store(Kinds([Body, Place]))
    entities = [store.spawn(Body(), Place(number)) for number in range(10_000)]
    checkpoints, chance = Checkpoints(store), random.Random(1)
    store.settle()
    journal = await SqliteJournal.open(folder / "checkpoint.db", create=True)
    taking, storing, sizes = [], [], []
    for tick in range(1, 41):
        for entity in chance.sample(entities, 100):
            body = store.change(entity, Body)
            body.energy, body.heard = chance.randrange(1000), chance.randrange(1000)
        start = time.perf_counter()
        taken = checkpoints.take(periodic=False)
        taking.append((time.perf_counter() - start) * 1000)
        await journal.append([e.TickFinished(tick=tick, changes=taken.text, digest=taken.digest)])
        storing.append((time.perf_counter() - start) * 1000)
        sizes.append(len(taken.text))
    start = time.perf_counter()
    parts = checkpoints.snapshot()
    snapshot_ms = (time.perf_counter() - start) * 1000
    await journal.append([e.WorldSnapshot(tick=40, why="period", parts=parts)])
    await journal.aclose()
    return {
        "checkpoint_ms": round(statistics.median(taking), 3),
        "checkpoint_with_journal_ms": round(statistics.median(storing), 3),
        "checkpoint_bytes": round(statistics.median(sizes)),
        "snapshot_10000_entities_ms": round(snapshot_ms, 1),
    }


@system("sounds", level=Level.CONSCIOUS, stage=Stage.ROOMS, reads=(Agent, "occupies"), writes=(Sound, "sounds_in"))
def _sounds(now: Moment) -> None:
    for agent, _ in now.store.each(Agent):
        room = now.store.target(agent, "occupies")
        if room is not None:
            now.store.relate(now.store.spawn(Sound(agent, "hello")), "sounds_in", room)


@system("hearing", level=Level.CONSCIOUS, stage=Stage.PERCEIVE, reads=(Place, Sound), writes=(Heard,))
def _hearing(now: Moment) -> None:
    for room, _ in now.store.each(Place):
        sounds = [now.store.get(sound, Sound) for sound in now.store.sources(room, "sounds_in")]
        for agent in now.store.sources(room, "occupies"):
            now.store.put(agent, Heard([sound.text for sound in sounds if sound.source != agent]))


@system("living", level=Level.CONSCIOUS, stage=Stage.ACT, reads=(Heard, Reply), writes=(Body,))
def _living(now: Moment) -> None:
    for agent, _, heard in now.store.each(Body, Heard):
        body = now.store.change(agent, Body)
        body.heard += len(heard.sounds)
        body.energy -= 1


@system("asking", level=Level.CONSCIOUS, stage=Stage.THINK, reads=(Agent, Heard))
def _asking(now: Moment) -> None:
    for agent, _, heard in now.store.each(Agent, Heard):
        now.ask(agent, f"You hear {len(heard.sounds)} people say hello. What do you do?")


@system("cleaning", level=Level.CONSCIOUS, stage=Stage.CLEAN, writes=(Sound,))
def _cleaning(now: Moment) -> None:
    for sound, _ in now.store.each(Sound):
        now.store.despawn(sound)


def _catalogue() -> Catalogue:
    made = Catalogue()
    made.add_components(Place, Sound, Heard, Body)
    made.relations += [RelationKind("occupies", True), RelationKind("sounds_in", True)]
    made.systems += [_sounds, _hearing, _living, _asking, _cleaning]
    return made


def _card(agents: int, ticks: int) -> WorldCard:
    rooms = max(agents // 10, 1)
    places = [EntityCard(name=f"room{n}", components={"Place": {"number": n}}) for n in range(rooms)]
    people = [
        EntityCard(
            name=f"a{n}",
            components={"Agent": {"role": RoleName(f"a{n}")}, "Body": {}},
            relations={"occupies": (f"room{n % rooms}",)},
        )
        for n in range(agents)
    ]
    return WorldCard(name="bench", entities=(*places, *people), lock=True, ticks=ticks)


def _systems_ms(agents: int) -> float:
    """Return the median of a tick's systems, the taking of its changes included."""
    made = _catalogue()
    made.systems.remove(_asking)
    world = made.new(_card(agents, 1), 1)
    took = []
    for _ in range(30):
        start = time.process_time()
        world.advance()
        took.append((time.process_time() - start) * 1000)
    return statistics.median(took)


def whim(question: Question) -> Message:
    """Return an answer to whatever the town asks: one of what is possible, always the same for the same question."""
    data, chance = question.data, random.Random(question.message)
    plain: dict[str, JsonObject] = {
        "reflect": {"insights": [{"insight": f"Insight {question.message}.", "because": [1]}]},
        "make_plan": {"steps": ["wait and see"]},
        "judge_goal": {"status": "in_progress", "progress": 10, "why": "little has happened"},
        "plan_day": {"items": [{"hour": 7, "what": "read", "room": ""}, {"hour": 20, "what": "sleep", "room": ""}]},
    }
    options = data.get("options")
    does = str(chance.choice(options)) if isinstance(options, list) and options else "wait"
    said: JsonObject = {"thought": f"I want to {does}", "action": does, "words": f"Did you hear {question.message}?"}
    echoed: JsonObject = {key: data[key] for key in ("task", "about") if key in data}
    return Message(
        id=MessageId(f"{question.message}:answer"),
        content=does,
        data=plain.get(str(data.get("task")), said) | echoed,
        cause_by=THINK,
        sent_from=question.role,
        send_to=(WORLD,),
    )


def rss_mb() -> float:
    """Return the memory of this process that is resident."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


@dataclass
class _Lived:
    """A world that lives on without a session: what it asks is answered with the next tick, if at all."""

    world: World
    answers: bool
    arrivals: list[Message] = field(default_factory=list)

    def tick(self) -> float:
        """Let a tick pass; return its milliseconds of processor time."""
        start = time.process_time()
        ticked = self.world.advance(self.arrivals)
        took_ms = (time.process_time() - start) * 1000
        self.arrivals = [whim(question) for question in ticked.questions] if self.answers else []
        return took_ms

    def until(self, tick: int) -> None:
        while self.world.tick < tick:
            self.tick()


def _long(
    name: str, make: Callable[[], World], young_at: int, old_at: int, window: int, *, answers: bool
) -> dict[str, float]:
    """Return a tick's time, entities and memory of an old world beside a young one: alike.

    The two take turns, tick for tick, so that whatever else the machine has to do slows both.
    """
    young, old = _Lived(make(), answers), _Lived(make(), answers)
    young.until(young_at)
    old.until(young_at)
    there, before_mb = len(old.world.store.alive), rss_mb()
    old.until(old_at)
    old_there, grew_mb = len(old.world.store.alive), rss_mb() - before_mb
    pairs = [(young.tick(), old.tick()) for _ in range(window)]
    young_ms, old_ms = (statistics.median(times) for times in zip(*pairs, strict=True))
    return {
        f"{name}_ticks": old_at,
        f"{name}_young_ms": round(young_ms, 3),
        f"{name}_old_ms": round(old_ms, 3),
        f"{name}_old_to_young": round(statistics.median(old / young for young, old in pairs), 2),
        f"{name}_entities_of_young": there,
        f"{name}_entities_of_old": old_there,
        f"{name}_rss_grew_mb": round(grew_mb, 1),
    }


def _flat() -> dict[str, float]:
    """Return how two worlds fare over very many ticks: one of the store alone, and the town with all its life."""
    made = _catalogue()
    made.systems.remove(_asking)
    town = WorldShelf(Shelf([shipped_prompts()])).world("town").card
    young_at = 2 * TOWN_DAY_TICKS  # by then memories are full
    old_at = int(os.environ.get("AGENTSH_TICKS", TOWN_TICKS)) // TOWN_DAY_TICKS * TOWN_DAY_TICKS
    return _long("plain_100", lambda: made.new(_card(100, 1), 1), 2_000, 10_000, 250, answers=False) | _long(
        "town", lambda: shipped_catalogue().new(town, 25), young_at, old_at, TOWN_DAY_TICKS, answers=True
    )


_USED = c.Used(usage=c.Usage(prompt_tokens=10, completion_tokens=5, calls=1))
_DONE = c.Done(reason="stop")


class Instant(ModelInProcess):
    """Answers at once, and keeps nothing of what it was asked."""

    async def chat(self, request: c.ChatRequest) -> AsyncGenerator[c.ChatEvent, None]:
        yield c.TextDelta(text=f"heard: {request.messages[-1].content}")
        yield _USED
        yield _DONE


async def _thinks(reaction: Reaction) -> None:
    answer = await reaction.ask_model(request(reaction.observed[-1].content))
    await reaction.publish(
        Draft(content=answer.text, data={"thought": answer.text, "action": "wait"}, cause_by=THINK, send_to=(WORLD,))
    )


async def _thoughts_ms(folder: Path, agents: int, ticks: int) -> tuple[float, float, float]:
    """Return the milliseconds a tick with a durable thought an agent: of the first third, of the last, and CPU time."""
    at: list[float] = []
    cpu: list[float] = []
    async with world_stage(
        folder / f"{agents}.db",
        _catalogue(),
        _card(agents, ticks),
        model=Instant(),
        react=_thinks,
        parallel=agents,
        debug=False,
    ) as on:

        def hear(item: e.Recorded | e.Delta) -> None:
            if isinstance(item, e.Recorded) and isinstance(item.event, e.TickFinished):
                at.append(time.perf_counter() * 1000)
                cpu.append(time.process_time() * 1000)

        on.desk.log.listen(hear)
        await on.session.run()
    took = [after - before for before, after in itertools.pairwise(at)]
    third = max(len(took) // 3, 1)
    used = (cpu[-1] - cpu[0]) / max(len(cpu) - 1, 1)
    return statistics.median(took[:third]), statistics.median(took[-third:]), used


def measure() -> dict[str, object]:
    """Return speeds and costs; a durable figure is to be read beside the fsync of the same run."""
    collect_less()  # as the program does
    ours, theirs = _ticks_per_second(_store_alone(), _esper())
    figures: dict[str, float | None] = {"ecs_ticks_per_s": ours, "esper_ticks_per_s": theirs}
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        figures |= _flat()
        figures["fsync_ms"] = round(fsync_ms(Path(folder)), 3)
        figures |= asyncio.run(_checkpoint(Path(folder)))
        for agents, ticks in ((10, 90), (100, 30), (1000, 6)):
            figures[f"systems_{agents}_ms"] = round(_systems_ms(agents), 2)
            first, last, used = asyncio.run(_thoughts_ms(Path(folder), agents, ticks))
            figures[f"tick_{agents}_ms"] = round(last, 2)
            figures[f"tick_{agents}_first_third_ms"] = round(first, 2)
            figures[f"tick_{agents}_cpu_ms"] = round(used, 2)
            figures[f"thoughts_{agents}_per_s"] = round(agents / last * 1000)
    return {
        "name": "world",
        "figures": figures,
        "target": "ecs >= 142 ticks/s; checkpoint 21 KB, 2-3 ms; systems <= 1, 5, 50 ms; tick <= 5, 40, 400 ms; "
        "old to young 1.0; >= 2500 thoughts/s",
    }
