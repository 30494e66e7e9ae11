"""What docs/WORLDS.md shows of the engine works, and says what is so."""

import json
import re
import shlex
from pathlib import Path

import pytest

from agentsh.cli.app import main
from agentsh.commands.builtin import builtin
from agentsh.core.worlds import PERIODS, WorldCard
from agentsh.world.kinds import ALLOWED, Category
from agentsh.world.life.shipped import SYSTEMS
from agentsh.world.world import World
from tests.support.castle import script

PAGE = Path(__file__).parents[2] / "docs" / "WORLDS.md"
TEXT = PAGE.read_text(encoding="utf-8")
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


def test_the_commands_can_be_typed_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "script.yaml").write_text(script(), encoding="utf-8")
    blocks = re.findall(r"^```console\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    lines = [line[2:] for block in blocks for line in block.splitlines()]
    assert len(lines) >= 8
    for line in lines:
        words = shlex.split(line)[1:]
        if words[:2] == ["world", "run"]:
            words += ["--provider", "scripted", "--model", str(tmp_path / "script.yaml")]
        code, shown = main(["--home", str(tmp_path), *words]), capsys.readouterr()
        assert code == 0, (line, shown.err)
        if "--json" in words:
            assert json.loads(shown.out)["tick"] in (3, 4)


def test_the_words_of_the_page_are_commands() -> None:
    known = builtin()
    words = set(re.findall(r"`/(\w+)", TEXT))
    assert len(words) > 15
    for word in words:
        known.find(word)


def test_each_system_of_the_page_is_there_at_its_level() -> None:
    levels = {system.name: system.level.value for system in SYSTEMS}
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)?) \| ([a-z, ]+) \|", TEXT, re.MULTILINE)
    told = {
        name.strip("`"): level
        for names, level_words in rows
        for name, level in zip(names.split(", "), level_words.split(", "), strict=True)
    }
    assert len(told) >= 12
    assert told == {name: levels[name] for name in told}
    assert all(f"`{name}`" in TEXT for name in levels)
