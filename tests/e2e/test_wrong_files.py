"""Wrong files, settings and flags on the command line: exit 2, where, what to do, and nothing is begun."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.process import Ended, Shell
from tests.e2e.agent import crashed
from tests.e2e.here import Here

TEAM = "---\nname: t\nroles: [r]\nverify: false\n---\nTalks.\n"
ROLE = "---\nname: r\nprofile: Speaker\nactions: [a]\n---\n"
ACTION = "---\nname: a\ndoes: ask\n---\nSay something about {{ idea }}.\n"
FILES = {"teams/t.md": TEAM, "roles/r.md": ROLE, "actions/a.md": ACTION}
CIRCLE = {"actions/a.md": ACTION + '{% include "parts/b.md" %}\n', "parts/b.md": '\n{% include "parts/b.md" %}\n'}

WRONG_FILES: dict[str, tuple[Mapping[str, str | bytes], str, str]] = {
    "front matter without an end": ({"roles/r.md": ROLE.replace("---\n", "", 1)}, "roles/r.md:1", "---"),
    "front matter that is no YAML": ({"roles/r.md": ROLE.replace("[a]", "[a")}, "roles/r.md:5", "YAML"),
    "a field that is not known": ({"roles/r.md": ROLE.replace("profile", "profil")}, "roles/r.md:3", "profile"),
    "an action that is not there": ({"roles/r.md": ROLE.replace("[a]", "[aa]")}, "roles/r.md:4", "aa"),
    "a role that is not there": ({"teams/t.md": TEAM.replace("[r]", "[r, nobody]")}, "teams/t.md:3", "nobody"),
    "a conductor that is not there": (
        {"teams/t.md": TEAM.replace("roles", "conductor: orchestra\nroles")},
        "teams/t.md:3",
        "sop",
    ),
    "a wrong type": ({"actions/a.md": ACTION.replace("does", "max_tokens: many\ndoes")}, "actions/a.md:3", "many"),
    "a value that is not one of the choices": (
        {"actions/a.md": ACTION.replace("ask", "sing")},
        "actions/a.md:3",
        "sing",
    ),
    "an output type that is not known": (
        {"actions/a.md": ACTION.replace("does: ask", "output:\n  title: text")},
        "actions/a.md:4",
        "str",
    ),
    "a template that is broken": ({"actions/a.md": ACTION.replace("}}", "}")}, "actions/a.md:5", "}"),
    "a variable that is not there": ({"actions/a.md": ACTION.replace("idea", "ideal")}, "actions/a.md:5", "idea"),
    "includes in a circle": (CIRCLE, "parts/b.md:2", "circle"),
    "an include that is not there": ({"actions/a.md": CIRCLE["actions/a.md"]}, "actions/a.md:6", "parts/b.md"),
    "not UTF-8": ({"roles/r.md": ROLE.encode() + b"\xff\xfe caf\xe9\n"}, "roles/r.md:6", "UTF-8"),
    "no text at all": ({"actions/a.md": b"\x00\x01\x02"}, "actions/a.md:1", "control character"),
    "settings that are no TOML": ({"../agentsh.toml": "[model\nhost = 1\n"}, "agentsh.toml:1", "TOML"),
    "settings of a wrong type": ({"../agentsh.toml": "[model]\nparallel = 'two'\n"}, "agentsh.toml:2", "two"),
    "settings that are not known": ({"../agentsh.toml": "[model]\nhosst = 'x'\n"}, "agentsh.toml:2", "host"),
    "settings out of range": ({"../agentsh.toml": "\n[model]\nnum_ctx = 8\n"}, "agentsh.toml:3", "512"),
    "settings that are not UTF-8": ({"../agentsh.toml": b"[model]\nhost = '\xff'\n"}, "agentsh.toml:2", "UTF-8"),
}
WRONG_FLAGS: dict[str, tuple[list[str], str]] = {
    "approve": (["--approve", "maybe"], "maybe"),
    "provider": (["--provider", "cloud"], "cloud"),
    "temperature": (["--temperature", "hot"], "hot"),
    "too warm": (["--temperature", "9"], "9"),
    "tokens": (["--max-tokens", "0"], "0"),
    "seconds": (["--max-seconds", "-1"], "-1"),
    "breakpoint": (["--pause-at", "whenever"], "whenever"),
    "regex": (["--pause-at", "message:("], "("),
    "breakpoint of nobody": (["--pause-at", "role:enginer"], "role:enginer"),
    "variable": (["--var", "language"], "language"),
    "session": (["--session", "../elsewhere"], "../elsewhere"),
    "team": (["--team", "tt"], "tt"),
    "human": (["--human", "queen"], "queen"),
    "unknown flag": (["--fast"], "--fast"),
    "contradiction": (["--quiet", "--verbose"], "contradict"),
    "host": (["--provider", "ollama", "--host", "ftp://somewhere"], "ftp://somewhere"),
    "config": (["--config", "/nowhere/agentsh.toml"], "/nowhere/agentsh.toml"),
    "workspace": (["--workspace", "/etc/passwd"], "'/etc/passwd' is not a folder"),
    "workspace nowhere": (["--workspace", "/tmp/mistyped/project"], "'/tmp/mistyped/project' would be in a folder"),
    "workspace above home": (["--workspace", "/"], "/"),
}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def furnish(shell: Shell, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = shell.home / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def asked(shell: Shell, *more: str, environ: Mapping[str, str] | None = None) -> Ended:
    """Run the team on a script."""
    script = shell.root / "script.yaml"
    script.write_text("rules: [{reply: Hello.}]\n")
    words = ["run", "A tool", "--team", "t", "--provider", "scripted", "--model", str(script), "--yes"]
    return shell.run(*words, *more, environ=environ)


def assert_told(ended: Ended, shell: Shell, *parts: str) -> None:
    assert ended.code == 2, ended
    assert ended.out == ""
    assert not crashed(ended)
    for part in parts:
        assert part in ended.err, ended.err
    assert len(ended.err.rstrip().splitlines()) <= 4, "one error at a time"
    assert not (shell.home / "sessions").exists() or not list((shell.home / "sessions").glob("*.db")), "it was begun"


def test_the_files_as_they_are_work(shell: Shell) -> None:
    furnish(shell, FILES)
    ended = asked(shell)
    assert ended.code == 0, ended


@pytest.mark.parametrize("kind", WRONG_FILES)
def test_a_wrong_file_is_named_with_its_line_and_the_mend(here: Here, kind: str) -> None:
    files, place, mend = WRONG_FILES[kind]
    furnish(here, {**FILES, **files})
    assert_told(asked(here), here, place, mend)


@pytest.mark.parametrize("kind", WRONG_FLAGS)
def test_a_wrong_value_of_a_flag_is_named(here: Here, kind: str) -> None:
    words, part = WRONG_FLAGS[kind]
    furnish(here, FILES)
    assert_told(asked(here, *words), here, part)


def test_a_wrong_variable_of_the_environment_is_named(shell: Shell) -> None:
    furnish(shell, FILES)
    assert_told(asked(shell, environ={"AGENTSH_MODEL__PARALLEL": "lots"}), shell, "AGENTSH_MODEL__PARALLEL", "lots")


def test_checking_a_team_tells_everything_at_once(shell: Shell) -> None:
    wrong = ("an action that is not there", "a role that is not there")
    furnish(shell, {**FILES, **{name: text for kind in wrong for name, text in WRONG_FILES[kind][0].items()}})
    ended = shell.run("team", "check", "t")
    assert ended.code == 2, ended
    for kind in wrong:
        assert WRONG_FILES[kind][1] in ended.out


def test_one_broken_file_does_not_stop_the_teams_that_do_not_need_it(shell: Shell) -> None:
    furnish(shell, {**FILES, "teams/broken.md": "---\nname: [\n", "roles/other.md": b"\xff"})
    ended = asked(shell)
    assert ended.code == 0, ended
    listed = shell.run("team", "list")
    assert listed.code == 0, listed
    assert "software-company" in listed.out


def test_a_file_that_broke_meanwhile_does_not_stop_a_session_that_goes_on(shell: Shell) -> None:
    furnish(shell, FILES)
    stopped = asked(shell, "--max-steps", "1")
    furnish(shell, {"roles/r.md": ROLE.replace("[a]", "[a")})
    ended = shell.run("resume", "--headless", "--max-steps", "50")
    assert (stopped.code, ended.code) == (3, 0), ended
    assert "roles/r.md:5" in ended.err
