"""Turns whatever ended a command into one message on stderr and an exit code; a bug also leaves a crash file."""

import os
import traceback
from collections.abc import Sequence
from pathlib import Path

from agentsh.cli import printing
from agentsh.core.errors import AgentshError, ExitCode, OutputInvalid

_MOST_QUOTED = 1_500
"""Characters of what a model said, where that is what went wrong."""


def ended(error: Exception, arguments: Sequence[str], *, jsonl: bool = False) -> ExitCode:
    """Tell what ended a command, a bug with its crash file, and return the exit code.

    Args:
        error: what ended it.
        arguments: what it was called with.
        jsonl: whether a script reads stdout, and gets a line too.
    """
    if (known := intended(error)) is not None:
        return told(known, jsonl=jsonl)
    from agentsh.cli.project import crash_folder

    return bug(error, arguments, crash_folder(arguments))


def told(error: AgentshError, *, jsonl: bool, session: str | None = None) -> ExitCode:
    """Tell the user what happened and what to do next; return the exit code.

    Args:
        error: what happened.
        jsonl: whether a script reads stdout, and gets a line too.
        session: the session that it happened in, if one was open.
    """
    # What a program said may stand in it: indented, a traceback of the user's is not taken for one of ours.
    printing.note(f"agentsh: {error}".replace("\n", "\n  "))
    if isinstance(error, OutputInvalid) and error.raw.strip():
        printing.note(_quoted(error.raw))
    if error.hint:
        printing.note(f"  {error.hint}")
    if jsonl:
        from agentsh.cli.jsonl import error_line

        printing.say_json(error_line(str(error), error.hint, error.exit_code, session), indent=None)
    return error.exit_code


def _quoted(raw: str) -> str:
    """Return what a model said last, each line marked as its own."""
    from agentsh.roles.excerpt import characters_of

    lines = characters_of(raw.strip(), _MOST_QUOTED).splitlines()
    return "\n".join(["  It said last:", *(f"  | {line}" for line in lines)])


def intended(error: BaseException) -> AgentshError | None:
    """Return the error that was raised on purpose: `error`, or the first in a group that holds nothing else."""
    if isinstance(error, AgentshError):
        return error
    if isinstance(error, BaseExceptionGroup):
        found = [intended(inner) for inner in error.exceptions]
        return found[0] if all(found) else None
    return None


def sole(error: BaseException) -> BaseException:
    """Return the only error in a group of groups, or what was given when there are several."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def bug(error: BaseException, arguments: Sequence[str], folder: Path) -> ExitCode:
    """Write a crash file into `folder`, name it on stderr, and return the exit code."""
    from agentsh.cli.crash import write_crash_file
    from agentsh.core.secrets import redact, secrets_of

    fact = redact("".join(traceback.format_exception_only(error)).strip(), secrets_of(os.environ))
    printing.note(f"agentsh: a bug in agentsh: {fact}")
    try:
        path = write_crash_file(error, arguments, folder)
    except OSError as trouble:
        printing.note(f"  No crash file could be written: {trouble}")
    else:
        printing.note(f"  Crash file (secrets taken out): {path}\n  Sessions are intact: agentsh resume goes on.")
    return ExitCode.BUG
