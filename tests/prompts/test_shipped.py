"""What ships is right: every team fits together, every prompt fills, every example is a valid answer."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from agentsh.core.cards import ActionCard, TeamFile
from agentsh.core.fenced import parse_fenced
from agentsh.core.ids import USER_REQUIREMENT, ActionName, RoleName
from agentsh.core.model import JsonObject
from agentsh.core.outputs import Shape, validate_output
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.templates import PROMPT_VARIABLES
from agentsh.library.worlds import TASKS

ROOT = Path(__file__).parents[2]
SHELF = Shelf([shipped_prompts()])
ACTIONS = sorted(SHELF.paths("action"))
COMPANY = ["product_manager", "architect", "project_manager", "engineer", "qa_engineer"]

TASK: JsonObject = {
    "path": "main.py",
    "work": "Reads the command line.",
    "defines": ["def main() -> int"],
    "uses": ["counter.py"],
}
FUNCTION: JsonObject = {
    "form": "stub",
    "name": "count_words",
    "signature": "count_words(text)",
    "purpose": "that counts words",
    "sentence": "Counts words",
}
SUMMARY: JsonObject = {"complete": False, "todos": [{"path": "main.py", "work": "import sys is missing"}]}
WORLD: JsonObject = {
    "time": "day 1, 08:00",
    "name": "Aria",
    "room": {"name": "Hall", "text": "Cold."},
    "situation": "It is your turn.",
    "people": [{"name": "Bran", "looks": "tall", "known": False}],
    "items": [{"name": "Sword", "text": "old"}],
    "holding": ["Lamp"],
    "doors": ["Yard"],
    "health": 9,
    "planned": "rest",
    "goals": [{"text": "rest", "progress": 0.5, "step": "sit down"}],
    "memories": ["It rained."],
    "whispers": ["Beware."],
    "perceived": ["A bell rings."],
    "options": ["speak", "wait"],
    "how": {"speak": "say words"},
    "goal": "rest",
    "day": 1,
    "rooms": ["Hall"],
    "who": "Aria",
    "attempt": "to fly",
    "style": "Be fair.",
}
TURN: JsonObject = {
    "phase": "review/comment",
    "part": "answer",
    "task": "the whole program",
    "assistant": "reviewer",
    "user": "cto",
    "instructor": "instructor",
    "speaker": "assistant",
    "proposal": 1,
    "partner": "cto",
    "turn": 1,
    "turns": 3,
    "cycle": 1,
    "cycles": 3,
    "choices": ["left", "right"],
    "members": [{"name": "writer", "profile": "Writer"}],
    "last": "maker",
    "round": 2,
    "rounds": 3,
    "winner": "left",
    "votes": {"left": 2, "right": 0},
    "state": "draft",
    "states": {"draft": "Write it.", "finish": ""},
    "query": "Say what is wrong.",
    "duty": "a reader",
    "job": {"id": "t1", "text": "Find a hill"},
    "done": ["t0: look (done)"],
    "open": ["t2: Pack"],
    "most": 3,
    "number": 2,
    "advice": "Say the price.",
    "scores": [5],
    "experts": 3,
    "good": 8,
}
"""What conductors tell a role for a turn, all of them together."""
FULL: JsonObject = {
    "idea": "Count the words of a text",
    "context": [{"role": "engineer", "action": "summarize_code", "content": "## Summary", "data": SUMMARY}],
    "observed": [{"role": "boss", "action": "user_requirement", "content": "Count words", "data": {}}],
    "item": TASK,
    "task": TASK,
    "files": {"counter.py": "def count_words(text):\n    return 1\n", "docs/prd.md": "# the document"},
    "verdict": {
        "passed": False,
        "failure": {"gate": "tests", "evidence": "AssertionError: 1 != 2", "path": "counter.py", "line": 2},
        "gates": [],
    },
    "round": 2,
    "role": {"name": "engineer", "profile": "Software Engineer", "goal": "", "constraints": ""},
    "others": ["architect"],
    "vars": {},
    "examples": [{"args": "'a b'", "result": "2"}],
    "world": WORLD,
    "turn": TURN,
    "plan": {
        "doers": [{"name": "write_code", "summary": "Writes."}, {"name": "verify", "summary": ""}],
        "done": ["s1: the parser"],
        "why": "Step s1 failed: no such file",
        "most": 8,
    },
    "step": {"id": "s2", "text": "the printer"},
    "led": False,
    "map": "counter.py (2 lines)\n  def count_words(text)",
}
BARE: JsonObject = FULL | {
    "context": [],
    "observed": [],
    "files": {},
    "verdict": None,
    "round": 1,
    "examples": [],
    "world": None,
    "plan": None,
    "step": None,
    "led": True,
}


def company() -> TeamFile:
    return SHELF.team("software-company")


def action(name: str) -> ActionCard:
    return SHELF.action(name)


@pytest.mark.parametrize("name", sorted(SHELF.paths("team")))
def test_every_team_fits_together_without_a_warning(name: str) -> None:
    assert SHELF.check_team(name) == ()
    assert SHELF.team(name).team.summary


def test_every_action_and_role_is_in_a_team() -> None:
    teams = [SHELF.team(name) for name in SHELF.paths("team")]
    assert {name for team in teams for name in team.actions} | set(TASKS) == set(ACTIONS)
    used = {Path(role.source).stem for team in teams for role in team.roles.values()}
    assert used == set(SHELF.paths("role"))


def test_the_company_works_along_its_procedure() -> None:
    team = company()
    assert list(team.team.roles) == COMPANY
    heard, order = USER_REQUIREMENT, []
    while (watching := [role for role in team.roles.values() if heard in role.watch]) and len(order) < 9:
        [role] = watching
        order.append(role.name)
        heard = (role.watch[heard] or role.actions)[-1]
        if heard == "verify":
            break
    assert order == COMPANY


def test_what_fails_goes_back_to_the_engineer_and_is_verified_again() -> None:
    for name, mends in (("software-company", "fix_bug"), ("pair", "write_function")):
        team = SHELF.team(name)
        engineer, tester = team.roles[RoleName("engineer")], team.roles[RoleName("qa_engineer")]
        verify = team.actions[ActionName("verify")]
        assert (verify.does, verify.rounds, verify.on_fail) == ("verify", 5, ("engineer",))
        assert engineer.watch[ActionName("verify")] == (mends,)
        assert tester.watch[ActionName(mends)] == ("verify",)


def test_the_small_team_is_marked_as_such() -> None:
    assert SHELF.team("pair").team.small_model
    assert not company().team.small_model


@pytest.mark.parametrize("name", ACTIONS)
def test_every_prompt_fills_with_much_and_with_little(name: str) -> None:
    card = action(name)
    items: list[JsonObject | None] = [TASK, None] if card.does != "write_function" else [FUNCTION]
    for values in [base | {"item": item} for base in (FULL, BARE) for item in items]:
        text = SHELF.renderer.render(card.prompt, values, source=card.source)
        assert "{{" not in text
        assert "{%" not in text
        assert "\n\n\n\n" not in text
    assert set(FULL) - {"task"} == PROMPT_VARIABLES


@pytest.mark.parametrize("name", ACTIONS)
def test_prompts_are_short_enough_for_small_windows(name: str) -> None:
    assert len(action(name).prompt) < 4_500


def only_for_small_models() -> set[str]:
    """Return the actions of small models alone: those copy an example in place of doing what is asked."""
    teams = [SHELF.team(name) for name in SHELF.paths("team")]
    small = {name for team in teams if team.team.small_model for name in team.actions}
    return small - {name for team in teams if not team.team.small_model for name in team.actions}


@pytest.mark.parametrize("name", sorted({n for n in ACTIONS if action(n).output} - only_for_small_models()))
def test_the_example_of_a_structured_prompt_is_a_valid_answer(name: str) -> None:
    card = action(name)
    [example] = re.findall(r"```json\n(.*?)\n```", card.prompt, re.DOTALL)
    assert card.output is not None
    assert validate_output(card.output, example)


@pytest.mark.parametrize("name", [name for name in ACTIONS if action(name).does == "write_files"])
def test_code_is_shown_and_asked_for_as_fenced_files_never_inside_json(name: str) -> None:
    card = action(name)
    assert card.output is None
    [example] = parse_fenced(SHELF.renderer.render(card.prompt, BARE, source=card.source)).files
    assert example.text is not None
    compile(example.text, example.path, "exec")


@pytest.mark.parametrize("name", [name for name in ACTIONS if action(name).output is not None])
def test_every_output_is_bounded(name: str) -> None:
    def unbounded(shape: Shape, place: str) -> list[str]:
        inner = [found for key, field in shape.properties.items() for found in unbounded(field, f"{place}.{key}")]
        if shape.type == "array":
            assert shape.items is not None
            return unbounded(shape.items, f"{place}[]") + ([place] if shape.max_items is None else [])
        missing = shape.type == "string" and shape.max_length is None and shape.enum is None
        return inner + ([place] if missing else [])

    assert unbounded(Shape.model_validate(action(name).output), name) == []


def test_what_an_engineer_is_told_is_what_concerns_the_file() -> None:
    text = SHELF.renderer.render(action("write_code").prompt, FULL)
    assert "import sys is missing" in text
    other = SHELF.renderer.render(action("write_code").prompt, FULL | {"task": TASK | {"path": "other.py"}})
    assert "import sys is missing" not in other


def test_who_mends_sees_the_error_and_the_program() -> None:
    text = SHELF.renderer.render(action("fix_bug").prompt, FULL)
    for said in ("AssertionError: 1 != 2", "`counter.py` line 2", "def count_words(text):", "attempt 2"):
        assert said in text
    assert "the document" not in text


def test_an_installed_package_brings_the_prompts_along(tmp_path: Path) -> None:
    """The wheel's layout, as pyproject.toml says it, works without the repository beside it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    for package in wheel["packages"]:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in wheel["force-include"].items():
        shutil.copytree(ROOT / source, tmp_path / target)
    code = (
        "from agentsh.library.home import shipped_prompts as s; from agentsh.library.shelf import Shelf;"
        "print(s()); print(len(Shelf([s()]).team('software-company').roles))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.split("\n")[:2] == [str(tmp_path / "agentsh" / "shipped" / "prompts"), "5"]
