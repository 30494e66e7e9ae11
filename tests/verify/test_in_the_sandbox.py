"""The gates over the sandbox that this machine has, instead of a plain process."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agentsh.core.errors import SandboxUnavailable
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import RoleName
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.sandbox import open_sandbox
from agentsh.sandbox.attacks import Tier
from agentsh.verify.gates import GateVerifier
from agentsh.workspace.folder import open_workspace
from tests.verify.test_gates import FIXTURES, GOOD, PALINDROME, failure


async def verify(root: Path, files: dict[str, str], plan: VerifyPlan, tier: Tier | None = None) -> Verdict:
    workspace = await open_workspace(root / "work", own=True)
    await workspace.write(
        [FileDraft(path=path, text=text) for path, text in files.items()],
        ChangeNote(role=RoleName("engineer"), summary="Draft"),
    )
    sandbox = await open_sandbox(workspace.root, tier=tier)
    if tier is None and not sandbox.status.confines:
        pytest.skip(sandbox.status.line)
    return await GateVerifier(workspace, sandbox).verify(plan)


async def test_a_good_program_passes(tmp_path: Path) -> None:
    verdict = await verify(tmp_path, GOOD, VerifyPlan(wall_s=60))
    assert verdict.passed, verdict.failure
    assert len(verdict.gates) == 6


async def test_tests_that_use_pytest_pass_with_it_or_without(tmp_path: Path) -> None:
    tests = FIXTURES.replace("async def test_coroutine", "def test_plain")
    verdict = await verify(tmp_path, {"main.py": PALINDROME, "tests/test_it.py": tests}, VerifyPlan(wall_s=60))
    assert verdict.passed, verdict.failure
    assert verdict.gates[-1].evidence.startswith("9 passed")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("print(1 / 0)\n", 1, "ZeroDivisionError"),
        ("while True:\n    pass\n", None, "still running"),
        ("while True:\n    print('x' * 1000)\n", None, "without end"),
        ("import os\n\nos.kill(os.getpid(), 9)\n", None, "signal 9"),
        ("x = [0] * 10**10\n", 1, "MemoryError"),
    ],
)
async def test_a_program_that_goes_wrong_is_told_with_its_line(
    text: str, line: int | None, says: str, tmp_path: Path
) -> None:
    wall_s = 3 if "still running" in says else 60
    found = failure(await verify(tmp_path, {"main.py": text}, VerifyPlan(wall_s=wall_s, tests=False)))
    assert (found.gate, found.path, found.line) == ("entry", "main.py", line)
    assert says in found.evidence


CURSES = """\
import curses


def show(screen):
    screen.addstr({row}, 2, "Snake")
    screen.getch()


curses.wrapper(show)
"""


@pytest.mark.parametrize("tier", ["bubblewrap", "landlock", "none"])
async def test_a_program_for_a_terminal_is_tried_on_one_where_the_sandbox_has_one(tmp_path: Path, tier: Tier) -> None:
    try:
        right = await verify(tmp_path, {"main.py": CURSES.format(row=2)}, VerifyPlan(wall_s=40, tests=False), tier)
        wrong = await verify(tmp_path, {"main.py": CURSES.format(row=99)}, VerifyPlan(wall_s=40, tests=False), tier)
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    assert right.passed, right.failure
    if tier == "landlock":
        assert right.gates[-1].evidence.endswith("(it needs a terminal, which this sandbox has not: not tried)")
        return
    assert "it draws on a terminal of 80x24" in right.gates[-1].evidence
    found = failure(wrong)
    assert (found.gate, found.path, found.line) == ("entry", "main.py", 5)
    assert "_curses.error" in found.evidence


async def test_a_program_that_reaches_out_reaches_nothing(tmp_path: Path) -> None:
    outside, secret = tmp_path / "outside.txt", tmp_path / "secret.txt"
    secret.write_text("the-secret")
    text = f"open({str(outside)!r}, 'w').write('here')\nprint(open({str(secret)!r}).read())\n"
    found = failure(await verify(tmp_path, {"main.py": text}, VerifyPlan(wall_s=40, tests=False)))
    assert found.gate == "entry"
    assert "the-secret" not in found.evidence
    assert not outside.exists()


NODE = {
    "package.json": '{"name": "p", "scripts": {"start": "node main.js", "test": "node --test"}}\n',
    "main.js": 'const { double } = require("./double");\n\nconsole.log(double(21));\n',
    "double.js": "exports.double = (x) => 2 * x;\n",
    "double.test.js": 'const { double } = require("./double");\n'
    'require("node:test")("doubles", () => require("node:assert").strictEqual(double(21), 42));\n',
}
MAKE = {
    "Makefile": "greeting: words.txt\n\ttr a-z A-Z < words.txt > greeting\n\nrun: greeting\n\tcat greeting\n\n"
    "test: greeting\n\tgrep -qx HELLO greeting\n",
    "words.txt": "hello\n",
}
NEEDS_LEFT_PAD = '{"name": "p", "main": "main.js", "dependencies": {"left-pad": "1"}}\n'
OTHERS = {
    "make": (
        MAKE,
        "HELLO",
        [
            ("words.txt", "hullo\n", ("tests", "Makefile", 8, "make -s test")),
            ("Makefile", "x:\n\tno-such-program\n", ("compiles", "Makefile", 2, "no-such-program: No such file")),
        ],
    ),
    "node": (
        NODE,
        "42",
        [
            ("main.js", "\nnope();\n", ("entry", "main.js", 2, "ReferenceError: nope is not defined")),
            ("double.js", "exports.double = (x) => 3 * x;\n", ("tests", "double.test.js", 2, "actual: 63")),
            ("package.json", NEEDS_LEFT_PAD, ("requirements", "package.json", None, "left-pad is not in node_modules")),
        ],
    ),
}


@pytest.mark.parametrize("runner", OTHERS)
async def test_a_program_in_another_language_is_run_by_its_own_runner(tmp_path: Path, runner: str) -> None:
    needed = {"node": ("node", "npm"), "make": ("make",)}[runner]
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"{missing[0]} is not installed")
    files, prints, flaws = OTHERS[runner]
    right = await verify(tmp_path / "right", files, VerifyPlan(wall_s=40))
    assert right.passed, right.failure
    evidence = {found.gate: found.evidence for found in right.gates}
    assert prints in evidence["entry"].splitlines()
    assert "pass" in evidence["tests"]
    for number, (path, text, wanted) in enumerate(flaws):
        found = failure(await verify(tmp_path / str(number), {**files, path: text}, VerifyPlan(wall_s=40)))
        assert (found.gate, found.path, found.line) == wanted[:3], found
        assert wanted[3] in found.evidence


WINDOW = """\
import tkinter

root = tkinter.Tk()
tkinter.Label(root, text="Snake").pack()
{more}
root.mainloop()
"""


async def test_a_program_with_a_window_is_tried_on_a_virtual_screen_or_said_not_to_be(tmp_path: Path) -> None:
    probe = subprocess.run([sys.executable, "-c", "import tkinter"], capture_output=True, check=False)
    if probe.returncode != 0:
        pytest.skip("this Python has no tkinter")
    verdict = await verify(tmp_path / "right", {"main.py": WINDOW.format(more="")}, VerifyPlan(wall_s=40, tests=False))
    assert verdict.passed, verdict.failure
    if shutil.which("Xvfb") is None:
        assert "it needs a screen for its window, and Xvfb is not installed: not tried" in verdict.gates[-1].evidence
        return
    assert "it opens a window on a virtual screen; it was closed" in verdict.gates[-1].evidence
    broken = WINDOW.format(more="root.nonsense()")
    found = failure(await verify(tmp_path / "wrong", {"main.py": broken}, VerifyPlan(wall_s=40, tests=False)))
    assert (found.gate, found.path, found.line) == ("entry", "main.py", 5)
    assert "AttributeError" in found.evidence
