"""The command line as a whole: which commands there are, and what each ending means for the exit code.

Every command is declared in a light module of its own and imports what it needs when it runs, so that `--help` and a
mistyped flag answer at once. That is plain typer: a lazy group would have to be built on its private classes.
"""

import os
import re
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated

import typer
from typer.main import get_command

from agentsh.cli import (
    chat,
    config,
    doctor,
    failures,
    init,
    models,
    new,
    plugins,
    printing,
    replay,
    resume,
    rules,
    run,
    screen,
    serve,
    sessions,
    teams,
    worlds,
)
from agentsh.cli.global_options import GlobalOptions, first_of_all
from agentsh.cli.options import ConfigFlag, HomeFlag, help_when_bare
from agentsh.core.errors import AgentshError, ExitCode, UsageError

EPILOG = """\
Examples:

\b
  agentsh run "Write a tool is_palindrome(word): level -> True, banana -> False"
  agentsh run "Write a cli snake game" --model qwen3:8b --max-seconds 1800
  agentsh resume                        go on with the latest session
  agentsh chat                          the same line by line, over ssh or in a pipe
  agentsh sessions show NAME --json     what it made and what it cost
  agentsh doctor                        what works here and what does not

The options --home and --config may also stand after the command.
"""


_BAD_VALUE = re.compile(r"Invalid value for '(?P<name>--[\w-]+)'(?: / '-\w')?: ")

app = typer.Typer(
    name="agentsh",
    help="A terminal shell for teams of agents on local models.",
    epilog=EPILOG,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
run.declare(app)
resume.declare(app)
chat.declare(app)
replay.declare(app)
serve.declare(app)
app.add_typer(sessions.app, name="sessions")
app.add_typer(teams.app, name="team")
app.add_typer(models.app, name="models")
app.add_typer(worlds.app, name="world")
app.add_typer(rules.app, name="rules")
app.add_typer(plugins.app, name="plugins")
app.add_typer(config.app, name="config")
init.declare(app)
new.declare(app)
doctor.declare(app)


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        printing.say(f"agentsh {version('agentsh')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _global_options(
    context: typer.Context,
    home: HomeFlag = None,
    config: ConfigFlag = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    context.obj = GlobalOptions(home=home, config=config)
    if context.invoked_subcommand is None and screen.screen_there():
        raise typer.Exit(screen.show(context.obj))
    help_when_bare(context)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line, tell how it ended, and return the exit code."""
    printing.speak_utf8()
    arguments = first_of_all([_in_utf8(word) for word in (sys.argv[1:] if argv is None else argv)])
    try:
        return _ended(arguments)
    except printing.ReaderGone:
        return ExitCode.DONE
    finally:
        printing.hush()


def _ended(arguments: list[str]) -> int:
    jsonl = "--jsonl" in arguments
    try:
        code = get_command(app).main(args=arguments, prog_name="agentsh", standalone_mode=False)
        return code if isinstance(code, int) else ExitCode.DONE
    except typer.TyperException as wrong:
        return failures.told(_mistyped(wrong, arguments), jsonl=jsonl)
    except (KeyboardInterrupt, typer.Abort):
        printing.note("agentsh: interrupted")
        return ExitCode.INTERRUPTED
    except printing.ReaderGone:
        raise
    except Exception as error:  # noqa: BLE001  what nobody expected is a bug, and goes into a crash file
        return failures.ended(error, arguments, jsonl=jsonl)


def _in_utf8(word: str) -> str:
    """Return an argument as it was typed, also in a locale that took its bytes for something else."""
    return os.fsencode(word).decode("utf-8", "replace")


def _mistyped(wrong: typer.TyperException, arguments: Sequence[str]) -> AgentshError:
    """Return a mistyped command line as an error of ours; its hint is the help page that lists what there is."""
    known = [info.name for info in app.registered_commands] + [info.name for info in app.registered_groups]
    command = next((word for word in arguments if word in known), None)
    message = wrong.format_message().strip().rstrip(".").replace("Value error, ", "")
    flag = _BAD_VALUE.match(message)
    if flag is not None and (value := _value_of(flag["name"], arguments)) is not None:
        message = f"{flag['name']} is {value!r}: {message[flag.end() :]}"
    page = f"agentsh {command} --help" if command else "agentsh --help"
    return UsageError(message, hint=f"Type: {page}")


def _value_of(flag: str, arguments: Sequence[str]) -> str | None:
    for word, after in pairwise([*arguments, ""]):
        if word == flag:
            return after
        if word.startswith(f"{flag}="):
            return word.partition("=")[2]
    return None
