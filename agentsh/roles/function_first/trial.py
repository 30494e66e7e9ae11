"""Trying drafts on examples: a script for the sandbox that runs each call by itself, and reading what it found.

Each call runs in a Python process of its own, which is told the call but not the result that is expected, and whose
prints go nowhere; so a draft passes by giving the right value, and by nothing else that it says. The line with the
findings carries a mark derived from the request.
"""

import json
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from agentsh.core.canonical import request_hash
from agentsh.core.code import RunResult
from agentsh.core.model import Frozen
from agentsh.core.verdict import Example

CALL_S = 2.0
"""Deadline of each single call, seconds."""
MOST_GOT_CHARS = 200


class Finding(Frozen):
    """What a draft made of one example."""

    passed: bool
    got: str
    """Source of the result, or what went wrong: `ZeroDivisionError: division by zero`."""


Findings = tuple[tuple[Finding, ...], ...]
"""A row a draft, an entry an example."""

_CALLEE = """
import ast, json, os, sys
job = json.load(sys.stdin)
answer = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
sys.stdin = open(os.devnull)
try:
    space = {"__name__": "draft"}
    exec(compile(job["source"], "draft", "exec"), space)
    said = {"value": repr(space[job["name"]](*ast.literal_eval(job["args"])))}
except BaseException as error:
    said = {"error": f"{type(error).__name__}: {error}"}
os.write(answer, json.dumps({key: text[:20000] for key, text in said.items()}).encode())
os._exit(0)
"""

_CALLER = '''
import ast, json, math, subprocess, sys

JOB = json.loads({job!r})
CALLEE = {callee!r}


def same(got, expected):
    """Whether a result is the expected one: of the same kind, and equal; decimal numbers nearly."""
    if isinstance(expected, bool) or isinstance(got, bool) or got is None:
        return type(got) is type(expected) and got == expected
    if isinstance(expected, float) and isinstance(got, (int, float)):
        return math.isclose(got, expected, rel_tol=1e-6, abs_tol=1e-6)
    return got == expected


def call(source, args):
    """Return (ended in time, what the call said)."""
    request = json.dumps(dict(source=source, name=JOB["name"], args=args))
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", CALLEE], input=request, timeout=JOB["call_s"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace",
        )
    except subprocess.TimeoutExpired:
        return False, dict(error="it does not end")
    try:
        return True, dict(json.loads(done.stdout))
    except (ValueError, TypeError):
        return True, dict(error="it gave no result")


def judge(said, result):
    if "value" not in said:
        return dict(passed=False, got=str(said.get("error")))
    try:
        passed = same(ast.literal_eval(said["value"]), ast.literal_eval(result))
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError, OverflowError):
        passed = said["value"] == result
    return dict(passed=passed, got=said["value"])


def row(source):
    findings, ends = [], True
    for args, result in JOB["examples"]:
        if ends:
            ends, said = call(source, args)
            finding = judge(said, result)
        findings.append(dict(finding, got=finding["got"][: JOB["most_got_chars"]]))
    return findings


print(json.dumps(dict(mark=JOB["mark"], findings=[row(source) for source in JOB["sources"]])))
'''


def trial_script(name: str, sources: Sequence[str], examples: Sequence[Example]) -> str:
    """Return the text of a Python script that tries each draft on each example and prints one JSON line.

    It needs nothing but the standard library. Once a draft did not end in time, its other examples count as not
    ending too, so that it takes at most `trial_wall_s`.

    Args:
        name: of the function.
        sources: a draft each.
        examples: what to call it with, and what has to come.
    """
    job = {
        "name": name,
        "sources": list(sources),
        "examples": [[f"({example.args},)" if example.args else "()", example.result] for example in examples],
        "call_s": CALL_S,
        "most_got_chars": MOST_GOT_CHARS,
        "mark": _mark(name, sources, examples),
    }
    return _CALLER.format(job=json.dumps(job), callee=_CALLEE)


def trial_words(name: str, sources: Sequence[str], examples: Sequence[Example]) -> str:
    """Return what a person reads before such a script runs: what is tried, on what, and each draft."""
    count = f"{len(sources)} drafts" if len(sources) > 1 else "one draft"
    calls = "\n".join(f"  {name}({example.args}) -> {example.result}" for example in examples)
    drafts = "\n\n".join(f"# draft {number}\n{source.rstrip()}" for number, source in enumerate(sources, 1))
    return f"try {count} of {name} on examples, each call in a Python process of its own:\n{calls}\n\n{drafts}"


def trial_wall_s(drafts: int, examples: int) -> float:
    """Return the longest that a trial script may take, seconds: a slow start for each call and one deadline a draft."""
    return 5.0 + drafts * (CALL_S + 0.5 * examples)


def read_trial(run: RunResult, name: str, sources: Sequence[str], examples: Sequence[Example]) -> Findings | None:
    """Return what the script found; None when it did not come to its end."""
    mark = _mark(name, sources, examples)
    for line in reversed(run.stdout.splitlines()):
        try:
            report = _REPORT.validate_json(line)
        except ValidationError:
            continue
        whole = len(report.findings) == len(sources) and all(len(row) == len(examples) for row in report.findings)
        if report.mark == mark and whole:
            return report.findings
    return None


class _Report(Frozen):
    mark: str
    findings: Findings


_REPORT = TypeAdapter(_Report)


def _mark(name: str, sources: Sequence[str], examples: Sequence[Example]) -> str:
    return request_hash([name, list(sources), [[example.args, example.result] for example in examples]])
