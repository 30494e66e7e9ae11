"""Laws of plugins: none of a project runs before it was trusted as it is, and a broken one is told and skipped."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli import tiny
from tests.plugins.conftest import Here

MARKS = "from pathlib import Path\nfrom agentsh.plugins import hookimpl\nPath({mark!r}).write_text('ran')\n"
NOTHING = "@hookimpl\ndef register_tools():\n    return []\n"


def listed(shell: Here) -> dict[str, dict[str, object]]:
    return {plugin["name"]: plugin for plugin in json.loads(shell.run("plugins", "list", "--json").out)}


def talk(shell: Here, *more: str) -> tuple[int, str, str]:
    script = tiny.furnish(shell, "Hello.")
    ended = shell.run("run", "A tool", *tiny.arguments(script), *more)
    return ended.code, ended.out, ended.err


def test_a_projects_plugin_runs_only_once_it_is_trusted_and_only_as_it_was_then(shell: Here, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    file = shell.plugin("marking", MARKS.format(mark=str(mark)) + NOTHING)
    code, _, err = talk(shell)
    assert (code, mark.exists(), listed(shell)["marking"]["standing"]) == (0, False, "untrusted")
    assert "1 plugin is left out until you trust them: marking" in err
    assert "agentsh plugins trust" in err
    assert "sha256" in shell.run("plugins", "trust", "marking").out
    assert mark.read_text() == "ran"
    mark.unlink()
    file.write_text(file.read_text() + "# changed\n")
    assert (listed(shell)["marking"]["standing"], mark.exists()) == ("changed", False)
    assert "left out" in talk(shell)[2]
    shell.run("plugins", "trust")
    assert mark.exists()
    shell.run("plugins", "distrust", "marking")
    assert listed(shell)["marking"]["standing"] == "untrusted"


def test_a_compiled_file_beside_a_plugin_is_never_believed(shell: Here, tmp_path: Path) -> None:
    import importlib.util
    import py_compile

    mark = tmp_path / "mark"
    file = shell.plugin("quiet", "from agentsh.plugins import hookimpl\n" + NOTHING)
    evil = tmp_path / "evil.py"
    evil.write_text(MARKS.format(mark=str(mark)))
    shell.run("plugins", "trust")
    cached = Path(importlib.util.cache_from_source(str(file)))
    py_compile.compile(str(evil), str(cached), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert listed(shell)["quiet"]["standing"] == "loaded"
    assert not mark.exists()


def test_what_cannot_say_what_is_trusted_trusts_nothing(shell: Here, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    shell.plugin("marking", MARKS.format(mark=str(mark)) + NOTHING)
    kept = Path(shell.environ()["XDG_CONFIG_HOME"]) / "agentsh" / "trusted-plugins.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{")
    ended = shell.run("plugins", "list")
    assert (ended.code, mark.exists()) == (0, False)
    assert "trusted-plugins.json: this does not say what is trusted" in ended.err
    assert shell.run("plugins", "trust").code == 2


def test_a_plugin_of_the_users_own_folder_needs_no_trust(shell: Here) -> None:
    own = Path(shell.environ()["XDG_CONFIG_HOME"]) / "agentsh" / "plugins" / "mine.py"
    own.parent.mkdir(parents=True)
    own.write_text("from agentsh.plugins import hookimpl\n" + NOTHING)
    assert listed(shell)["mine"]["standing"] == "loaded"


def test_a_clone_of_a_trusted_project_is_not_trusted(shell: Here, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    shell.plugin("marking", MARKS.format(mark=str(mark)) + NOTHING)
    shell.run("plugins", "trust")
    mark.unlink()
    clone = replace(shell, root=tmp_path / "clone")
    shutil.copytree(shell.home, clone.home)
    assert (listed(clone)["marking"]["standing"], mark.exists()) == ("untrusted", False)
    here = clone.run("plugins", "list", "--json", cwd=clone.home)
    assert (json.loads(here.out)[0]["standing"], mark.exists()) == ("untrusted", False)


def test_a_link_is_trusted_as_what_it_leads_to_now(shell: Here, tmp_path: Path) -> None:
    mark, real = tmp_path / "mark", tmp_path / "elsewhere.py"
    real.write_text("from agentsh.plugins import hookimpl\n" + NOTHING)
    (shell.home / "plugins").mkdir(parents=True)
    link = shell.home / "plugins" / "linked.py"
    link.symlink_to(real)
    shell.run("plugins", "trust")
    assert listed(shell)["linked"]["standing"] == "loaded"
    other = tmp_path / "other.py"
    other.write_text(MARKS.format(mark=str(mark)) + NOTHING)
    link.unlink()
    link.symlink_to(other)
    assert (listed(shell)["linked"]["standing"], mark.exists()) == ("changed", False)
    link.unlink()
    link.symlink_to("/dev/zero")
    assert listed(shell)["linked"]["standing"] == "failed"
    link.unlink()  # it was loaded into this process, and Hypothesis reads all that was, to the end


def test_no_file_but_a_plugin_is_run_where_a_project_would_like_it(shell: Here, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    shell.plugin("quiet", "from agentsh.plugins import hookimpl\n" + NOTHING)
    shell.run("plugins", "trust")
    for name in ("_hidden", "json", "sitecustomize", "conftest", "pack/__init__", "pack/quiet"):
        for folder in (shell.home / "plugins", shell.home):
            path = folder / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            path.write_text(MARKS.format(mark=str(mark)))
    (shell.home / "agentsh.toml").touch()
    script = tiny.furnish(shell, tiny.PROGRAM)
    environ = {**shell.environ(), "PATH": os.environ["PATH"]}
    program = str(Path(sys.executable).with_name("agentsh"))
    asked = [program, "run", "A tool", *tiny.arguments(script, "make"), "--yes"]
    ended = subprocess.run(asked, cwd=shell.home, env=environ, capture_output=True, text=True, check=False, timeout=200)
    assert (ended.returncode, mark.exists()) == (0, False), ended.stderr
    assert "left out until you trust them: conftest, json, sitecustomize" in ended.stderr


BROKEN = {
    "syntax": ("def f(:\n", "syntax.py:1: SyntaxError"),
    "raises": ("x = 1\nraise RuntimeError('nope')\n", "raises.py:2: RuntimeError: nope"),
    "leaves": ("import sys\nsys.exit(3)\n", "leaves.py:2: SystemExit: 3"),
    "missing": ("import no_such_module_anywhere\n", "missing.py:1: ModuleNotFoundError"),
    "empty": ("", "empty.py: no function of it is marked with hookimpl"),
    "mistyped": (
        "from agentsh.plugins import hookimpl\n@hookimpl\ndef register_tool():\n    return []\n",
        "mistyped.py: there is no hook 'register_tool'",
    ),
    "wrong_arguments": (
        "from agentsh.plugins import hookimpl\n@hookimpl\ndef register_tools(registry):\n    return []\n",
        "wrong_arguments.py: PluginValidationError",
    ),
    "no_list": (
        "from agentsh.plugins import hookimpl\n@hookimpl\ndef register_tools():\n    return 7\n",
        "no_list.py: TypeError: it returned 7, not a list",
    ),
    "no_tool": (
        "from agentsh.plugins import hookimpl\n@hookimpl\ndef register_tools():\n    return ['hammer']\n",
        "no_tool.py: register_tools returned 'hammer', which is none of the tools",
    ),
    "in_hook": (
        "from agentsh.plugins import hookimpl\n@hookimpl\ndef register_systems():\n    return 1 / 0\n",
        "in_hook.py:4: ZeroDivisionError",
    ),
    "taken": (
        "from agentsh.plugins import *\n@hookimpl\ndef register_conductors():\n  return [ConductorKind('sop', 1)]\n",
        "taken.py: there is 'sop' among the conductors already",
    ),
    "no_text": ("# coding: no_such_coding\n", "no_text.py: SyntaxError: unknown encoding: no_such_coding"),
}


def test_each_kind_of_broken_plugin_is_told_with_its_line_and_the_others_work(shell: Here) -> None:
    for name, (text, _) in BROKEN.items():
        shell.plugin(name, text)
    shell.plugin("fine", "from agentsh.plugins import hookimpl\n" + NOTHING)
    assert shell.run("plugins", "trust").code == 0
    ended = shell.run("plugins", "list")
    assert ended.code == 0
    for _, told in BROKEN.values():
        assert told in ended.err
    assert listed(shell)["fine"]["standing"] == "loaded"
    code, _, err = talk(shell)
    assert code == 0
    assert "syntax.py:1: SyntaxError" in err


def test_a_plugin_that_is_not_there_is_a_usage_error_that_names_the_nearest(shell: Here) -> None:
    shell.plugin("word_count", "")
    ended = shell.run("plugins", "trust", "word_cuont")
    assert ended.code == 2
    assert "there is no plugin 'word_cuont'" in ended.err
    assert "word_count" in ended.err


def test_what_a_plugin_prints_does_not_spoil_a_result(shell: Here) -> None:
    shell.plugin("chatty", "from agentsh.plugins import hookimpl\nprint('hello')\n" + NOTHING)
    shell.run("plugins", "trust")
    json.loads(shell.run("plugins", "list", "--json").out)


@pytest.mark.parametrize("body", ["raise ValueError('enough')", "threading.Event().wait()"])
def test_a_listener_that_fails_or_hangs_holds_up_nothing_and_is_told(shell: Here, body: str) -> None:
    shell.plugin(
        "ear", f"import threading\nfrom agentsh.plugins import hookimpl\n@hookimpl\ndef on_event():\n    {body}\n"
    )
    shell.run("plugins", "trust")
    code, out, _ = talk(shell, "--jsonl")
    assert code == 0
    kinds = [json.loads(line)["kind"] for line in out.splitlines()]
    assert kinds[-1] == "session.finished" or "session.finished" in kinds
    shown = shell.run("sessions", "export", "a-tool", "--format", "jsonl")
    assert "hears no more of this session" in shown.out + shown.err + out


RELAY = """
from agentsh.conductors.sop import Sop
from agentsh.core.options.base import TeamOptions
from agentsh.plugins import ConductorKind, hookimpl

class Laps(TeamOptions):
    by_watch = True
    laps: int

@hookimpl
def register_conductors():
    return [ConductorKind("relay", Sop, Laps)]
"""


def test_a_team_names_a_plugins_conductor_with_keys_of_its_own(shell: Here) -> None:
    shell.plugin("relay", RELAY)
    script = tiny.furnish(shell, "Hello.")
    team = shell.home / "prompts" / "teams" / "talk.md"
    team.write_text("---\nname: talk\nconductor: relay\nlaps: two\nroles: [speaker]\nverify: false\n---\nTalks.\n")
    assert "there is no conductor 'relay'" in shell.run("team", "check", "talk").out
    shell.run("plugins", "trust")
    assert "talk.md:4" in shell.run("team", "check", "talk").out
    team.write_text(team.read_text().replace("two", "2"))
    assert shell.run("run", "A tool", *tiny.arguments(script)).code == 0
    assert shell.run("resume").code in (0, 2)
