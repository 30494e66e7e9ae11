"""World files: read along the search path, each mistake told with its line and the mend."""

import shutil
from pathlib import Path

import pytest

from agentsh.core.errors import FileError, UsageError
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.worlds import Level
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.worlds import TASKS, WorldShelf

HEAD = """\
---
name: isle
seed: 3
ticks: 9
starts_at: 06:30
levels: {subconscious: 2}
rooms:
  Beach: {text: Sand., doors: [Wood], ambience: [Waves.], at: [1, 2]}
  Wood:
    text: Dark.
    manners: {order: sequential, leader: Robin}
items:
  Knife: {text: sharp, use: {result: Cut., health: -1}}
  Map: {in: Wood, appears: 4}
agents:
  Robin:
    in: Beach
    profile: castaway
    text: You are alone.
    traits: [brave]
    holds: [Knife]
    health: 9
    goals:
      - find the map
      - {text: get away, done_when: in Wood, then: rest, steps: [walk], within_ticks: 8}
    memories: [There was a storm.]
    day:
      - {at: 07:30, what: fish, in: Beach}
    model: big
    human: true
  Parrot:
    in: Wood
    npc: {greeting: Hello!, answers: {map: Up the tree.}}
    knows: [Robin]
events:
  - {tick: 5, in: Beach, text: A sail!, every: 4}
entities:
  - {name: Omen, components: {Item: {text: dark}}, relations: {occupies: [Wood]}}
---
An isle.

More words.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prompts = tmp_path / "prompts"
    (prompts / "worlds").mkdir(parents=True)
    (prompts / "worlds" / "isle.md").write_text(HEAD, encoding="utf-8")
    return prompts


def worlds(folder: Path) -> WorldShelf:
    return WorldShelf(Shelf([folder, shipped_prompts()]))


def edited(folder: Path, old: str, new: str) -> WorldShelf:
    assert HEAD.count(old) == 1, old
    (folder / "worlds" / "isle.md").write_text(HEAD.replace(old, new), encoding="utf-8")
    return worlds(folder)


def test_a_file_becomes_the_entities_that_the_world_begins_with(folder: Path) -> None:
    found = worlds(folder).world("isle")
    by_name = {entity.name: entity for entity in found.card.entities}
    assert list(by_name) == [
        *("Beach", "Wood", "Knife", "Map", "Robin: goal 1", "Robin: goal 2", "Robin: memory 1", "Robin", "Parrot"),
        *("event 1", "Omen"),
    ]
    assert by_name["Beach"].relations == {"leads_to": ("Wood",)}
    assert by_name["Wood"].relations == {"leads_to": ("Beach",)}
    assert by_name["Map"].components["Timed"] == {"tick": 4}
    assert by_name["Map"].relations == {"belongs": ("Wood",)}
    robin = by_name["Robin"]
    assert robin.components["Agent"] == {"role": "robin"}
    assert robin.components["Health"] == {"hp": 9, "most": 9}
    assert robin.components["DayPlan"] == {"items": [{"hour": 7.5, "what": "fish", "room": "Beach"}], "every_day": True}
    assert robin.relations == {
        "occupies": ("Beach",),
        "holds": ("Knife",),
        "pursues": ("Robin: goal 1", "Robin: goal 2"),
        "remembers": ("Robin: memory 1",),
    }
    assert "Player" in robin.components
    assert "Agent" not in by_name["Parrot"].components
    assert by_name["Parrot"].components["Npc"] == {"greeting": "Hello!", "answers": {"map": "Up the tree."}}


def test_the_worlds_time_seed_and_levels_are_as_the_file_says(folder: Path) -> None:
    found = worlds(folder).world("isle")
    assert (found.seed, found.card.ticks, found.card.starts_at_s, found.card.lock) == (3, 9, 23_400.0, True)
    assert found.card.levels == {Level.CONSCIOUS: 1, Level.SUBCONSCIOUS: 2, Level.UNCONSCIOUS: 10}
    assert found.card.summary == "An isle."


def test_each_agent_that_thinks_has_a_role_and_all_have_the_prompts_of_what_is_asked(folder: Path) -> None:
    found = worlds(folder).world("isle")
    assert list(found.roles) == ["robin"]
    robin = found.roles[RoleName("robin")]
    assert (robin.profile, robin.backstory, robin.model, robin.human) == (
        "castaway",
        "You are alone. You are brave.",
        "big",
        True,
    )
    assert tuple(found.actions) == TASKS
    assert all(card.does == "think" for card in found.actions.values())


def test_an_earlier_folder_wins_for_worlds_and_for_their_prompts(folder: Path) -> None:
    (folder / "actions").mkdir()
    shutil.copy(shipped_prompts() / "actions" / "think.md", folder / "actions")
    (folder / "worlds" / "town.md").write_text(HEAD.replace("name: isle", "name: town"), encoding="utf-8")
    listed = {entry.name: entry for entry in worlds(folder).list_worlds()}
    assert listed["town"].source == str(folder / "worlds" / "town.md")
    assert listed["isle"].agents == 2
    think = worlds(folder).world("isle").actions[ActionName("think")]
    assert think.source == str(folder / "actions" / "think.md")


@pytest.mark.parametrize(
    ("old", "new", "line", "said", "mend"),
    [
        ("doors: [Wood]", "doors: [Wod]", 8, "there is no room 'Wod'", "Beach, Wood"),
        ("    in: Beach\n", "    in: Bech\n", 17, "there is no room 'Bech'", "'Beach'"),
        ("    in: Beach\n", "", 16, "Robin is nowhere", "in: Hall"),
        ("holds: [Knife]", "holds: [Knive]", 21, "there is no item 'Knive'", "'Knife'"),
        ("holds: [Knife]", "holds: [Map]", 21, "'Map' is in two places: in Wood", "Keep one."),
        ("leader: Robin", "leader: Rob", 11, "there is no agent 'Rob'", "Parrot, Robin"),
        ("knows: [Robin]", "knows: [Friday]", 34, "there is no agent 'Friday'", "Parrot, Robin"),
        ("what: fish, in: Beach", "what: fish, in: Sea", 28, "there is no room 'Sea'", "Beach, Wood"),
        ("at: 07:30", "at: 7.30", 28, "write a time of day such as 07:30", ""),
        ("tick: 5, in: Beach", "tick: 0, in: Beach", 36, "greater than or equal to 1", ""),
        ("tick: 5, in: Beach", "tick: 5, in: Sky", 36, "there is no room 'Sky'", "Beach, Wood"),
        ("{in: Wood, appears: 4}", "{appears: 4}", 14, "'Map' appears nowhere", "in: Hall"),
        ("health: 9", "health: fine", 22, "has to be a whole number, not 'fine'", ""),
        ("    profile: castaway", "    profil: castaway", 18, "unknown key 'agents.Robin.profil'", "'profile'"),
        ("  Map: {in", "  Robin: {in", 16, "'Robin' is there twice, first in items", "another name"),
        ("  Parrot:", "  ROBIN:", 31, "'ROBIN' is there twice, first in agents", "another name"),
        ("  Parrot:", "  Robin!:", 31, "'Robin!' is too much like 'Robin'", "Rename one."),
        ("  Parrot:", "  42:", 31, "'42' is no name for an agent", "a letter"),
        ("  Parrot:", "  Boss:", 31, "'Boss' is no name for an agent", "a letter"),
        ("levels: {subconscious: 2}", "levels: {asleep: 2}", 6, "asleep", ""),
        ("levels: {subconscious: 2}", "levels: {subconscious: 0}", 6, "greater than or equal to 1", ""),
        ("    model: big", "    plans_days: true", 27, "Robin plans its days itself", "Keep one of the two."),
        ("name: isle", "name: island", 2, "the name 'island' is not the file's", "name: isle"),
        ("name: isle", "name: isle\nsource: here", 3, "unknown key 'source'", "Leave it out."),
    ],
)
def test_what_is_wrong_is_told_with_its_line_and_the_mend(
    folder: Path, old: str, new: str, line: int, said: str, mend: str
) -> None:
    with pytest.raises(FileError) as caught:
        edited(folder, old, new).world("isle")
    assert str(caught.value).startswith(f"{folder / 'worlds' / 'isle.md'}:{line}: ")
    assert said in str(caught.value)
    assert mend in caught.value.hint


def test_a_world_without_agents_or_rooms_is_none(folder: Path) -> None:
    (folder / "worlds" / "void.md").write_text("---\nname: void\n---\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"void\.md:1: 'rooms'"):
        worlds(folder).world("void")
    listed = {entry.name: entry for entry in worlds(folder).list_worlds()}
    assert listed["void"].problem
    assert listed["isle"].problem == ""


def test_a_world_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="there is no world 'magic_sword'") as caught:
        WorldShelf(Shelf([shipped_prompts()])).world("magic_sword")
    assert "'magic-sword'" in caught.value.hint


def test_a_broken_prompt_of_a_task_is_told_with_its_line(folder: Path) -> None:
    (folder / "actions").mkdir()
    text = (shipped_prompts() / "actions" / "reflect.md").read_text(encoding="utf-8")
    (folder / "actions" / "reflect.md").write_text(text + "\n{{ secret }}\n", encoding="utf-8")
    with pytest.raises(FileError, match=r"reflect\.md:\d+: .*secret"):
        worlds(folder).world("isle")
