"""Does the program start? It is run once, as the Boss would run it, and its end is judged by rule.

It passes when it ends with 0. Nobody is there to answer it, and maybe nothing tells which arguments it takes, so it
passes too when that is all that stops it:

- it was given no arguments and says how it is used: a line that begins with "usage", exit code 1, 2 or 64,
  no traceback;
- it was given no input and the last thing that happened is that `input()` found none: EOFError;
- it needs a terminal for curses, or a screen for its window, and a check has neither.

Any other exit code, a traceback, a signal or a limit is a failure.
"""

import re

from agentsh.core.code import Command, RunResult
from agentsh.core.verdict import GateResult, VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.asking import limits, words
from agentsh.verify.evidence import (
    excerpt,
    how_it_ended,
    last_traceback,
    own_frames,
    place_of,
    printed,
    relative,
    shown,
)
from agentsh.verify.program import Program

_USAGE = re.compile(r"^\s*usage\b", re.IGNORECASE | re.MULTILINE)
_USAGE_CODES = frozenset({1, 2, 64})
_NO_INPUT = "EOFError: EOF when reading a line"
_NO_TERMINAL = re.compile(r"(_curses|curses|termios)\.error\b")
_NO_SCREEN = re.compile(r"_tkinter\.TclError: (no display name|couldn't connect to display)|pygame\.error: .*video")
_PROBE_LIBRARY = (
    "import importlib, sys; sys.path[1:1] = ['src']; [importlib.import_module(name) for name in sys.argv[1:]]"
)


async def started(sandbox: Sandbox, program: Program, plan: VerifyPlan) -> GateResult:
    """Start the program, or import all of a library, and judge."""
    if program.entry is None:
        argv: tuple[str, ...] = ("python3", "-c", _PROBE_LIBRARY, *program.modules)
        named = f"import {', '.join(program.modules)}"
    else:
        argv = (*program.entry_argv, *plan.entry_args)
        named = shown(words(argv))
    command = Command(argv=argv, stdin=plan.entry_stdin, limits=limits(plan.wall_s))
    return judged(await sandbox.run(command), named, program, plan)


async def command_passed(sandbox: Sandbox, argv: tuple[str, ...], program: Program, plan: VerifyPlan) -> GateResult:
    """Run the team's own command: it has to end with 0."""
    result = await sandbox.run(Command(argv=argv, stdin=plan.entry_stdin, limits=limits(plan.wall_s)))
    if result.ok:
        return _passed(shown(argv), "", result, program)
    return _failed(shown(argv), result, program, plan)


def judged(result: RunResult, named: str, program: Program, plan: VerifyPlan) -> GateResult:
    """Return whether a run counts as started, by the rule above."""
    if result.ok:
        return _passed(named, "", result, program)
    excuse = "" if result.ended_by != "itself" else _excuse(result, plan)
    return _passed(named, excuse, result, program) if excuse else _failed(named, result, program, plan)


def _excuse(result: RunResult, plan: VerifyPlan) -> str:
    """Return why an exit code other than 0 is no fault of the program; "" when it is one."""
    traceback = last_traceback(result.stderr)
    last_line = result.stderr.rstrip().rpartition("\n")[2]
    if traceback is None:
        asks = not plan.entry_args and result.exit_code in _USAGE_CODES
        asks = asks and bool(_USAGE.search(result.stderr) or _USAGE.search(result.stdout))
        return "it starts, and says which arguments it needs" if asks else ""
    if last_line == _NO_INPUT and not plan.entry_stdin:
        return "it starts, and waits for input, of which the check has none"
    if _NO_TERMINAL.match(last_line):
        return "it starts, and needs a terminal, which the check has none of"
    if _NO_SCREEN.match(last_line):
        return "it starts, and needs a screen for its window, which the check has none of"
    return ""


def _passed(named: str, remark: str, result: RunResult, program: Program) -> GateResult:
    said = excerpt(relative(result.stdout, program.root), max_lines=8, max_chars=600)
    lines = [f"$ {named}", *([f"({remark})"] if remark else []), *([said] if said else [])]
    return GateResult(gate="entry", passed=True, evidence="\n".join(lines))


def _failed(named: str, result: RunResult, program: Program, plan: VerifyPlan) -> GateResult:
    said = relative(printed(result), program.root)
    traceback = last_traceback(said)
    said = own_frames(traceback, program.files) if traceback is not None else said
    place = place_of(said, program.files) or (None, None)
    hint = "" if plan.entry_stdin or plan.entry_args or traceback is None else _given_nothing(named)
    told = excerpt(said, max_lines=6, max_chars=600) if result.ended_by == "output" else excerpt(said)
    lines = [f"$ {named}", f"{how_it_ended(result, plan.wall_s)}{hint}:", told or "(it printed nothing)"]
    path = place[0] or (program.entry if program.entry in program.files else None)
    return GateResult(gate="entry", passed=False, evidence="\n".join(lines), path=path, line=place[1])


def _given_nothing(named: str) -> str:
    return " (it was given no arguments and no input)" if named.startswith("python ") else ""
