"""Each worked example of plugins/ is loaded as a user loads it, and does what it says."""

import json
import shutil
from pathlib import Path

import pytest

from tests.plugins.conftest import EXAMPLES, Here

BRINGS = {
    "parrot": {"providers": ["parrot"]},
    "poet": {"prompts": ["poet"]},
    "tally": {"commands": ["tally"]},
    "weather": {"prompts": ["weather"], "components": ["Sky"], "systems": ["weather"]},
    "word_count": {"tools": ["count_words"]},
}
COUNTER = (
    "---\nname: counter\nprofile: counter\nwatch: [user_requirement]\nactions: [count]\ntools: [count_words]\n---\n"
)
COUNT = "---\nname: count\nsummary: Counts.\ndoes: use_tools\n---\n{{ idea }}\n"
COUNTING = "---\nname: counting\nconductor: solo\nroles: [counter]\nverify: false\n---\nCounts.\n"

CALLS = """\
rules:
  - anywhere: 3 words, 1 lines
    reply: It has three words.
  - calls: [{name: count_words, arguments: {path: poem.txt}}]
"""


@pytest.fixture
def shell(shell: Here) -> Here:
    shutil.copytree(EXAMPLES, shell.home / "plugins")
    shell.run("plugins", "trust")
    return shell


def test_every_example_is_loaded_and_brings_what_it_says(shell: Here) -> None:
    found = json.loads(shell.run("plugins", "list", "--json").out)
    assert {plugin["name"]: plugin["standing"] for plugin in found} == dict.fromkeys(BRINGS, "loaded")
    brought = {plugin["name"]: plugin["brings"] for plugin in found}
    for name, expected in BRINGS.items():
        shown = {noun: [Path(item).name for item in items] for noun, items in brought[name].items()}
        assert shown == expected
    assert [problem for plugin in found for problem in plugin["problems"]] == []
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(BRINGS)
    assert all(f"`{path.name}`" in (EXAMPLES / "README.md").read_text() for path in EXAMPLES.glob("*.py"))


def test_a_plugins_team_runs_on_a_plugins_provider(shell: Here) -> None:
    ended = shell.run("run", "Autumn", "--team", "poetry", "--provider", "parrot", "--jsonl")
    assert ended.code == 0, ended.err
    events = [json.loads(line) for line in ended.out.splitlines()]
    said = [event["message"]["content"] for event in events if event["kind"] == "message.published"]
    assert "Squawk!" in said[-1]
    assert events[0]["provider"] == "parrot"


def test_a_role_uses_a_plugins_tool(shell: Here, tmp_path: Path) -> None:
    for kind, name, text in (
        ("roles", "counter", COUNTER),
        ("actions", "count", COUNT),
        ("teams", "counting", COUNTING),
    ):
        path = shell.home / "prompts" / kind / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert shell.run("team", "check", "counting").out.strip() == "counting: all files are fine"
    project = tmp_path / "project"
    project.mkdir()
    (project / "poem.txt").write_text("one two three\n")
    script = tmp_path / "script.yaml"
    script.write_text(CALLS)
    options = ("--provider", "scripted", "--model", str(script), "--workspace", str(project), "--jsonl", "--yes")
    ended = shell.run("run", "How many words has poem.txt?", "--team", "counting", *options)
    assert ended.code == 0, ended.err
    events = [json.loads(line) for line in ended.out.splitlines()]
    used = [
        event["result"]["text"] for event in events if event["kind"] == "step.finished" and "text" in event["result"]
    ]
    assert "poem.txt: 3 words, 1 lines, 14 characters." in used
    assert events[-1]["kind"] == "session.finished"


def test_a_plugins_weather_changes_in_its_world_and_is_the_same_in_every_run(shell: Here, tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("rules:\n  - match: ''\n    json: {thought: Rain, action: wait, words: ''}\n")
    seen = []
    for name in ("a", "b"):
        ended = shell.run("world", "run", "garden", "--provider", "scripted", "--model", str(script), "--session", name)
        assert ended.code == 0, ended.err
        seen.append(json.loads(shell.run("world", "inspect", name, "the sky", "--json").out)["components"]["Sky"])
    assert seen[0] == seen[1]
    assert seen[0]["since_tick"] > 0


def test_a_plugins_command_tells_what_its_listener_heard(shell: Here) -> None:
    registry_help = shell.run("plugins", "list").out
    assert "commands: tally" in registry_help
