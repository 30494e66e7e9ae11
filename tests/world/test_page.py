"""What docs/WORLDS.md shows of the engine works, and says what is so."""

import re
from pathlib import Path

from agentsh.core.worlds import PERIODS, WorldCard
from agentsh.world.kinds import ALLOWED, Category
from agentsh.world.world import World

PAGE = Path(__file__).parents[2] / "docs" / "WORLDS.md"
ENGINE = PAGE.read_text(encoding="utf-8").partition("## The engine")[2]


def test_the_example_runs() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```", ENGINE, re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {"__name__": "example"}
    exec(compile(example, str(PAGE), "exec"), names)
    world = names["world"]
    assert isinstance(world, World)
    assert world.tick == 1


def test_the_periods_and_defaults_are_those_of_the_engine() -> None:
    rows = dict(re.findall(r"^\| (conscious|subconscious|unconscious) \| (\d+) \|", ENGINE, re.MULTILINE))
    assert rows == {level.value: str(period) for level, period in PERIODS.items()}
    card = WorldCard(name="w")
    assert f"Every `snapshot_ticks` ticks ({card.snapshot_ticks})" in ENGINE
    assert f"every `periodic_ticks` ticks ({card.periodic_ticks})" in ENGINE


def test_the_rules_are_allowed_where_the_page_says_so() -> None:
    words: dict[Category, str] = {
        "identity": "identity",
        "behaviour": "behaviour",
        "perception_memory": "perception and memory",
        "environment": "environment",
        "appearance_interaction": "appearance",
        "utility": "utility",
    }
    said = dict(re.findall(r"^\| (\w+) \| .* \| (.*) \|$", ENGINE, re.MULTILINE))
    said["periodic"] = said["on_event"]
    said["stored"] = ", ".join(word for word in words.values() if word != "utility")
    for category, rules in ALLOWED.items():
        for rule in ("stored", "on_event", "periodic", "transient"):
            assert (rule in rules) is (words[category] in said[rule]), (category, rule)
