"""The command line as a user and as a script meet it: help, usage errors, exit codes."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agentsh.cli.global_options import GlobalOptions, alone, first_of_all
from tests.cli.process import Shell, python

COMMANDS = ["run", "resume", "chat", "serve", "replay", "init", "new", "doctor", "config"]
COMMANDS += ["sessions", "team", "models", "world", "rules", "plugins"]


def test_help_names_every_command_and_gives_examples(shell: Shell) -> None:
    ended = shell.run("--help")
    assert ended.code == 0
    listed = re.findall(r"^  (\w+)  +", ended.out.partition("Commands:")[2], re.MULTILINE)
    assert set(COMMANDS) == set(listed)
    assert "Examples:" in ended.out
    assert shell.run().out == ended.out


@pytest.mark.parametrize("command", [*COMMANDS, "sessions export", "team check", "models pull"])
def test_every_command_s_help_has_examples(shell: Shell, command: str) -> None:
    ended = shell.run(*command.split(), "--help")
    assert ended.code == 0
    assert f"agentsh {command.partition(' ')[0]}" in ended.out
    assert "Examples:" in ended.out


def test_the_version_is_printed(shell: Shell) -> None:
    assert re.fullmatch(r"agentsh \d+\.\d+\.\d+\n", shell.run("--version").out)


@pytest.mark.parametrize(
    ("arguments", "fact", "hint"),
    [
        (["rum"], "'rum'", "'run'"),
        (["sessions", "lst"], "'lst'", "'list'"),
        (["run"], "IDEA", "agentsh run --help"),
        (["run", "x", "--bogus"], "--bogus", "agentsh run --help"),
        (["run", "x", "--approve", "maybe"], "--approve is 'maybe'", "'session'"),
        (["run", "x", "--provider", "none"], "no provider 'none'", "ollama"),
        (["run", "x", "--max-tokens", "many"], "--max-tokens is 'many'", "integer"),
        (["run", "x", "--max-tokens", "0"], "--max-tokens is 0", "greater"),
        (["run", "x", "--max-seconds=-1"], "--max-seconds is -1", "greater"),
        (["run", "x", "--temperature", "9"], "--temperature is 9", "less"),
        (["run", "   "], "IDEA is ''", "--help"),
        (["run", "x", "--var", "novalue"], "--var is 'novalue'", "KEY=VALUE"),
        (["run", "x", "--yes", "--approve", "never"], "'never'", "--yes"),
        (["run", "x", "--quiet", "--verbose"], "--quiet", "leave one of them out"),
        (["run", "x", "--config", "/no/such.toml"], "/no/such.toml", "--config"),
        (["run", "x", "--pause-at", "nonsense"], "nonsense", "role:"),
        (["resume", "no-such-session"], "no-such-session", "Begin one"),
        (["resume"], "no session", "agentsh run"),
        (["sessions", "show", "no-such-session"], "no-such-session", "agentsh sessions list"),
        (["team", "show", "pear"], "'pear'", "'pair'"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_exit_2_with_the_value_and_the_mend(
    shell: Shell, arguments: list[str], fact: str, hint: str
) -> None:
    ended = shell.run(*arguments)
    assert ended.code == 2, ended
    assert ended.out == ""
    assert ended.err.startswith("agentsh: ")
    assert fact in ended.err
    assert hint in ended.err
    assert "Traceback" not in ended.err


def test_a_broken_settings_file_is_told_with_its_line(shell: Shell) -> None:
    shell.home.mkdir(parents=True)
    (shell.home / "agentsh.toml").write_text("[run]\napprove = 'maybe'\n")
    ended = shell.run("run", "x")
    assert ended.code == 2
    assert "agentsh.toml:2" in ended.err


def test_a_script_gets_the_error_as_a_line_too(shell: Shell) -> None:
    ended = shell.run("run", "x", "--jsonl", "--var", "novalue")
    assert ended.code == 2
    line = json.loads(ended.out)
    assert line["kind"] == "error"
    assert line["seq"] is None
    assert line["exit_code"] == 2
    assert "novalue" in line["message"]
    assert "KEY=VALUE" in line["hint"]


def test_no_server_where_one_was_asked_for_is_exit_5_and_says_what_was_tried(shell: Shell) -> None:
    ended = shell.run("run", "x", "--provider", "ollama")
    assert ended.code == 5
    assert "127.0.0.1:1" in ended.err
    assert "ollama serve" in ended.err


def test_global_options_may_stand_anywhere(shell: Shell) -> None:
    elsewhere = shell.root / "elsewhere"
    ended = shell.run("sessions", "show", "x", f"--home={elsewhere}")
    assert str(elsewhere) in ended.err


def test_only_what_stands_before_a_double_dash_is_an_option() -> None:
    assert first_of_all(["run", "x", "--home", "/h"]) == ["--home", "/h", "run", "x"]
    assert first_of_all(["run", "--config=/c", "x"]) == ["--config", "/c", "run", "x"]
    assert first_of_all(["run", "--", "--home", "/h"]) == ["run", "--", "--home", "/h"]
    assert first_of_all(["run", "--home"]) == ["--home", "run"]


def test_completion_for_the_shell_can_be_had(shell: Shell) -> None:
    ended = shell.run("--show-completion", "bash", environ={"_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"})
    assert ended.code == 0
    assert "_AGENTSH_COMPLETE" in ended.out


def test_a_reader_that_goes_away_is_no_error(shell: Shell) -> None:
    process = shell.start("run", "--help")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    process.wait(200)
    process.stderr.close()
    assert err == ""
    assert process.returncode in (0, 1)


def test_output_that_cannot_be_written_is_told(shell: Shell) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        process = shell.start("sessions", "list", "--json", stdout=full.fileno())
        _, err = process.communicate(timeout=200)
    assert process.returncode == 2
    assert err.startswith("agentsh: the output cannot be written: No space left on device")


def test_no_stdout_at_all_is_no_trouble(shell: Shell) -> None:
    command = shlex.join(shell.command("sessions", "list", "--json"))
    done = subprocess.run(
        ["sh", "-c", f"{command} >&-"],
        env=shell.environ(),
        cwd=shell.root,
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_run_path_loads_no_screen_library() -> None:
    code = (
        "import sys\n"
        "import agentsh.cli.app, agentsh.cli.play, agentsh.cli.live, agentsh.wiring\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules} & {'textual', 'prompt_toolkit'}))\n"
    )
    ended = python(code)
    assert ended.code == 0, ended.err
    assert ended.out.strip() == ""


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from agentsh.__main__ import main\n"
        "sys.argv = ['agentsh', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'rich', 'pydantic', 'ollama', 'httpx', 'sqlite3', 'jinja2', 'yaml', 'dulwich', 'asyncio'}\n"
        "print('loaded:', *sorted({name.partition('.')[0] for name in sys.modules} & heavy))\n"
    )
    ended = python(code)
    assert ended.out.splitlines()[-1] == "loaded:", ended


def test_the_first_picture_waits_for_no_model_class() -> None:
    code = "import sys, agentsh.cli.app, agentsh.tui.app, agentsh.tui.start; print('pydantic' in sys.modules)"
    assert python(code).out.strip() == "False"


def test_the_first_picture_waits_for_no_command_line() -> None:
    code = "import sys, agentsh.cli.start, agentsh.tui.app, agentsh.tui.start; print('typer' in sys.modules)"
    assert python(code).out.strip() == "False"


@pytest.mark.parametrize(
    ("arguments", "home"),
    [
        ([], GlobalOptions()),
        (["--home", "a"], GlobalOptions(home=Path("a"))),
        (["--config=c", "--home", "a"], GlobalOptions(home=Path("a"), config=Path("c"))),
        (["--home"], None),
        (["--home="], None),
        (["--home", "a", "--home", "b"], None),
        (["--home", "a", "--"], None),
        (["--help"], None),
        (["run", "--home", "a"], None),
        (["--home", "a", "run", "x"], None),
    ],
)
def test_the_app_is_shown_at_once_only_without_a_command(arguments: list[str], home: GlobalOptions | None) -> None:
    assert alone(arguments) == home


def test_a_bug_leaves_a_crash_file_for_its_owner_only(shell: Shell) -> None:
    code = (
        "import sys, agentsh.cli.app as app\n"
        "@app.app.command('break')\n"
        "def broken(context: app.typer.Context) -> None:\n"
        "    password = 'hunter2hunter2'\n"
        "    raise RuntimeError('oh no: token=hunter2hunter2')\n"
        "sys.exit(app.main(sys.argv[1:]))\n"
    )
    ended = python(code, ["--home", str(shell.home), "break", "--help"])
    assert ended.code == 0
    ended = python(code, ["--home", str(shell.home), "break"])
    assert ended.code == 1
    assert "a bug in agentsh" in ended.err
    assert "Traceback" not in ended.err
    (crash,) = (shell.home / "crashes").iterdir()
    assert str(crash) in ended.err
    assert crash.stat().st_mode & 0o777 == 0o600
    assert crash.parent.stat().st_mode & 0o777 == 0o700
    text = crash.read_text()
    assert "RuntimeError" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("locale", ["C", "POSIX"])
def test_a_locale_without_utf_8_spoils_nothing(shell: Shell, locale: str) -> None:
    ended = shell.run("sessions", "show", "gr\u00fcn", environ={"LC_ALL": locale, "PYTHONUTF8": "0"})
    assert ended.code == 2
    assert "gr\u00fcn" in ended.err


def test_the_console_script_is_the_same(shell: Shell) -> None:
    script = shutil.which("agentsh", path=str(Path(sys.executable).parent))
    assert script is not None
    done = subprocess.run([script, "--version"], capture_output=True, text=True, timeout=200, check=False)
    assert done.stdout == shell.run("--version").out
