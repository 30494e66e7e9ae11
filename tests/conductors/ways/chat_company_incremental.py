"""The chat company in a project of several folders: a first change that misses its place, a review, a failing trial."""

from pathlib import Path

from dulwich import porcelain

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule

PROJECT = {
    ".gitignore": "build/\n",
    "README.md": "# Counter\n\n## Use\n\nCounts words.\n",
    "main.py": (
        '"""Prints how many words there are."""\n\nimport sys\n\nfrom counter.words import count_words\n\n\n'
        "def main(arguments: list[str]) -> int:\n"
        '    """Print the count of the first argument."""\n'
        '    print(count_words(arguments[0] if arguments else ""))\n    return 0\n\n\n'
        'if __name__ == "__main__":\n    sys.exit(main(sys.argv[1:]))\n'
    ),
    "counter/__init__.py": '"""Counting."""\n',
    "counter/words.py": (
        '"""Counts words."""\n\n\ndef count_words(text: str) -> int:\n'
        '    """Return how many words `text` has."""\n    return len(text.split())\n'
    ),
    "counter/other/spare.py": '"""Nothing that matters."""\n\nSPARE = 1\n',
    "tests/__init__.py": "",
    "tests/test_words.py": (
        "import unittest\n\nfrom counter.words import count_words\n\n\nclass WordsTest(unittest.TestCase):\n"
        "    def test_words(self) -> None:\n        self.assertEqual(count_words('one two'), 2)\n"
    ),
}
IGNORED = {"build/out.txt": "made by a build\n"}
IDEA = "Count lines too: count_lines('a\\nb') gives 2"

LINES = '''\
counter/words.py
<<<<<<< SEARCH
    return len(text.split())
=======
    return len(text.split())


def count_lines(text: str) -> int:
    """Return how many lines `text` has."""
    return {body}
>>>>>>> REPLACE
'''
TEST = """\
tests/test_words.py
<<<<<<< SEARCH
from counter.words import count_words
=======
from counter.words import count_lines, count_words
>>>>>>> REPLACE

tests/test_words.py
<<<<<<< SEARCH
        self.assertEqual(count_words('one two'), 2)
=======
        self.assertEqual(count_words('one two'), 2)

    def test_lines(self) -> None:
        self.assertEqual(count_lines('a\\nb'), 2)
>>>>>>> REPLACE
"""
MISSES = "counter/words.py\n<<<<<<< SEARCH\n    return text.count(' ')\n=======\n    return 0\n>>>>>>> REPLACE\n"
MEND = """\
counter/words.py
<<<<<<< SEARCH
    return text.count("\\n")
=======
    return len(text.splitlines())
>>>>>>> REPLACE
"""
PICKED: JsonObject = {"why": "words.py counts.", "files": ["counter/words.py", "tests/test_words.py"]}

RULES: list[JsonObject] = [
    rule("cto", "each file with what it defines", times=1, json={**PICKED, "files": ["counter/lines.py"]}),
    rule("cto", "There is no file 'counter/lines.py'", json=PICKED),
    rule("cto", "Say what is to be changed", reply="counter/words.py gets count_lines(text)."),
    rule("programmer", "Make the change that was planned", reply=MISSES),
    rule("programmer", "change 1 does not fit", reply=LINES.format(body='text.count("\\n")')),
    rule("reviewer", "Review 1 of", json={"comments": ["There is no test of count_lines"], "approved": False}),
    rule("programmer", "Make the changes that the review", reply=TEST),
    rule("reviewer", "Review 2 of", json={"comments": [], "approved": True}),
    rule("programmer", "It was tried, and fails", reply=f"The end counts too.\n\n{MEND}"),
    rule("cpo", "Tell the Boss", reply="count_lines is in counter/words.py, with a test."),
]


def furnish(folder: Path) -> None:
    """Make the project, committed as its owner left it."""
    for name, text in {**PROJECT, **IGNORED}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    porcelain.init(str(folder))
    porcelain.add(str(folder), [str(folder / name) for name in PROJECT])
    porcelain.commit(str(folder), message=b"As it was", author=b"Owner <o@x>", committer=b"Owner <o@x>")


WAY = Way(
    team="chat-company-incremental",
    idea=IDEA,
    rules=RULES,
    published=[
        "look_around",
        "plan_change",
        "edit_program",
        "review_change",
        "try_program",
        "mend_program",
        "tell_change",
    ],
    files=["counter/words.py", "tests/test_words.py", "build/out.txt"],
    furnish=furnish,
)
