"""An action's output may be a pydantic model of a plugin: answers are held to it; whatever does not go is one error."""

import json
from pathlib import Path

import pytest

from tests.plugins.conftest import Here

PLUGIN = """\
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from agentsh.plugins import hookimpl


class Line(BaseModel):
    words: str = Field(max_length=80)
    stress: int = Field(default=2, gt=0)


class Verse(BaseModel):
    mood: Literal["bright", "dark"]
    lines: list[Line] = Field(min_length=1, max_length=4)
    title: str | None = None


class Dated(BaseModel):
    on: date


class Open(BaseModel):
    notes: dict[str, str]


class Endless(BaseModel):
    more: list["Endless"] = []


class Long(BaseModel):
    text: str = Field(max_length=5000)


def helper(): ...


@hookimpl
def register_tools():
    return []
"""
ROLE = "---\nname: bard\nprofile: bard\nwatch: [user_requirement]\nactions: [sing]\n---\n"
TEAM = "---\nname: bards\nroles: [bard]\nverify: false\n---\nSings.\n"
GOOD = {"mood": "dark", "lines": [{"words": "Rain again.", "stress": 1}], "title": None}


def furnish(shell: Here, output: str) -> None:
    shell.plugin("verses", PLUGIN)
    action = f"---\nname: sing\nsummary: Sings.\ndoes: ask\noutput: {output}\n---\nSing of {{{{ idea }}}}.\n"
    for kind, name, text in (("roles", "bard", ROLE), ("actions", "sing", action), ("teams", "bards", TEAM)):
        path = shell.home / "prompts" / kind / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_answers_are_held_to_a_plugins_model_also_when_the_plugin_has_gone_by_then(shell: Here, tmp_path: Path) -> None:
    furnish(shell, "verses:Verse")
    shell.run("plugins", "trust")
    rules = [
        {"match": "mood", "times": 1, "json": {**GOOD, "lines": [{"words": "Rain.", "stress": 0}]}},
        {"match": "stress", "json": GOOD},
    ]
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"rules": rules}))
    run = ("run", "rain", "--team", "bards", "--provider", "scripted", "--model", str(script), "--jsonl")
    ended = shell.run(*run, "--session", "s")
    assert ended.code == 0, ended.err
    events = [json.loads(line) for line in ended.out.splitlines()]
    asked = [event["request"]["schema"] for event in events if event["kind"] == "step.started" and event["request"]]
    assert asked[0]["properties"]["lines"]["items"]["properties"]["stress"] == {"type": "integer", "minimum": 1}
    assert asked[0]["required"] == ["mood", "lines"]
    said = [event["message"] for event in events if event["kind"] == "message.published"]
    assert said[-1]["data"] == GOOD, "the first answer, with no stress, went back"
    (shell.home / "plugins" / "verses.py").unlink()
    assert shell.run("resume", "s", "--headless").code == 0


@pytest.mark.parametrize(
    ("output", "trusted", "message", "hint"),
    [
        ("verse:Verse", True, "there is no plugin 'verse'", "Did you mean 'verses'?"),
        ("verses:Verse", False, "the plugin 'verses' is left out until you trust it", "agentsh plugins list"),
        ("verses:Vers", True, "the plugin 'verses' has no model 'Vers'", "Did you mean 'Verse'?"),
        ("verses:helper", True, "has 'helper', but that is no pydantic model", "There is: Dated, Endless, Line"),
        ("verses:Dated", True, "Dated.on has 'format', which no answer can be held to", "Change the model"),
        ("verses:Open", True, "Open.notes may have any keys", "Change the model"),
        ("verses:Endless", True, "is nested too deeply, or in itself", "Change the model"),
        ("verses:Long", True, "Long.text may be as long as 5,000. Stay at or below 1,900", "Change the model"),
    ],
)
def test_a_model_that_cannot_be_is_one_error_with_the_actions_line(
    shell: Here, output: str, *, trusted: bool, message: str, hint: str
) -> None:
    furnish(shell, output)
    if trusted:
        shell.run("plugins", "trust")
    ended = shell.run("team", "check", "bards")
    told = ended.out + ended.err
    assert ended.code == 2
    assert f"{shell.home / 'prompts' / 'actions' / 'sing.md'}:5: " in told
    assert message in told
    assert hint in told


def test_a_field_may_be_a_plugins_model_and_so_may_the_items_of_a_list(shell: Here) -> None:
    furnish(shell, "{verse: verses:Verse, more: 'list[verses:Line](max 3)?'}")
    shell.run("plugins", "trust")
    assert shell.run("team", "check", "bards").out.strip() == "bards: all files are fine"
