"""Does the program start? It is run as the Boss would run it, and what becomes of it is judged by rule.

It passes when it ends with 0, when it serves a port that answers, draws on a terminal or opens a window and can be
stopped. Nobody is there to answer it, and maybe nothing tells which arguments it takes, so it passes too when that is
all that stops it:

- it was given no arguments and says how it is used: a line that begins with "usage", exit code 1, 2 or 64,
  no traceback;
- it was given no input and the last thing that happened is that `input()` found none: EOFError;
- it needs a screen for its window and there is no Xvfb, or a terminal or a port that this machine's sandbox has not.

Any other exit code, a traceback, a signal or a limit is a failure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentsh.core.code import Command, RunResult
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.verdict import GateResult, VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.asking import ask, limits, words
from agentsh.verify.evidence import (
    excerpt,
    how_it_ended,
    last_traceback,
    own_frames,
    place_of,
    printed,
    shown,
)
from agentsh.verify.program import Program

_USAGE = re.compile(r"^\s*usage\b", re.IGNORECASE | re.MULTILINE)
_USAGE_CODES = frozenset({1, 2, 64})
_NO_INPUT = "EOFError: EOF when reading a line"
_NO_TERMINAL = re.compile(r"(_curses|curses|termios)\.error\b|.*(?:not a tty|Inappropriate ioctl for device)")
_NO_TERMINFO = re.compile(r"_?curses\.error: (?:setupterm|could not find terminal)")
_NO_SCREEN = re.compile(r"_tkinter\.TclError: (no display name|couldn't connect to display)|pygame\.error: .*video")
_NO_SOCKET = re.compile(r"PermissionError: \[Errno (1|13)\] ")
_UNTRIED = ": not tried"
_TERMINAL_MODULES = frozenset(
    {
        "asciimatics",
        "blessed",
        "curses",
        "npyscreen",
        "picotui",
        "prompt_toolkit",
        "pytermgui",
        "textual",
        "tty",
        "urwid",
    }
)
_SCREEN_MODULES = frozenset(
    {
        *("PyQt5", "PyQt6", "PySide2", "PySide6", "arcade", "customtkinter", "dearpygui", "gi", "kivy", "pygame"),
        *("pyglet", "tkinter", "turtle", "wx"),
    }
)
_PROBE_LIBRARY = (
    "import importlib, sys; sys.path[1:1] = ['src']; [importlib.import_module(name) for name in sys.argv[1:]]"
)


class Seen(Frozen):
    """What `start` answers of a program that did not end by itself."""

    did: str = ""
    port: int | None = None
    said: str = ""
    stopped_by: str = ""
    fault: str = ""
    lacks: str = ""
    """What the sandbox could not give it: a terminal. Then nothing was started."""


@dataclass(frozen=True)
class Given:
    """What a program had while it was tried: a terminal of its own, ports to listen on."""

    terminal: bool
    ports: bool = True


async def started(sandbox: Sandbox, program: Program, plan: VerifyPlan, modules: frozenset[str]) -> GateResult:
    """Start a Python program, or import all of a library, and judge.

    Args:
        sandbox: where.
        program: what.
        plan: its arguments and input.
        modules: all modules that it imports: some tell that it needs a terminal or a screen.
    """
    if program.entry is None:
        argv = ("python3", "-c", _PROBE_LIBRARY, *program.modules)
        command = Command(argv=argv, stdin=plan.entry_stdin, limits=limits(plan.wall_s))
        return judged(await sandbox.run(command), f"import {', '.join(program.modules)}", program, plan)
    argv = (*program.entry_argv, *plan.entry_args)
    needs = "terminal" if modules & _TERMINAL_MODULES else "screen" if modules & _SCREEN_MODULES else ""
    return await begun(sandbox, argv, program, plan, needs)


async def begun(
    sandbox: Sandbox, argv: tuple[str, ...], program: Program, plan: VerifyPlan, needs: str = "", named: str = ""
) -> GateResult:
    """Start any program and judge; one that turns out to want a terminal gets one.

    Args:
        sandbox: where.
        argv: what.
        program: the workspace.
        plan: its input, and how long it may take.
        needs: a terminal, a screen, or nothing of the kind.
        named: the command as people would type it; empty: as it is.
    """
    named = named or shown(words(argv))
    seen, result = await _start(sandbox, argv, plan, needs)
    if needs != "terminal" and seen is None and _wants_terminal(result):
        needs, (seen, result) = "terminal", await _start(sandbox, argv, plan, "terminal")
    if seen is not None and seen.lacks:
        needs, (seen, result) = "", await _start(sandbox, argv, plan, "")
    if seen is None:
        given = Given(terminal=needs == "terminal", ports=sandbox.status.tier != "landlock")
        return judged(result, named, program, plan, given)
    if seen.fault or (seen.did == "port" and _own_traceback(result.stderr, program) is not None):
        return _broke(seen, named, result, program)
    return _passed(named, _what_it_did(seen), seen.said if seen.did == "screen" else result.stdout)


async def command_passed(sandbox: Sandbox, argv: tuple[str, ...], program: Program, plan: VerifyPlan) -> GateResult:
    """Run the team's own command: it has to end with 0."""
    result = await sandbox.run(Command(argv=argv, stdin=plan.entry_stdin, limits=limits(plan.wall_s)))
    if result.ok:
        return _passed(shown(argv), "", result.stdout)
    return _failed(shown(argv), result, program, plan)


def judged(
    result: RunResult, named: str, program: Program, plan: VerifyPlan, given: Given = Given(terminal=False)
) -> GateResult:
    """Return whether a run that ended counts as started, by the rule above."""
    if result.ok:
        return _passed(named, "", result.stdout)
    excuse = "" if result.ended_by != "itself" else _excuse(result, plan, given)
    if not excuse:
        return _failed(named, result, program, plan)
    untried = excuse.removesuffix(_UNTRIED)
    return _passed(named, excuse, result.stdout).model_copy(update={"untried": untried if untried != excuse else ""})


async def _start(sandbox: Sandbox, argv: Sequence[str], plan: VerifyPlan, needs: str) -> tuple[Seen | None, RunResult]:
    request: JsonObject = {
        "argv": list(argv),
        "stdin": plan.entry_stdin,
        "terminal": needs == "terminal",
        "screen": needs == "screen",
        "wall_s": plan.wall_s,
    }
    seen, result = await ask(sandbox, "start", request, Seen, plan.wall_s, output_bytes=64_000)
    return (seen if seen is not None and (seen.did or seen.lacks) else None), result


def _wants_terminal(result: RunResult) -> bool:
    return not result.ok and _NO_TERMINAL.match(_last_line(result.stderr)) is not None


def _excuse(result: RunResult, plan: VerifyPlan, given: Given) -> str:
    """Return why an exit code other than 0 is no fault of the program; "" when it is one."""
    traceback = last_traceback(result.stderr)
    last_line = _last_line(result.stderr)
    if traceback is None:
        asks = not plan.entry_args and result.exit_code in _USAGE_CODES
        asks = asks and bool(_USAGE.search(result.stderr) or _USAGE.search(result.stdout))
        return "it starts, and says which arguments it needs" if asks else ""
    if last_line == _NO_INPUT and not plan.entry_stdin:
        return "it starts, and waits for input, of which the check has none"
    if (_NO_TERMINFO if given.terminal else _NO_TERMINAL).match(last_line):
        return f"it needs a terminal, which this sandbox has not{_UNTRIED}"
    if _NO_SCREEN.match(last_line):
        return f"it needs a screen for its window, and Xvfb is not installed{_UNTRIED}"
    if not given.ports and _NO_SOCKET.match(last_line) and "socket" in traceback:
        return f"it needs a port, which this sandbox does not give{_UNTRIED}"
    return ""


def _what_it_did(seen: Seen) -> str:
    if seen.did == "port":
        answer = f"GET / was answered: {seen.said}" if seen.said.startswith("HTTP/") else "it takes connections"
        return f"it serves port {seen.port}; {answer}; it was stopped"
    if seen.did == "window":
        return "it opens a window on a virtual screen; it was closed"
    return f"it draws on a terminal of 80x24; it was ended with {seen.stopped_by}"


def _broke(seen: Seen, named: str, result: RunResult, program: Program) -> GateResult:
    """Return the failure of a program that came up, and broke when it was used."""
    if seen.did == "port":
        head = f"it serves port {seen.port}, but {seen.fault or 'breaks when it is called:'}"
    else:
        head = f"it broke when it was ended with {seen.stopped_by}:"
    told = _own_traceback(f"{result.stderr}\n{seen.fault}", program) or ""
    place = place_of(told, program.files) or (program.entry, None)
    evidence = "\n".join(part for part in (f"$ {named}", head, excerpt(told)) if part)
    return GateResult(gate="entry", passed=False, evidence=evidence, path=place[0], line=place[1], findings=1)


def _own_traceback(said: str, program: Program) -> str | None:
    """Return the last traceback, if it leads into the workspace."""
    traceback = last_traceback(said)
    if traceback is None or place_of(traceback, program.files) is None:
        return None
    return own_frames(traceback, program.files)


def _passed(named: str, remark: str, stdout: str) -> GateResult:
    said = excerpt(stdout, max_lines=8, max_chars=600)
    lines = [f"$ {named}", *([f"({remark})"] if remark else []), *([said] if said else [])]
    return GateResult(gate="entry", passed=True, evidence="\n".join(lines))


def _failed(named: str, result: RunResult, program: Program, plan: VerifyPlan) -> GateResult:
    said = printed(result)
    traceback = last_traceback(said)
    said = own_frames(traceback, program.files) if traceback is not None else said
    place = place_of(said, program.files) or (None, None)
    hint = "" if plan.entry_stdin or plan.entry_args or traceback is None else _given_nothing(named)
    told = excerpt(said, max_lines=6, max_chars=600) if result.ended_by == "output" else excerpt(said)
    lines = [f"$ {named}", f"{how_it_ended(result, plan.wall_s)}{hint}:", told or "(it printed nothing)"]
    path = place[0] or (program.entry if program.entry in program.files else None)
    return GateResult(gate="entry", passed=False, evidence="\n".join(lines), path=path, line=place[1], findings=1)


def _given_nothing(named: str) -> str:
    return " (it was given no arguments and no input)" if named.startswith("python ") else ""


def _last_line(text: str) -> str:
    return text.rstrip().rpartition("\n")[2]
