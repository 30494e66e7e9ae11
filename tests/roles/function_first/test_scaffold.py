"""The program around a function runs, passes its own tests, and is laid out as Python wants it."""

import ast
from pathlib import Path

import pytest

from agentsh.core.files import FileDraft
from agentsh.roles.function_first.drafts import extract
from agentsh.roles.function_first.scaffold import command_arguments, program
from agentsh.roles.function_first.task import task_for
from tests.roles.function_first.running import run_python

CASES = [
    (
        "Write is_p(word) that says whether it reads the same backwards: level -> True, banana -> False",
        "return a == a[::-1]",
    ),
    ("Write to_c(f) that converts: 32 -> 0.0, 212 -> 100.0", "return (a - 32) * 5 / 9"),
    ("Write fac(n) that multiplies: 5 -> 120, 0 -> 1", "return math.factorial(a)"),
    ("Write add(a, b) that adds: (1, 2) -> 3, (-1.5, 1) -> -0.5", "return a + b"),
    ("Write total(xs) that adds: [1, 2] -> 3, [] -> 0", "return sum(a)"),
    ("Write show(x) that spells: [1] -> '[1]', abc -> abc", "return str(a)"),
    ("Write shout(t) that shouts: -v -> -V, 'it\\'s \"so\"' -> 'IT\\'S \"SO\"'", "return a.upper()"),
    ("Write string(t) that is named as a module: 'a' -> 'a'", "return a"),
    ("Write nothing(x): 1 -> None", "return None"),
    ("Write half(x) with 100 % of \"quotes\" and \\ in it: 'a%b' -> 'a%b'", "return a"),
    ("Write greet(who, word='Hi'): greet('Bob') -> 'Hi Bob', greet('Bob', 'Yo') -> 'Yo Bob'", "return f'{b} {a}'"),
    ("Write most(*xs): most(1, 2) -> 2, most(3) -> 3", "return max(a)"),
    ("Write far(x): 1000000.5 -> 3000001.5", "return a * 3.0000000001"),
]


def made(idea: str, body: str) -> tuple[tuple[FileDraft, ...], tuple[str, ...]]:
    task = task_for(idea)
    assert task.examples
    count = len(task.signature.parameters)
    many = any(parameter.many for parameter in task.signature.parameters)
    parameters = "*a" if many else "a" if count == 1 else "a, b='Hi'" if "=" in task.signature.source else "a, b"
    draft = extract(f"def {task.signature.name}({parameters}):\n    {body}", task.signature)
    assert draft is not None
    return program(task, draft), command_arguments(task.examples[0])


@pytest.mark.parametrize(("idea", "body"), CASES, ids=[idea.split("(")[0].split()[-1] for idea, _ in CASES])
async def test_the_program_runs_and_passes_its_own_tests(idea: str, body: str, tmp_path: Path) -> None:
    files, words = made(idea, body)
    for file in files:
        (tmp_path / file.path).write_text(file.text or "", "utf-8")
    tested = await run_python("-W", "error", "-m", "unittest", cwd=tmp_path)
    assert tested.exit_code == 0, tested.stderr
    assert "Ran 0" not in tested.stderr
    started = await run_python("-W", "error", "main.py", *words, cwd=tmp_path)
    assert started.exit_code == 0, started.stderr
    helped = await run_python("main.py", "--help", cwd=tmp_path)
    assert helped.exit_code == 0, helped.stderr


async def test_a_program_whose_function_is_wrong_fails_its_tests(tmp_path: Path) -> None:
    for file in made(CASES[0][0], "return True")[0]:
        (tmp_path / file.path).write_text(file.text or "", "utf-8")
    tested = await run_python("-m", "unittest", cwd=tmp_path)
    assert tested.exit_code != 0
    assert "test_example_2" in tested.stderr


@pytest.mark.parametrize(("idea", "body"), CASES, ids=[idea.split("(")[0].split()[-1] for idea, _ in CASES])
def test_the_files_are_documented_python_with_room_between_definitions(idea: str, body: str) -> None:
    for file in made(idea, body)[0]:
        text = file.text or ""
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        assert not any(line != line.rstrip() for line in text.splitlines())
        if file.path.endswith(".py"):
            tree = ast.parse(text)
            assert ast.get_docstring(tree)
            assert "\n\n\n\n" not in text
            for node in tree.body:
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    assert ast.get_docstring(node), (file.path, node.name)
                    assert text.splitlines()[node.lineno - 3 : node.lineno - 1] == ["", ""]


def test_the_readme_is_honest_about_what_was_tried() -> None:
    files, _ = made(*CASES[0])
    readme = next(file.text or "" for file in files if file.path == "README.md")
    assert "python main.py level" in readme
    assert "`is_p('banana')` gives `False`" in readme
    assert "language model" in readme
    assert "Beyond them nothing was tried" in readme


def test_numbers_are_read_as_whole_or_decimal_ones() -> None:
    main = next(file.text or "" for file in made(*CASES[1])[0] if file.path == "main.py")
    assert "type=number" in main
    assert "float(text)" in main
