"""The program around a function: command line, tests, README, requirements. Made from signature and examples."""

import sys
from collections.abc import Sequence

from agentsh.core.files import FileDraft
from agentsh.core.verdict import Example
from agentsh.roles.function_first.drafts import Draft
from agentsh.roles.function_first.layout import docstring, module_text, one_line
from agentsh.roles.function_first.readers import SOURCE, Reader, arguments_of, reader_of, reads_back, spelled
from agentsh.roles.function_first.signature import Parameter, Signature
from agentsh.roles.function_first.task import FunctionTask

_RESERVED = frozenset(("main", "test_main", "test", "tests"))


def program(task: FunctionTask, draft: Draft) -> tuple[FileDraft, ...]:
    """Return the whole program: the function's module, main.py, test_main.py, README.md, requirements.txt."""
    module = module_name(task.signature)
    return (
        FileDraft(path=f"{module}.py", text=module_text(task, draft)),
        FileDraft(path="main.py", text=_main(task, module)),
        FileDraft(path="test_main.py", text=_tests(task, module)),
        FileDraft(path="README.md", text=_readme(task, module)),
        FileDraft(path="requirements.txt", text="# Nothing but Python's standard library is needed.\n"),
    )


def module_name(signature: Signature) -> str:
    """Return the name of the function's module: its own, unless that means something else to Python."""
    taken = signature.name in sys.stdlib_module_names or signature.name in _RESERVED
    return f"{signature.name}_function" if taken else signature.name


def command_arguments(example: Example) -> tuple[str, ...]:
    """Return an example's arguments as they are typed behind `python main.py`."""
    words = tuple(spelled(value) for value in arguments_of(example))
    return ("--", *words) if any(_looks_like_a_flag(word) for word in words) else words


def _main(task: FunctionTask, module: str) -> str:
    name = task.signature.name
    readers = [_reader(task, n) for n in range(len(task.signature.parameters))]
    needed = [SOURCE[reader] for reader in dict.fromkeys(readers) if SOURCE[reader]]
    imports = (
        ["import argparse", "import ast", "import sys"] if "value" in readers else ["import argparse", "import sys"]
    )
    pairs = zip(task.signature.parameters, readers, strict=True)
    options = [_option(parameter, reader, task, n) for n, (parameter, reader) in enumerate(pairs)]
    call = ", ".join(f"{'*' if one.many else ''}arguments.{one.name}" for one in task.signature.parameters)
    main = "\n".join(
        (
            "def main(argv: list[str] | None = None) -> int:",
            f'    """Print what {name} gives for the arguments of the command line."""',
            "    parser = argparse.ArgumentParser(",
            f"        description={one_line(f'A function {task.purpose}.')!r},",
            "    )",
            *options,
            f"    {'arguments = ' if options else ''}parser.parse_args(argv)",
            f"    print({name}({call}))",
            "    return 0",
            "",
        )
    )
    head = "\n".join((docstring(f"Command line of {name}."), "", *imports, "", f"from {module} import {name}", ""))
    start = 'if __name__ == "__main__":\n    sys.exit(main())\n'
    return "\n\n".join((head, *(f"{source}" for source in needed), main, start))


def _option(parameter: Parameter, reader: Reader, task: FunctionTask, position: int) -> str:
    """Return the statement that declares one argument."""
    parts = [repr(parameter.name)]
    if reader != "text":
        parts.append(f"type={reader}")
    if parameter.many:
        parts.append('nargs="*"')
    elif parameter.default is not None:
        parts += ['nargs="?"', f"default={parameter.default}"]
    shown = next((row[position] for row in map(arguments_of, task.examples) if position < len(row)), None)
    if shown is not None:
        parts.append(f"help={f'such as {one_line(spelled(shown))}'.replace('%', '%%')!r}")
    lines = "".join(f"        {part},\n" for part in parts)
    return f"    parser.add_argument(\n{lines}    )"


def _tests(task: FunctionTask, module: str) -> str:
    name = task.signature.name
    title = "".join(word.capitalize() for word in name.split("_"))
    cases = [_case(name, n, example) for n, example in enumerate(task.examples, 1)]
    command = _command_case(task)
    imports = ["import contextlib", "import io", "import unittest"] if command else ["import unittest"]
    own = [f"from {module} import {name}"] + (["from main import main"] if command else [])
    own = sorted(own, key=lambda line: line.split()[1])
    head = "\n".join((docstring(f"Tests of {name}. Run them with: python -m unittest"), "", *imports, "", *own, ""))
    body = "\n".join((f"class {title}Test(unittest.TestCase):", f'    """What {name} has to give."""', ""))
    start = 'if __name__ == "__main__":\n    unittest.main()\n'
    return "\n\n".join((head, body + "\n" + "\n".join((*cases, *command)), start))


def _case(name: str, number: int, example: Example) -> str:
    return "\n".join(
        (
            f"    def test_example_{number}(self) -> None:",
            f"        result = {name}({example.args})",
            f"        {_assertion(example.result)}",
            "",
        )
    )


def _assertion(expected: str) -> str:
    """Return the check of `result`; as strict as the one that chose the draft."""
    if expected in ("True", "False", "None"):
        return f"self.assertIs(result, {expected})"
    try:
        number = float(expected)
    except ValueError:
        return f"self.assertEqual(result, {expected})"
    if expected.lstrip("-").isdigit():
        return f"self.assertEqual(result, {expected})"
    return f"self.assertAlmostEqual(result, {expected}, delta={max(1e-6, abs(number) * 1e-6):g})"


def _command_case(task: FunctionTask) -> Sequence[str]:
    """Return the test of the command line: it prints what the function gives."""
    example = next((one for one in task.examples if _survives(task, one)), None)
    if example is None:
        return ()
    return (
        "\n".join(
            (
                "    def test_the_command_line_prints_the_result(self) -> None:",
                "        shown = io.StringIO()",
                "        with contextlib.redirect_stdout(shown):",
                f"            main({list(command_arguments(example))!r})",
                f"        expected = {task.signature.name}({example.args})",
                '        self.assertEqual(shown.getvalue(), f"{expected}\\n")',
                "",
            )
        ),
    )


def _survives(task: FunctionTask, example: Example) -> bool:
    """Whether an example's arguments come out of the command line as they went in."""
    values = enumerate(arguments_of(example))
    return all(reads_back(value, _reader(task, position)) for position, value in values)


def _reader(task: FunctionTask, position: int) -> Reader:
    last = len(task.signature.parameters) - 1
    parameter = task.signature.parameters[min(position, last)]
    return reader_of(min(position, last), task.examples, parameter.default)


def _readme(task: FunctionTask, module: str) -> str:
    example = task.examples[0]
    words = " ".join(_quoted(word) for word in command_arguments(example))
    whose = "proposed by a language model, not by you: look at them" if task.proposed else "given with the idea"
    calls = "\n".join(f"- `{task.signature.name}({one.args})` gives `{one.result}`" for one in task.examples)
    return (
        f"# {task.signature.name}\n\nA function {task.purpose}, with a command line.\n\n"
        f"## Use\n\n```\npython main.py {words}\n```\n\n"
        "## Test\n\n```\npython -m unittest\n```\n\n"
        f"## What is known about it\n\n`{module}.py` was written by a language model and chosen among several drafts "
        f"by running them. It was tried on these examples, {whose}:\n\n{calls}\n\n"
        "Beyond them nothing was tried. The other files were made from the signature and the examples.\n"
    )


def _quoted(word: str) -> str:
    plain = word and all(character.isalnum() or character in "-_./:=" for character in word)
    return word if plain else "'" + word.replace("'", "'\"'\"'") + "'"


def _looks_like_a_flag(word: str) -> bool:
    """Whether argparse would take a word for an option: negative numbers it does not."""
    try:
        float(word)
    except ValueError:
        return word.startswith("-")
    return False
