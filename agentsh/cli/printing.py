"""Everything that reaches stdout or stderr: cleaned, in UTF-8, and quiet when nobody reads any more."""

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

from agentsh.core.columns import columns
from agentsh.core.errors import UsageError
from agentsh.core.terminal import clean

if TYPE_CHECKING:
    from pydantic import JsonValue


class ReaderGone(Exception):
    """Whoever read our output has closed it; there is nobody left to tell."""


def say(text: str) -> None:
    """Print `text` on stdout: a result. Raises ReaderGone."""
    _write(sys.stdout, clean(text))


def note(text: str) -> None:
    """Print `text` on stderr: progress, a warning, an error. Raises ReaderGone."""
    _write(sys.stderr, clean(text))


def say_json(value: "JsonValue", *, indent: int | None = 2) -> None:
    """Print `value` as JSON on stdout, all in ASCII: no escape sequence survives. Raises ReaderGone."""
    _write(sys.stdout, json.dumps(value, indent=indent))


def say_table(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> None:
    """Print columns under their heads on stdout. Raises ReaderGone."""
    for line in columns(rows, heads):
        say(line)


def terminal_there() -> bool:
    """Tell whether a person can be asked: stdin and stderr are a terminal."""
    return _is_terminal(sys.stdin) and _is_terminal(sys.stderr)


def stderr_is_terminal() -> bool:
    """Tell whether a live view makes sense."""
    return _is_terminal(sys.stderr) and os.environ.get("TERM", "") != "dumb"


def speak_utf8() -> None:
    """Let a locale that is not UTF-8 spoil no output and end no command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def hush() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not complain at its end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in filter(None, (sys.stdout, sys.stderr)):
        try:
            stream.flush()
        except (OSError, ValueError):
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None:  # closed by whoever started us
        return
    try:
        stream.write(text + "\n")
        stream.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error
    except OSError as error:
        raise UsageError(f"the output cannot be written: {error.strerror}", hint="Send it elsewhere.") from error


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()
