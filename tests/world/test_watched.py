"""Debug mode: who writes a system is told what it forgot."""

from agentsh.core.worlds import Level, WorldCard
from agentsh.world.moment import Moment
from agentsh.world.systems import Stage, Touches, system
from agentsh.world.world import World
from tests.world.sample import Health, Mood, Room, card, catalogue


def world_with(run: object, reads: Touches = (), writes: Touches = ()) -> World:
    made = catalogue()
    made.systems[:] = [system("mine", level=Level.CONSCIOUS, stage=Stage.ACT, reads=reads, writes=writes)(run)]  # type: ignore[arg-type]
    return made.new(card(1, 1), 1, debug=True)


def told(world: World) -> str:
    return "\n".join(word.message for word in world.advance().words)


def test_a_missed_mark_is_found_and_kept_all_the_same() -> None:
    def run(now: Moment) -> None:
        for _, health in now.store.each(Health):
            health.hp -= 1

    world = world_with(run, writes=(Health,))
    ticked = world.advance()
    assert "Health of entity 2 was changed and not marked" in ticked.words[0].message
    assert '"Health":{"2":{"hp":9}' in ticked.changes


def test_reading_and_writing_what_is_not_declared_is_refused() -> None:
    def reads(now: Moment) -> None:
        now.store.each(Room)

    def writes(now: Moment) -> None:
        for entity, _ in now.store.each(Health):
            now.store.put(entity, Mood())

    def relates(now: Moment) -> None:
        for entity, _ in now.store.each(Health):
            now.store.relate(entity, "occupies", entity)

    assert "reads Room, which it does not declare" in told(world_with(reads))
    assert "writes Mood, which it does not declare" in told(world_with(writes, reads=(Health, Mood)))
    assert "writes occupies, which it does not declare" in told(world_with(relates, reads=(Health, "occupies")))
    assert told(world_with(reads, reads=(Room,))) == ""
    assert told(world_with(writes, reads=(Health,), writes=(Mood,))) == ""


def test_the_sample_declares_what_it_does() -> None:
    world = catalogue().new(card(3, 2), 1, debug=True)
    assert [word for _ in range(12) for word in world.advance().words] == []


def test_nothing_is_checked_without_debug() -> None:
    made = catalogue()

    @system("mine", level=Level.CONSCIOUS, stage=Stage.ACT)
    def mine(now: Moment) -> None:
        now.store.each(Room)

    made.systems[:] = [mine]
    assert made.new(WorldCard(name="w"), 1).advance().words == ()
