"""Each flaw is found by its gate, with path and line; what works passes."""

import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentsh.core.errors import UsageError
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import RoleName
from agentsh.core.verdict import GateResult, Start, Verdict, VerifyPlan
from agentsh.ports import Verifier
from agentsh.verify.gates import GateVerifier
from agentsh.workspace.folder import open_workspace
from tests.support.plain_sandbox import PlainSandbox, bare_python

Files = dict[str, str]
Verify = Callable[..., Coroutine[None, None, Verdict]]

PALINDROME = """\
import sys


def is_palindrome(word):
    return word == word[::-1]


def main():
    print(is_palindrome(sys.argv[1] if len(sys.argv) > 1 else "level"))


if __name__ == "__main__":
    main()
"""
TESTS = """\
from main import is_palindrome


def test_a_palindrome():
    assert is_palindrome("level") is True


def test_another_word():
    assert is_palindrome("banana") == False
"""
GOOD = {"main.py": PALINDROME, "test_main.py": TESTS}
ANY_TEST = "def test_it():\n    assert 1 + 1 == 2\n"


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> str:
    return bare_python(tmp_path_factory.mktemp("venv"))


@pytest.fixture
def verify(tmp_path: Path, bare: str) -> Verify:
    async def run(files: Files, plan: VerifyPlan | None = None, python: str = bare) -> Verdict:
        workspace = await open_workspace(tmp_path / "work", own=True)
        drafts = [FileDraft(path=path, text=text) for path, text in files.items()]
        await workspace.write(drafts, ChangeNote(role=RoleName("engineer"), summary="Draft"))
        verifier: Verifier = GateVerifier(workspace, PlainSandbox(workspace.root, python))
        return await verifier.verify(plan or VerifyPlan(wall_s=60))

    return run


def failure(verdict: Verdict) -> GateResult:
    assert not verdict.passed
    assert verdict.failure is verdict.gates[-1]
    assert all(gate.passed for gate in verdict.gates[:-1])
    return verdict.gates[-1]


async def test_a_good_program_passes_every_gate_in_order(verify: Verify) -> None:
    verdict = await verify(GOOD)
    assert verdict.passed
    assert [gate.gate for gate in verdict.gates] == ["files", "compiles", "imports", "requirements", "entry", "tests"]
    assert [gate.evidence for gate in verdict.gates[-2:]] == [
        "$ python main.py\nTrue",
        "2 passed (agentsh's own runner)",
    ]


def laid_over_good(files: dict[str, str | None]) -> Files:
    tests = TESTS if PALINDROME in (files.get("main.py", PALINDROME) or "") else ANY_TEST
    laid = {"main.py": PALINDROME, "test_main.py": tests, **files}
    return {path: text for path, text in laid.items() if text is not None}


@dataclass
class Flaw:
    """Files laid over the good ones; the gate that finds them bad; where; what it says."""

    files: dict[str, str | None]
    gate: str
    path: str | None
    line: int | None
    says: str
    plan: VerifyPlan | None = None


FLAWS = {
    "syntax error": Flaw({"main.py": "def f(:\n    pass\n"}, "compiles", "main.py", 1, "SyntaxError"),
    "unclosed bracket": Flaw({"main.py": "x = 1\nprint((\n"}, "compiles", "main.py", 2, "never closed"),
    "return outside": Flaw({"main.py": "x = 1\nreturn x\n"}, "compiles", "main.py", 2, "outside function"),
    "nul byte": Flaw({"main.py": "x = 1\0\n"}, "compiles", "main.py", None, "null bytes"),
    "missing import": Flaw(
        {"main.py": PALINDROME.replace("import sys\n", "")}, "imports", "main.py", 8, "undefined name 'sys'"
    ),
    "missing import in a corner": Flaw(
        {"main.py": PALINDROME + "\n\ndef later():\n    return json.dumps({})\n"}, "imports", "main.py", 17, "'json'"
    ),
    "missing package": Flaw(
        {"main.py": "import requests_that_nobody_has\n"}, "requirements", "main.py", 1, "not installed"
    ),
    "declared package": Flaw(
        {"main.py": "import yaml_of_nobody\n", "requirements.txt": "yaml-of-nobody==1.0\n"},
        *("requirements", "main.py", 1, "is declared, but not installed"),
    ),
    "misspelt module": Flaw({"main.py": "import sys, jsn\n"}, "imports", "main.py", 1, "did you mean 'json'?"),
    "no such standard name": Flaw(
        {"main.py": "from math import squareroot\n"}, "imports", "main.py", 1, "cannot import name 'squareroot'"
    ),
    "no such standard module": Flaw({"main.py": "import os.paths\n"}, "imports", "main.py", 1, "'os.paths'"),
    "wrong file name": Flaw(
        {"main.py": None, "game.py": PALINDROME},
        *("files", None, None, "'main.py' is not there; there are: game.py"),
        VerifyPlan(entry="main.py"),
    ),
    "wrong module name": Flaw(
        {"test_main.py": TESTS.replace("from main", "from palindromes")},
        *("requirements", "test_main.py", 1, "no file of the workspace (those are: main.py)"),
    ),
    "no such module of a package": Flaw(
        {"main.py": "from game.bord import Board\n", "game/__init__.py": "", "game/board.py": "class Board: ...\n"},
        *("imports", "main.py", 1, "no module 'game.bord' in the workspace"),
    ),
    "no such neighbour": Flaw(
        {"main.py": "import game\n", "game/__init__.py": "from .bord import Board\n", "game/board.py": "x = 1\n"},
        *("imports", "game/__init__.py", 1, "no module 'bord'"),
    ),
    "no such name in a package": Flaw(
        {"main.py": "from game import bord\n", "game/__init__.py": "", "game/board.py": "x = 1\n"},
        *("imports", "main.py", 1, "cannot import name 'bord' from game/__init__.py"),
    ),
    "circular import": Flaw(
        {"main.py": "import a\n", "a.py": "from b import y\nx = 1\n", "b.py": "from a import x\ny = 2\n"},
        *("entry", "b.py", 1, "circular import"),
    ),
    "endless loop": Flaw(
        {"main.py": "while True:\n    pass\n"},
        "entry",
        "main.py",
        None,
        "still running after 1 s",
        VerifyPlan(wall_s=1),
    ),
    "flood": Flaw({"main.py": "while True:\n    print('x' * 1000)\n"}, "entry", "main.py", None, "without end"),
    "unicode error": Flaw(
        {"main.py": "open('t', 'w', encoding='ascii').write('\u00fc')\n"}, "entry", "main.py", 1, "UnicodeEncodeError"
    ),
    "crash deep inside": Flaw(
        {"main.py": "import lib\nlib.go()\n", "lib.py": "import json\n\n\ndef go():\n    json.loads('{')\n"},
        *("entry", "lib.py", 5, "frames of libraries left out"),
    ),
    "needs arguments, untold": Flaw(
        {"main.py": "import sys\nprint(sys.argv[1])\n"}, "entry", "main.py", 2, "given no arguments and no input"
    ),
    "bad exit code": Flaw({"main.py": "import sys\nsys.exit(3)\n"}, "entry", "main.py", None, "exit code 3"),
    "usage in spite of arguments": Flaw(
        {"main.py": "import sys\nsys.exit('usage: main.py')\n"},
        *("entry", "main.py", None, "exit code 1"),
        VerifyPlan(entry_args=("level",)),
    ),
    "wants more input than given": Flaw(
        {"main.py": "input()\ninput()\n"}, "entry", "main.py", 2, "EOFError", VerifyPlan(entry_stdin="one\n")
    ),
    "failing test": Flaw(
        {"test_main.py": TESTS.replace("== False", "== True")},
        *("tests", "test_main.py", 9, "AssertionError: assert False == True"),
    ),
    "test imports what is not there": Flaw(
        {"test_main.py": TESTS.replace("import is_palindrome", "import is_palindrom")},
        *("imports", "test_main.py", 1, "did you mean 'is_palindrome'?"),
    ),
    "tests that assert nothing": Flaw(
        {"test_main.py": "import main\n\n\ndef test_it():\n    main.is_palindrome('x')\n    assert True\n"},
        *("tests", "test_main.py", 4, "no test asserts anything"),
    ),
    "no tests": Flaw({"test_main.py": None}, "tests", None, None, "there are no tests"),
    "no test function": Flaw({"test_main.py": "x = 1\n"}, "tests", "test_main.py", None, "no test function"),
    "test ends the interpreter": Flaw(
        {"test_main.py": "import os\n\n\ndef test_it():\n    os._exit(0)\n    assert 0\n"},
        *("tests", None, None, "ended the interpreter"),
    ),
    "test loops": Flaw(
        {"test_main.py": "def test_it():\n    while True:\n        pass\n    assert 0\n"},
        *("tests", None, None, "still running after 4 s"),
        VerifyPlan(wall_s=4),
    ),
    "test reads input": Flaw(
        {"test_main.py": "def test_it():\n    assert input() == 'x'\n"}, "tests", "test_main.py", 2, "EOFError"
    ),
    "test calls a program that exits": Flaw(
        {"test_main.py": "import sys\n\n\ndef test_it():\n    sys.exit(0)\n    assert 0\n"},
        *("tests", "test_main.py", 5, "SystemExit"),
    ),
    "all tests skipped": Flaw(
        {"test_main.py": "import pytest\n\n\n@pytest.mark.skip(reason='later')\ndef test_it():\n    assert 0\n"},
        *("tests", "test_main.py", None, "no test ran, 1 skipped"),
    ),
    "nothing": Flaw({"main.py": None, "test_main.py": None}, "files", None, None, "there is no program"),
    "tests only": Flaw({"main.py": None}, "files", None, None, "nothing but tests"),
    "library without tests": Flaw(
        {"main.py": None, "test_main.py": None, "a.py": "x = 1\n", "b.py": "y = 1\n"},
        *("files", None, None, "no tests either"),
    ),
}


@pytest.mark.parametrize("name", FLAWS)
async def test_a_flaw_is_found_by_its_gate_with_its_place(name: str, verify: Verify) -> None:
    flaw = FLAWS[name]
    files = laid_over_good(flaw.files)
    found = failure(await verify(files, flaw.plan))
    assert (found.gate, found.path, found.line) == (flaw.gate, flaw.path, flaw.line)
    assert flaw.says in found.evidence
    assert len(found.evidence) < 3500


@pytest.mark.parametrize(
    "name", ["syntax error", "missing import", "circular import", "crash deep inside", "failing test"]
)
async def test_the_same_flaw_is_told_in_the_same_words(name: str, verify: Verify) -> None:
    files = laid_over_good(FLAWS[name].files)
    assert await verify(files) == await verify(files)


NEIGHBOURS = {
    "tools/__init__.py": "__all__ = ['tool']\ntool = 5\n",
    "tools/logging.py": "x = 1\n",
    "game/__init__.py": "from . import board\n",
    "game/board.py": "from .space import deep\nif True:\n    x = 1\n(y, _), w = (2, 0), deep\n",
    "game/loose.py": "def __getattr__(name):\n    return 3\n",
    "game/space/deep.py": "from .. import space\nfor z in (3, 4):\n    pass\n",
}
PROGRAMS = {
    "asks for arguments with argparse": (
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('word')\np.parse_args()\n",
        "says which arguments it needs",
    ),
    "asks for arguments itself": (
        "import sys\nif len(sys.argv) < 2:\n    print('Usage: main.py WORD')\n    sys.exit(1)\n",
        "says which arguments it needs",
    ),
    "waits for input": ("print('Guess')\nnumber = int(input('> '))\n", "waits for input"),
    "reads all of stdin": ("import sys\nprint(len(sys.stdin.read()))\n", "0"),
    "is a curses program": ("import curses\ncurses.wrapper(lambda screen: print(screen.getmaxyx()))\n", "(24, 80)"),
    "imports what may be missing": (
        "try:\n    import numpy_of_nobody\nexcept ImportError:\n    numpy_of_nobody = None\nprint('ok')\n",
        "ok",
    ),
    "imports by platform": (
        "import sys\nif sys.platform == 'win32':\n    import nothing_here\nprint('ok')\n",
        "ok",
    ),
    "has a file named as a standard module": ("from logging import getLogger\nprint(getLogger().name)\n", "root"),
    "imports its own in many ways": (
        (
            "from game import board\nfrom game.board import x, y\nfrom game.loose import anything\n"
            "import game.space.deep\nfrom tools import *\nprint(x, y, anything, game.space.deep.z, tool)\n"
        ),
        "1 2 3 4 5",
    ),
    "opens a window": (
        (
            "import sys\n\n\nclass TclError(Exception):\n    __module__ = '_tkinter'\n\n\n"
            "raise TclError('no display name and no $DISPLAY environment variable')\n"
        ),
        "needs a screen",
    ),
    "warns while it is compiled": ("print('\\d')\n", "\\d"),
}


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program_that_starts_counts_as_started(name: str, verify: Verify) -> None:
    text, says = PROGRAMS[name]
    verdict = await verify({"main.py": text, **NEIGHBOURS}, VerifyPlan(tests=False, wall_s=60))
    assert verdict.passed, verdict.failure
    assert says in verdict.gates[-1].evidence
    assert bool(verdict.untried) == ("not tried" in verdict.gates[-1].evidence)


async def test_arguments_and_input_are_handed_to_the_program(verify: Verify) -> None:
    text = "import sys\nprint(sys.argv[1:], input())\n"
    plan = VerifyPlan(tests=False, entry="main.py", entry_args=("a b", "-c"), entry_stdin="hello\n", wall_s=60)
    verdict = await verify({"main.py": text}, plan)
    assert verdict.gates[-1].evidence == "$ python main.py 'a b' -c\n['a b', '-c'] hello"


@pytest.mark.parametrize(
    ("plan", "started"),
    [
        (VerifyPlan(), "python main.py 'a b'"),
        (VerifyPlan(entry="other.py"), "python other.py 1"),
        (VerifyPlan(entry_args=("of", "the", "design")), "python main.py of the design"),
    ],
)
async def test_what_the_boss_named_fills_a_plan_that_names_nothing(
    plan: VerifyPlan, started: str, verify: Verify
) -> None:
    asked = (
        Start(entry="gone.py", args=("x",)),
        Start(entry="main.py", args=("in.txt",), needs=("in.txt",)),
        Start(entry="main.py", args=("a b",)),
        Start(entry="other.py", args=("1",)),
    )
    text = "import sys\nprint(sys.argv[1])\n"
    verdict = await verify(
        {"main.py": text, "other.py": text}, plan.model_copy(update={"asked": asked, "tests": False})
    )
    assert verdict.gates[-1].evidence.startswith(f"$ {started}\n")


@pytest.mark.parametrize(
    ("files", "argv"),
    [
        ({"__main__.py": "print(1)\n"}, "python __main__.py"),
        ({"tool/__init__.py": "", "tool/__main__.py": "print(1)\n"}, "python -m tool"),
        ({"a.py": "x = 1\n", "run.py": "if __name__ == '__main__':\n    print(1)\n"}, "python run.py"),
        ({"src/main.py": "import lib\nprint(lib.one)\n", "src/lib.py": "one = 1\n"}, "python src/main.py"),
        ({"only.py": "print(1)\n", "conftest.py": ""}, "python only.py"),
    ],
)
async def test_the_entry_is_found(files: Files, argv: str, verify: Verify) -> None:
    verdict = await verify(files, VerifyPlan(tests=False, wall_s=60))
    assert verdict.passed, verdict.failure
    assert verdict.gates[-1].evidence == f"$ {argv}\n1"


async def test_a_library_with_tests_passes(verify: Verify) -> None:
    files = {
        "src/shape/__init__.py": "from .area import square\n",
        "src/shape/area.py": "def square(a):\n    return a * a\n",
        "tests/__init__.py": "",
        "tests/test_area.py": "from shape import square\n\n\ndef test_square():\n    assert square(3) == 9\n",
    }
    verdict = await verify(files)
    assert verdict.passed, verdict.failure
    assert "import shape, shape.area" in verdict.gates[-2].evidence


async def test_a_project_laid_out_as_people_do_passes_without_what_its_tools_bring(verify: Verify) -> None:
    files = {
        "setup.py": "import no_such_builder\n",
        "docs/conf.py": "from no_such_theme import get_version\n",
        "src/shape/__init__.py": "def square(a):\n    return a * a\n",
        "tests/conftest.py": "import test_shape.test_one\n",
        "tests/test_shape/__init__.py": "",
        "tests/test_shape/test_one.py": "def nine():\n    return 9\n\n\ndef test_nine():\n    assert nine() == 9\n",
        "tests/test_shape/test_two.py": (
            "from shape import square\nfrom test_shape.test_one import nine\n\n\n"
            "def test_square():\n    assert square(3) == nine()\n"
        ),
    }
    verdict = await verify(files)
    assert verdict.passed, verdict.failure
    assert "import shape" in verdict.gates[-2].evidence
    assert "conf" not in verdict.gates[-2].evidence
    assert verdict.gates[-1].evidence.startswith("2 passed")


async def test_tests_that_need_all_of_pytest_say_what_is_to_be_installed(verify: Verify) -> None:
    text = "import pytest\n\n\ndef test_it(request):\n    assert request.node.name\n"
    verdict = await verify({"main.py": "print(1)\n", "test_main.py": text})
    failure = verdict.failure
    assert failure is not None
    assert (failure.packages, failure.blamed) == (("pytest",), ("test_main.py",))
    assert 'agentsh rules add allow "install pytest"' in failure.evidence


UNITTEST = """\
import unittest

from main import is_palindrome


class PalindromeTest(unittest.TestCase):
    def test_yes(self):
        self.assertTrue(is_palindrome("level"))

    def test_no(self):
        for word in ("banana", "ab"):
            with self.subTest(word=word):
                self.assertFalse(is_palindrome(word))

    @unittest.skip("later")
    def test_later(self):
        self.fail()


if __name__ == "__main__":
    unittest.main()
"""
FIXTURES = """\
import sys

import pytest

import main


@pytest.fixture
def word(prefix):
    yield prefix + "vel"


@pytest.fixture(scope="module")
def prefix():
    return "le"


@pytest.mark.parametrize("word, expected", [("level", True), pytest.param("ab", False, id="no")])
@pytest.mark.parametrize("times", [1, 2])
def test_cases(word, expected, times):
    assert main.is_palindrome(word * times) is expected or times == 2


def test_fixture(word):
    assert main.is_palindrome(word)


def test_printed(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", ["main.py", "ab"])
    monkeypatch.setattr("builtins.input", lambda: "typed")
    monkeypatch.chdir(tmp_path)
    main.main()
    out, err = capsys.readouterr()
    assert (out, err, input()) == ("False\\n", "", "typed")


@pytest.mark.slow
def test_raises():
    with pytest.raises(TypeError, match="subscriptable") as caught:
        main.is_palindrome(3)
    assert caught.value
    assert 0.1 + 0.2 == pytest.approx(0.3)
    assert [0.1 + 0.2] == pytest.approx([0.3])


class TestMore:
    def setup_method(self):
        self.word = "level"

    def test_method(self):
        assert main.is_palindrome(self.word)


async def test_coroutine():
    assert main.is_palindrome("level")
"""


@pytest.mark.parametrize(
    ("text", "passed"), [(UNITTEST, "2 passed, 1 skipped"), (FIXTURES, "9 passed"), (TESTS, "2 passed")]
)
async def test_tests_of_each_kind_run_without_pytest(text: str, passed: str, verify: Verify) -> None:
    verdict = await verify({"main.py": PALINDROME, "tests/test_it.py": text, "tests/__init__.py": ""})
    assert verdict.passed, verdict.failure
    assert verdict.gates[-1].evidence.startswith(passed)


async def test_where_pytest_is_installed_it_runs_the_tests(verify: Verify) -> None:
    text = FIXTURES.replace("async def test_coroutine", "def test_plain")
    good = await verify({"main.py": PALINDROME, "test_it.py": text}, python=sys.executable)
    assert good.passed, good.failure
    assert good.gates[-1].evidence == "9 passed (pytest)"
    bad_text = text.replace("is expected or times == 2", "is not expected")
    bad = failure(await verify({"main.py": PALINDROME, "test_it.py": bad_text}, python=sys.executable))
    assert (bad.gate, bad.path, bad.line) == ("tests", "test_it.py", 21)
    assert "4 failed, 5 passed" in bad.evidence
    assert bad.evidence.count("is expected") <= 1


async def test_a_package_that_is_called_almost_like_a_standard_module_is_no_misspelling(verify: Verify) -> None:
    text = "import gi, lxml.etree, orjson, websocket\nprint(gi, lxml, orjson, websocket)\n"
    found = failure(await verify({"main.py": text}, VerifyPlan(tests=False)))
    assert found.gate == "requirements"
    assert found.packages == ("PyGObject", "lxml", "orjson", "websocket-client")


async def test_what_only_tests_import_need_not_be_declared(verify: Verify) -> None:
    tests = f"import hypothesis\n{TESTS}"
    good = await verify({"main.py": PALINDROME, "test_it.py": tests}, python=sys.executable)
    assert good.passed, good.failure
    used = {"main.py": f"import hypothesis\n{PALINDROME}", "test_it.py": tests}
    found = failure(await verify(used, python=sys.executable))
    assert (found.gate, found.path, found.line) == ("requirements", "main.py", 1)
    assert [mend.draft.path for mend in found.mends] == ["requirements.txt"]


async def test_a_failing_unittest_is_told_with_its_line(verify: Verify) -> None:
    text = UNITTEST.replace('"ab")', '"aba")')
    found = failure(await verify({**GOOD, "test_main.py": text}))
    assert (found.gate, found.path, found.line) == ("tests", "test_main.py", 13)
    assert "AssertionError: True is not false" in found.evidence
    assert "PalindromeTest.test_no" in found.evidence


async def test_of_several_failures_the_first_is_told_in_full(verify: Verify) -> None:
    text = "".join(f"def test_{n}():\n    assert {n} == -1\n\n\n" for n in range(9))
    found = failure(await verify({**GOOD, "test_main.py": text}))
    assert found.evidence.startswith("9 of 9 tests failed\ntest_main.py::test_0\n")
    assert "also failed: test_main.py::test_1, " in found.evidence
    assert found.evidence.count("Traceback") == 1


async def test_a_test_among_others_that_asserts_nothing_is_told(verify: Verify) -> None:
    text = TESTS + "\n\ndef test_idle():\n    is_palindrome('x')\n"
    verdict = await verify({**GOOD, "test_main.py": text})
    assert verdict.passed
    assert verdict.gates[-1].evidence.endswith("asserts nothing: test_main.py:12 test_idle")


async def test_a_failure_with_text_that_cannot_be_stored_is_told_all_the_same(verify: Verify) -> None:
    text = "def test_it():\n    assert chr(0xD800) == 'x'\n\n\ndef test_that():\n    assert 0, chr(0xDC80)\n"
    found = failure(await verify({**GOOD, "test_main.py": text}))
    assert (found.gate, found.line) == ("tests", 2)
    assert "2 of 2 tests failed" in found.evidence


async def test_a_value_that_cannot_be_shown_does_not_hide_the_failure(verify: Verify) -> None:
    text = "class A:\n    def __repr__(self):\n        raise ValueError\n\n\ndef test_it():\n    assert A() == 3\n"
    found = failure(await verify({**GOOD, "test_main.py": text}))
    assert (found.gate, found.line) == ("tests", 7)
    assert "<A whose repr raises ValueError> == 3" in found.evidence


async def test_a_helper_that_asserts_counts(verify: Verify) -> None:
    text = "from main import is_palindrome\n\n\ndef check(word):\n    assert is_palindrome(word)\n\n\n"
    verdict = await verify({**GOOD, "test_main.py": text + "def test_it():\n    check('level')\n"})
    assert verdict.passed, verdict.failure


async def test_a_program_that_prints_its_own_success_does_not_pass_for_it(verify: Verify) -> None:
    text = "import os\nprint('99 passed')\nos._exit(0)\n\n\ndef test_it():\n    assert 0\n"
    assert failure(await verify({**GOOD, "test_main.py": text})).gate == "tests"


async def test_the_teams_own_command_takes_the_place_of_the_gates(verify: Verify) -> None:
    broken = {"main.py": "import sys\nsys.exit(0 if sys.argv[1:] == ['--check', 'a b'] else 4)\n", "bad.py": "("}
    good = await verify(broken, VerifyPlan(command="python main.py --check 'a b'", wall_s=60))
    assert good.passed
    assert [gate.gate for gate in good.gates] == ["entry"]
    bad = failure(await verify(broken, VerifyPlan(command="python main.py", wall_s=60)))
    assert "exit code 4" in bad.evidence


@pytest.mark.parametrize("command", ["python 'main.py", "  "])
async def test_a_command_that_cannot_be_read_is_one_clear_error(command: str, verify: Verify) -> None:
    with pytest.raises(UsageError, match="verify command") as caught:
        await verify(GOOD, VerifyPlan(command=command))
    assert caught.value.hint


async def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    workspace = await open_workspace(tmp_path, own=True)
    (workspace.root / "main.py").write_bytes(b"x = 1\ny = '\xe4'\n")
    found = failure(await GateVerifier(workspace, PlainSandbox(tmp_path)).verify(VerifyPlan()))
    assert (found.gate, found.path, found.line) == ("compiles", "main.py", 2)
    assert "not UTF-8: byte 0xe4" in found.evidence


@pytest.mark.parametrize(
    "text", ["(" * 5000, "-" * 200_000 + "1", "x" + "[0]" * 50_000, "x = " + "a + " * 50_000 + "a"]
)
async def test_monstrous_source_is_a_finding_and_not_a_crash(text: str, verify: Verify) -> None:
    verdict = await verify({**GOOD, "main.py": f"x = a = 1\n{text}\n"})
    assert not verdict.passed


async def test_nothing_of_the_workspace_runs_before_the_entry(verify: Verify, tmp_path: Path) -> None:
    trap = f"open({str(tmp_path / 'trapped')!r}, 'w').close()\n"
    names = ("sitecustomize.py", "usercustomize.py", "json.py", "ast.py", "pkg/__init__.py")
    files = dict.fromkeys(names, trap) | {"main.py": "import pkg.inner\nimport nothing_of_that_name\n"}
    found = failure(await verify({**files, "pkg/inner.py": trap}))
    assert found.gate == "requirements"
    assert not (tmp_path / "trapped").exists()


THERE_BEFORE = {
    "shop/__init__.py": "",
    "shop/prices.py": "def price(thing):\n    return {'tea': 2}[thing]\n",
    "shop/till.py": "from shop.prices import price\n\n\ndef bill(*things):\n    return sum(map(price, things))\n",
    "shop/windows.py": "import msvcrt\nfrom ctypes import windll\n\nwindll.beep(msvcrt, volume)\n",
    "old/python2.py": "print 'hello'\n",
    "tests/test_till.py": "from shop.till import bill\n\n\ndef test_bill():\n    assert bill('tea', 'tea') == 4\n",
    "tests/test_other.py": "import shop.windows\n\n\ndef test_other():\n    assert shop.windows is None\n",
}
PRICE = "def price(thing):\n    return {'tea': 2, 'cake': 3}[thing]\n"


@pytest.mark.parametrize(
    ("changed", "gate", "where", "said"),
    [
        ({"shop/prices.py": PRICE}, None, None, ""),
        ({"README.md": "A shop.\n"}, None, None, ""),
        ({"shop/prices.py": PRICE.replace("price", "cost")}, "imports", "shop/till.py", "cannot import name 'price'"),
        ({"shop/prices.py": "import windows_only\n" + PRICE}, "requirements", "shop/prices.py", "windows_only"),
        ({"shop/prices.py": PRICE + "print volume\n"}, "compiles", "shop/prices.py", ""),
        ({"shop/till.py": THERE_BEFORE["shop/till.py"].replace("sum", "max")}, "tests", "tests/test_till.py", "== 4"),
    ],
    ids=["fine", "text", "renamed", "package", "syntax", "wrong"],
)
async def test_in_a_project_that_was_there_before_a_team_is_held_to_what_it_changed(
    verify: Verify, changed: Files, gate: str | None, where: str | None, said: str
) -> None:
    verdict = await verify({**THERE_BEFORE, **changed}, VerifyPlan(own=tuple(changed)))
    failure = verdict.failure
    assert (None if failure is None else failure.gate) == gate, verdict
    if failure is not None:
        assert failure.path == where
        assert said in failure.evidence
    else:
        assert f"of which the team changed {next(iter(changed))}" in verdict.gates[0].evidence
    assert not (await verify({**THERE_BEFORE, **changed})).passed, "what the team has made is judged as a whole"
