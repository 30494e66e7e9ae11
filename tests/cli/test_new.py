"""Teams that a model writes, and files to begin with: checked before they are there, and nothing is overwritten."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from agentsh.core.model import JsonObject
from tests.cli.process import DEADLINE_S, Shell
from tests.e2e import company
from tests.e2e.conftest import serving

SENTENCE = "A cook and a critic who write a menu"


def role(name: str, skill: str) -> JsonObject:
    return {"name": name, "profile": name.title(), "goal": f"a good {name}", "constraints": "", "skill": skill}


def team(*roles: JsonObject, way: str = "procedure") -> JsonObject:
    return {"name": "Menu Team", "summary": "They write a menu.", "way": way, "roles": list(roles)}


COOK, CRITIC, WAITER = role("cook", "write_menu"), role("writer", "mend menu"), role("cook", "serve soup")
WEAK: JsonObject = {"name": "weak:latest", "capabilities": ["completion"], "parameter_size": "135M"}
PROMPT = "The Boss asked for: {{ idea }}\n\nDo write_menu.\n"
RULES: list[JsonObject] = [
    {"match": "^A talk of two", "json": team(COOK, CRITIC, way="talk")},
    {"match": "^Three at a table", "json": team(COOK, CRITIC, WAITER)},
    {"match": "^A team of agents is wanted", "json": team(COOK, CRITIC)},
    {"match": "Say of each of these", "json": {"writer_2": "boss", "cook_2": "cook"}},
    {"match": "Tell cook_2 in one or two sentences", "json": {"told": "Serve it hot."}},
    {"match": "Tell .* in one or two sentences", "json": {"told": "Do it."}},
    {"match": "unknown variable 'ideal'", "reply": company.fenced("", PROMPT)},
    {"match": "does `mend_menu", "reply": "Do mend_menu for {{ idea }}."},
    {"match": "does `write_menu_2`", "reply": "Do {{ idea"},
    {"match": "does `write_menu`", "reply": company.fenced("write_menu.md", PROMPT.replace("idea", "ideal"))},
    {"match": "That answer cannot be used", "reply": "Do {{ idea again"},
    {"system": "You are cook,", "match": "Do write_menu", "reply": "Soup."},
    {"system": "You are writer_2,", "match": "Do mend_menu", "reply": "Soup, salted."},
]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("server")) as start:
        yield start(company.script(*RULES, models=["tiny:latest", WEAK])).host


def test_a_team_of_one_sentence_is_written_mended_and_runs_at_once(shell: Shell, host: str) -> None:
    written = shell.run("team", "new", SENTENCE, "--host", host, "--json")
    assert written.code == 0, written.err
    said = json.loads(written.out)
    assert said["team"] == "menu_team"
    files = sorted(str(Path(path).relative_to(shell.home / "prompts")) for path in said["files"])
    assert files == [
        "actions/mend_menu.md",
        "actions/write_menu.md",
        "roles/cook.md",
        "roles/writer_2.md",
        "teams/menu_team.md",
    ], "a name that ships is not hidden"
    assert shell.run("team", "check", "menu_team").code == 0
    ran = shell.run("run", "Lunch", "--team", "menu_team", "--host", host, "--session", "menu")
    assert ran.code == 0, ran.err
    assert "Soup, salted." in ran.out


def test_a_draft_that_fails_is_shown_with_the_next_step_and_overwrites_nothing(shell: Shell, host: str) -> None:
    first = json.loads(shell.run("team", "new", SENTENCE, "--host", host, "--json").out)
    before = {path: Path(path).read_bytes() for path in first["files"]}
    second = shell.run("team", "new", SENTENCE, "--host", host, "--json")
    assert second.code == 6
    assert second.err.startswith("a model writes the team …\n  who is in it …\n  how cook_2 does write_menu_2 …\n")
    assert "in 3 tries. actions/write_menu_2.md:" in second.err
    assert "Nothing was written.\n  It said last:\n  | Do {{ idea again\n  Try again" in second.err
    assert {path: Path(path).read_bytes() for path in first["files"]} == before
    assert len(list((shell.home / "prompts").rglob("*.md"))) == len(before)


def test_a_weak_model_orders_and_fills_in_what_it_can(shell: Shell, host: str) -> None:
    written = shell.run("team", "new", "Three at a table", "--host", host, "--model", "weak:latest", "--json")
    assert written.code == 0, written.err
    shown = json.loads(shell.run("team", "show", "menu_team", "--json").out)
    watched = {name: list(role["watch"]) for name, role in shown["roles"].items()}
    assert watched == {"cook": ["user_requirement"], "writer_2": ["user_requirement"], "cook_2": ["write_menu"]}
    assert shown["team"]["done"] == "serve_soup"
    assert shown["actions"]["serve_soup"]["prompt"].strip() == "The Boss asked for: {{ idea }}\n\nServe it hot."


def test_what_was_edited_into_no_team_is_kept_and_told(shell: Shell, host: str) -> None:
    editor = shell.root / "editor.py"
    shell.root.mkdir(parents=True, exist_ok=True)
    editor.write_text(
        "import sys\n"
        "role, = [path for path in sys.argv if path.endswith('cook.md')]\n"
        "text = open(role).read().replace('profile:', 'profil:')\n"
        "open(role, 'w').write(text)\n"
    )
    program, *words = shell.command("team", "new", SENTENCE, "--host", host)
    environ = shell.environ({"EDITOR": f"{sys.executable} {editor}", "TERM": "xterm"})
    child = pexpect.spawn(
        program,
        words,
        env=environ,  # type: ignore[arg-type]
        cwd=str(shell.root),
        timeout=DEADLINE_S,
        encoding="utf-8",
        dimensions=(50, 200),
    )
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2, child.before
    assert "cook.md:3: unknown key 'profil'" in child.before
    assert "agentsh team check menu_team" in child.before
    assert "profil: Cook" in (shell.home / "prompts" / "roles" / "cook.md").read_text()


def test_a_talk_is_a_group_that_ends(shell: Shell, host: str) -> None:
    written = shell.run("team", "new", "A talk of two", "--host", host, "--json")
    assert written.code == 0, written.err
    shown = json.loads(shell.run("team", "show", "menu_team", "--json").out)
    assert shown["team"]["conductor"] == "group"
    assert shown["team"]["options"]["end"] == {"turns": 8, "text": "TERMINATE", "external": "enough"}


def test_without_a_model_nothing_is_written(shell: Shell) -> None:
    ended = shell.run("team", "new", SENTENCE, "--provider", "ollama")
    assert ended.code == 5
    assert not (shell.home / "prompts").exists()


@pytest.mark.parametrize("kind", ["role", "action", "team"])
def test_a_file_to_begin_with_is_right_and_is_written_once(shell: Shell, kind: str) -> None:
    made = shell.run("new", kind, "mine")
    assert made.code == 0, made.err
    path = Path(made.out.strip())
    assert path == shell.home / "prompts" / f"{kind}s" / "mine.md"
    text = path.read_text()
    again = shell.run("new", kind, "mine")
    assert again.code == 2
    assert f"there is a {kind} 'mine' already" in again.err
    assert path.read_text() == text


def test_a_new_role_with_a_new_action_in_a_new_team_fit_together(shell: Shell) -> None:
    for kind, name in (("role", "mine"), ("action", "find"), ("team", "ours")):
        assert shell.run("new", kind, name).code == 0
    prompts = shell.home / "prompts"
    mine = prompts / "roles" / "mine.md"
    mine.write_text(mine.read_text().replace("actions: [speak]", "actions: [find]"))
    ours = prompts / "teams" / "ours.md"
    ours.write_text(ours.read_text().replace("thinker", "mine"))
    ended = shell.run("team", "check", "ours")
    assert (ended.code, ended.out.strip()) == (0, "ours: all files are fine")


@pytest.mark.parametrize(("kind", "name"), [("team", "Über"), ("role", "boss"), ("team", "debate"), ("song", "x")])
def test_a_name_that_is_none_or_taken_is_told(shell: Shell, kind: str, name: str) -> None:
    ended = shell.run("new", kind, name)
    assert ended.code == 2
    assert not (shell.home / "prompts").exists()


def test_a_new_world_ticks_at_once(shell: Shell, tmp_path: Path) -> None:
    made = shell.run("new", "world", "mine")
    assert made.out.strip() == str(shell.home / "prompts" / "worlds" / "mine.md"), made.err
    script = tmp_path / "waits.yaml"
    waits = {"thought": "I wait.", "action": "wait", "words": ""}
    script.write_text(
        f"rules:\n  - match: What you can do now\n    json: {json.dumps(waits)}\n"
        '  - match: ""\n    json: {steps: [look], status: in_progress, progress: 1, why: so, insights: []}\n'
    )
    ended = shell.run("world", "run", "mine", "--ticks", "6", "--provider", "scripted", "--model", str(script))
    assert ended.code == 0, ended.err
    assert "It begins to rain." in ended.out + ended.err


def test_a_new_plugin_is_loaded_once_it_is_trusted_and_doctor_says_so(shell: Shell) -> None:
    shell.home.mkdir(parents=True)
    made = shell.run("new", "plugin", "word-box")
    assert made.out.strip() == str(shell.home / "plugins" / "word_box.py"), made.err
    assert shell.run("new", "plugin", "word-box").code == 2
    looked = json.loads(shell.run("doctor", "--json").out)
    (untrusted,) = [check for check in looked["checks"] if check["name"] == "plugins"]
    assert untrusted["state"] == "warning"
    assert "agentsh plugins trust" in untrusted["hint"]
    assert shell.run("plugins", "trust", "word_box").code == 0
    (found,) = json.loads(shell.run("plugins", "list", "--json").out)
    assert (found["standing"], found["problems"]) == ("loaded", [])
    assert found["brings"] == {"tools": ["word_box_files"], "commands": ["word-box"]}
