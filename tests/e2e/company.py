"""The software company at work on a word counter, with a model on a script: what it is asked for, what it says."""

import json
from collections.abc import Sequence

from agentsh.core.model import JsonObject

IDEA = "Write a command line word counter: python main.py --text 'one two  three' prints 3"
MODEL = "tiny:latest"
ROLES = ("product_manager", "architect", "project_manager", "engineer", "qa_engineer")
BUG = "ValueError: words are separated by white space"

PRD: JsonObject = {
    "title": "Word counter",
    "summary": "A command line tool that prints how many words a text has.",
    "goals": ["Count the words of a text correctly"],
    "user_stories": ["As a writer I want the number of words of my draft, so that I know whether it fits the limit"],
    "requirements": [{"requirement": "Print the number of words of --text", "priority": "must"}],
    "interface": "`python main.py --text 'one two  three'` prints 3. Without --text it reads standard input.",
    "acceptance": [{"when": "the text is `one two  three`", "then": "it prints 3"}],
    "assumptions": ["A word is whatever stands between white space"],
    "out_of_scope": ["Counting letters"],
}
DESIGN: JsonObject = {
    "approach": "Split the text at white space and count the parts; reading and printing stay in main.py.",
    "packages": [],
    "entry": "main.py",
    "entry_args": ["--text", "one two three"],
    "modules": [
        {"path": "counter.py", "purpose": "Counts words", "defines": ["def count_words(text: str) -> int"]},
        {"path": "main.py", "purpose": "Command line", "defines": ["def main(arguments: list[str] | None) -> int"]},
    ],
    "program_flow": "main parses the arguments, calls count_words, prints the result and returns 0.",
}


def _task(path: str, work: str, *uses: str) -> JsonObject:
    return {"path": path, "work": work, "defines": [], "uses": list(uses)}


TASKS: JsonObject = {
    "tasks": [
        _task("counter.py", "count_words splits at any white space and returns how many parts there are"),
        _task("main.py", "argparse with --text; prints only the number", "counter.py"),
        _task("requirements.txt", "says that nothing but Python is needed"),
        _task("README.md", "what it does, and how it is started", "main.py"),
    ],
    "shared": ["A word is whatever stands between white space"],
}
APPROVED: JsonObject = {"comments": [], "verdict": "approve"}
COMPLETE: JsonObject = {"summary": "main.py counts with counter.py.", "todos": [], "complete": True}

COUNTER = '''\
"""Counts words."""


def count_words(text: str) -> int:
    """Return how many words `text` has."""
    return len(text.split())
'''
BUGGY_COUNTER = COUNTER.replace("text.split()", 'text.split(" ")')
MAIN = '''\
"""Prints how many words a text has."""

import argparse
import sys

from counter import count_words


def main(arguments: list[str] | None = None) -> int:
    """Print the number of words of --text, or of standard input."""
    parser = argparse.ArgumentParser(description="Counts words.")
    parser.add_argument("--text", help="what to count; default: standard input")
    asked = parser.parse_args(arguments)
    print(count_words(sys.stdin.read() if asked.text is None else asked.text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
'''
TESTS = """\
import unittest

from counter import count_words


class CountWordsTest(unittest.TestCase):
    def test_words_are_what_stands_between_white_space(self) -> None:
        self.assertEqual(count_words("one two  three"), 3)

    def test_an_empty_text_has_none(self) -> None:
        self.assertEqual(count_words(""), 0)


if __name__ == "__main__":
    unittest.main()
"""
FILES = {
    "counter.py": COUNTER,
    "main.py": MAIN,
    "requirements.txt": "# Python 3.11 and nothing else.\n",
    "README.md": "# Word counter\n\nPrints how many words there are:\n\n    python main.py --text 'one two'\n    2\n",
    "test_program.py": TESTS,
}


def fenced(path: str, text: str) -> str:
    """Return a file as a model gives it."""
    return f"```{'python' if path.endswith('.py') else 'text'} {path}\n{text}```"


def writes(path: str, text: str | None = None, **more: object) -> JsonObject:
    """Return the rule by which the engineer writes this file of the program."""
    answer = fenced(path, FILES[path] if text is None else text)
    return _rule("engineer", rf"^Write this one file of the program now: `{path}`", reply=answer, **more)


def mends(*files: tuple[str, str], evidence: str = "", **more: object) -> JsonObject:
    """Return the rule by which the engineer mends what failed, when the prompt holds this evidence."""
    answer = "The cause: found.\n\n" + "\n\n".join(fenced(path, text) for path, text in files)
    return _rule("engineer", f"^The program was tried and fails.*{evidence}", reply=answer, **more)


def _rule(role: str, match: str, **more: object) -> JsonObject:
    return {"system": f"^You are {role},", "match": match, **more}  # type: ignore[dict-item]


def rules(first: Sequence[JsonObject] = (), *, counter: str = BUGGY_COUNTER, **manner: object) -> list[JsonObject]:
    """Return what the model says to every role; `first` come before.

    Args:
        first: rules that are tried before these.
        counter: the first draft of counter.py; what is mended is COUNTER.
        manner: of every answer, such as chunk_s.
    """
    company = [
        _rule("product_manager", "^Write the product requirement document", json=PRD),
        _rule("architect", "^Design the program", json=DESIGN),
        _rule("project_manager", "^Break the design above into tasks", json=TASKS),
        writes("counter.py", counter),
        *(writes(path) for path in ("main.py", "requirements.txt", "README.md")),
        _rule("engineer", "^This was written:", json=APPROVED),
        _rule("engineer", "^This is the whole program as it stands", json=COMPLETE),
        _rule("qa_engineer", "^Write its tests in one file", reply=fenced("test_program.py", TESTS)),
        mends(("counter.py", COUNTER)),
    ]
    return [*first, *({**rule, **manner} for rule in company)]  # type: ignore[dict-item]


def script(*given: JsonObject, **more: object) -> str:
    """Return a server's script in YAML, which JSON is too."""
    return json.dumps({"models": [MODEL], "rules": list(given), **more})
