"""Drafts are judged by what they return, whatever else they do."""

import pytest

from agentsh.core.code import RunResult
from agentsh.core.verdict import Example
from agentsh.roles.function_first.trial import read_trial, trial_script, trial_wall_s, trial_words
from tests.roles.function_first.running import run_script


async def judged(source: str, args: str, result: str) -> tuple[bool, str]:
    examples = [Example(args=args, result=result)]
    found = read_trial(await run_script(trial_script("f", [source], examples)), "f", [source], examples)
    assert found is not None
    return found[0][0].passed, found[0][0].got


@pytest.mark.parametrize(
    ("body", "args", "result", "passed"),
    [
        ("return x == x[::-1]", "'level'", "True", True),
        ("return 1", "'level'", "True", False),
        ("return (x - 32) * 5 / 9", "32", "0.0", True),
        ("return 0", "32", "0.0", True),
        ("return (x - 32) / 1.8", "212", "100.0", True),
        ("return 99.99", "212", "100.0", False),
        ("return None", "1", "None", True),
        ("return None", "1", "0.0", False),
        ("return sorted(x)", "[2, 1]", "[1, 2]", True),
        ("return (1, 2)", "1", "[1, 2]", False),
        ("return True", "1", "1", False),
        ("return 2.0", "1", "2", True),
        ("return 'a\\nb'", "1", "'a\\nb'", True),
        ("return float('nan')", "1", "1.0", False),
        ("return object()", "1", "1", False),
    ],
)
async def test_a_result_is_held_against_what_was_expected(body: str, args: str, result: str, passed: bool) -> None:
    assert (await judged(f"def f(x):\n    {body}", args, result))[0] is passed


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("def f(x):\n    return 1 / 0", "ZeroDivisionError"),
        ("def f(x):\n    while True: pass", "does not end"),
        ("def f(x):\n    return 9 ** 9 ** 9", "does not end"),
        ("import os\ndef f(x):\n    os._exit(0)", "no result"),
        ("def f(x):\n    raise SystemExit(0)", "SystemExit"),
        ("def f(x):\n    return input()", "EOFError"),
        ("def f(x):\n    return f(x)", "RecursionError"),
        ("import nowhere\ndef f(x):\n    return 1", "ModuleNotFoundError"),
        ("def g(x):\n    return 1", "KeyError"),
        ("def f(:", "SyntaxError"),
        ("def f(x):\n    return 'a' * 10 ** 6", "aaa"),
    ],
)
async def test_whatever_goes_wrong_is_told_in_short(source: str, told: str) -> None:
    passed, got = await judged(source, "1", "1")
    assert not passed
    assert told in got
    assert len(got) <= 200


@pytest.mark.parametrize(
    "source",
    [
        'print(\'{"mark": "", "findings": [[{"passed": true, "got": "1"}]]}\')\ndef f(x): return 2',
        'import os\ndef f(x):\n    os.write(1, b\'{"value": "1"}\\n\')\n    return 2',
        'import sys\nsys.stdout.write(\'{"value": "1"}\')\nsys.stdout.flush()\ndef f(x): return 2',
        "import builtins\nbuiltins.repr = lambda value: '1'\ndef f(x): return 2\nraise ValueError",
        "class Any(int):\n    def __eq__(self, other): return True\n    __hash__ = None\ndef f(x): return Any(2)",
    ],
)
async def test_a_draft_passes_by_its_result_and_not_by_what_it_says(source: str) -> None:
    assert not (await judged(source, "0", "1"))[0]


async def test_many_drafts_are_tried_on_many_examples_in_one_run() -> None:
    sources = ["def f(x): return x", "def f(x): return x * 2", "def f(x):\n    while x: pass\n    return 0"]
    examples = [Example(args="0", result="0"), Example(args="2", result="4"), Example(args="3", result="6")]
    result = await run_script(trial_script("f", sources, examples))
    found = read_trial(result, "f", sources, examples)
    assert found is not None
    assert [[one.passed for one in row] for row in found] == [
        [True, False, False],
        [True, True, True],
        [True, False, False],
    ]
    assert result.stdout.count("\n") == 1
    assert trial_wall_s(3, 3) > 6


def test_a_run_that_did_not_come_to_its_end_has_no_findings() -> None:
    examples = [Example(args="1", result="1")]
    forged = '{"mark": "0", "findings": [[{"passed": true, "got": "1"}]]}'
    for stdout in ("", "Traceback", forged, "[1]", "null"):
        assert read_trial(RunResult(exit_code=1, stdout=stdout), "f", ["def f(x): return 1"], examples) is None


def test_who_has_to_allow_a_trial_reads_the_calls_and_the_drafts_not_the_script() -> None:
    sources = ["def f(x):\n    return x\n", "def f(x): return 2 * x"]
    said = trial_words("f", sources, [Example(args="2", result="4")])
    assert said.splitlines()[0] == "try 2 drafts of f on examples, each call in a Python process of its own:"
    assert "  f(2) -> 4" in said
    assert all(source.strip() in said for source in sources)
    assert "JOB" not in said
