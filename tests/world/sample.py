"""A small world of the tests' own: agents in rooms who lose health, hear noises and are asked what they think."""

from agentsh.core.ids import RoleName
from agentsh.core.worlds import EntityCard, Level, WorldCard
from agentsh.world.catalogue import Catalogue
from agentsh.world.kinds import RelationKind, component
from agentsh.world.minds import Agent, NoReply, Reply
from agentsh.world.moment import Moment
from agentsh.world.systems import Stage, system


@component("environment", "stored")
class Room:
    """A place."""

    title: str = ""


@component("behaviour", "stored")
class Health:
    """It ends at 0."""

    hp: int = 10


@component("perception_memory", "on_event")
class Memory:
    """What was thought, newest last; stored at every fifth."""

    thoughts: list[str]


@component("behaviour", "periodic")
class Mood:
    """It wanders."""

    joy: float = 0.5


@component("perception_memory", "transient")
class Heard:
    """How many noises there are in the room in this tick."""

    noises: int


@component("environment", "stored")
class Noise:
    """A stimulus with an end."""

    until_tick: int


@system("noises", level=Level.CONSCIOUS, stage=Stage.ROOMS, reads=(Room, "occupies"), writes=(Noise, "in_room"))
def noises(now: Moment) -> None:
    """Let some rooms make a noise."""
    for room, _ in now.store.each(Room):
        chance = now.random(room)
        if now.store.sources(room, "occupies") and chance.random() < 0.5:
            noise = now.store.spawn(Noise(now.tick + chance.randint(0, 3)))
            now.store.relate(noise, "in_room", room)


@system("hearing", level=Level.CONSCIOUS, stage=Stage.PERCEIVE, reads=(Agent, "occupies", "in_room"), writes=(Heard,))
def hearing(now: Moment) -> None:
    """Let each agent hear what is in its room."""
    for agent, _ in now.store.each(Agent):
        room = now.store.target(agent, "occupies")
        if room is not None:
            now.store.put(agent, Heard(len(now.store.sources(room, "in_room"))))


@system("musing", level=Level.SUBCONSCIOUS, stage=Stage.THINK, reads=(Agent, Heard, Reply, NoReply), writes=(Memory,))
def musing(now: Moment) -> None:
    """Ask each agent what it makes of it."""
    for agent, _, heard in now.store.each(Agent, Heard):
        now.ask(agent, f"tick {now.tick}: you hear {heard.noises} noises", {"noises": heard.noises})


@system("memory", level=Level.CONSCIOUS, stage=Stage.EXPERIENCE, reads=(Reply, NoReply), writes=(Memory,))
def memory(now: Moment) -> None:
    """Keep what was thought."""
    for agent, reply, _ in now.store.each(Reply, Memory):
        kept = now.store.change(agent, Memory).thoughts
        kept.append(f"{now.tick}: {reply.content}")
        if len(kept) % 5 == 0:
            now.store.needs_persistence(agent, Memory)


@system("ageing", level=Level.CONSCIOUS, stage=Stage.ACT, reads=(Agent, "occupies"), writes=(Health, Mood))
def ageing(now: Moment) -> None:
    """Take some health; whoever has none left goes, and somebody else comes."""
    for entity, health, _ in now.store.each(Health, Mood):
        chance = now.random(entity)
        now.store.change(entity, Mood).joy = chance.random()
        now.store.change(entity, Health).hp = health.hp - chance.randint(0, 1)
        if health.hp <= 0 and not now.store.has(entity, Agent):
            now.store.despawn(entity)
            now.store.spawn(Health(), Mood())


@system(
    "moving",
    level=Level.UNCONSCIOUS,
    stage=Stage.ACT,
    period_ticks=2,
    reads=(Agent, Room),
    writes=("occupies",),
)
def moving(now: Moment) -> None:
    """Let agents wander."""
    rooms = [room for room, _ in now.store.each(Room)]
    for agent, _ in now.store.each(Agent):
        now.store.relate(agent, "occupies", now.random(agent).choice(rooms))


@system("cleaning", level=Level.CONSCIOUS, stage=Stage.CLEAN, reads=(), writes=(Noise,))
def cleaning(now: Moment) -> None:
    """Remove what is over."""
    for entity, noise in now.store.each(Noise):
        if noise.until_tick <= now.tick:
            now.store.despawn(entity)


SYSTEMS = (noises, hearing, musing, memory, ageing, moving, cleaning)


def catalogue() -> Catalogue:
    """Return everything that this world is made of."""
    made = Catalogue()
    made.add_components(Room, Health, Memory, Mood, Heard, Noise)
    made.relations += [
        RelationKind("occupies", single=True),
        RelationKind("in_room", single=True),
        RelationKind("knows"),
    ]
    made.systems += SYSTEMS
    return made


def card(agents: int = 2, rooms: int = 2, **more: object) -> WorldCard:
    """Return a world with so many agents, spread over so many rooms."""
    places = [EntityCard(name=f"room{n}", components={"Room": {"title": f"room {n}"}}) for n in range(rooms)]
    people = [
        EntityCard(
            name=f"agent{n}",
            components={"Agent": {"role": RoleName(f"agent{n}")}, "Memory": {"thoughts": []}, "Health": {}, "Mood": {}},
            relations={"occupies": (f"room{n % rooms}",)},
        )
        for n in range(agents)
    ]
    rats = [EntityCard(name=f"rat{n}", components={"Health": {"hp": 3}, "Mood": {}}) for n in range(2)]
    return WorldCard(name="sample", entities=(*places, *people, *rats), **more)  # type: ignore[arg-type]
