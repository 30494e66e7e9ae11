"""Drafts as models write them, each with its flaw: what the gates have to find, where, and what mends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentsh.core.model import JsonObject

Files = Mapping[str, str]

MAIN = '''\
"""Greets."""

import sys


def greeting(name):
    return f"Hello, {name}!"


def main(arguments):
    print(greeting(arguments[0] if arguments else "world"))


if __name__ == "__main__":
    main(sys.argv[1:])
'''
TESTS = """\
from main import greeting


def test_the_name_is_greeted():
    assert greeting("Ada") == "Hello, Ada!"
"""
GOOD: Files = {"main.py": MAIN, "test_main.py": TESTS}
_BODY = 'print(greeting(arguments[0] if arguments else "world"))'
_TAIL = '\n\nif __name__ == "__main__":\n    main()\n'

SERVER = f'''\
"""Serves a greeting."""

from http.server import BaseHTTPRequestHandler, HTTPServer


def greeting(name):
    return f"Hello, {{name}}!"


class Greets(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(greeting("world").encode())


def main():
    HTTPServer(("127.0.0.1", 0), Greets).serve_forever()
{_TAIL}'''
SCREEN = f'''\
"""Shows a greeting until q is pressed."""

import curses


def greeting(name):
    return f"Hello, {{name}}!"


def show(screen):
    screen.addstr(2, 2, greeting("world"))
    screen.refresh()
    while screen.getch() != ord("q"):
        pass


def main():
    curses.wrapper(show)
{_TAIL}'''


@dataclass(frozen=True)
class Flaw:
    """One draft, what is to be found of it, and the draft that is right.

    Attributes:
        draft: files laid over those that are right; an empty text: the file is not there.
        gate: which gate fails.
        path: the file that it names.
        line: and the line; None: the evidence names none.
        says: what the evidence holds.
        good: the files that are right.
        plan: what the task says of arguments and input.
        packages: whether packages may be installed.
        timeout_s: seconds that a run of the program may take.
    """

    draft: Files
    gate: str
    path: str | None
    line: int | None
    says: tuple[str, ...]
    good: Files = field(default_factory=lambda: GOOD)
    plan: JsonObject = field(default_factory=dict)
    packages: bool = False
    timeout_s: float = 20.0

    @property
    def files(self) -> dict[str, str]:
        """The flawed draft, whole."""
        return {path: text for path, text in {**self.good, **self.draft}.items() if text}


def _main(old: str, new: str) -> Files:
    assert old in MAIN
    return {"main.py": MAIN.replace(old, new)}


def _body(new: str) -> Files:
    return _main(_BODY, new)


FLAWS = {
    "syntax": Flaw(_main("def greeting(name):", "def greeting(name)"), "compiles", "main.py", 6, ("expected ':'",)),
    "missing import": Flaw(
        _body('print(greeting(Path("world").name))'), "imports", "main.py", 11, ("undefined name 'Path'",)
    ),
    "missing package": Flaw(
        _main("import sys\n", "import sys\n\nimport greetings_of_nobody\n"),
        *("requirements", "main.py", 5, ("greetings_of_nobody", "rules add allow")),
    ),
    "version conflict": Flaw(
        {
            **_main("import sys\n", "import sys\n\nimport alpha\nimport beta\n"),
            "requirements.txt": "alpha==1\nbeta==1\n",
        },
        *("requirements", "main.py", 5, ("conflict", "gamma==1", "gamma==2")),
        good={**GOOD, "requirements.txt": "alpha==1\n", **_main("import sys\n", "import sys\n\nimport alpha\n")},
        packages=True,
    ),
    "wrong file name": Flaw(
        {"main.py": "", "greeter.py": MAIN, "test_main.py": TESTS.replace("from main", "from greeter")},
        *("files", None, None, ("'main.py' is not there", "greeter.py")),
    ),
    "circular import": Flaw(
        {
            **_main("import sys\n", "import sys\n\nfrom words import hello\n"),
            "words.py": "from more import comma\n\nhello = 'Hello' + comma\n",
            "more.py": "from words import hello\n\ncomma = ', ' if hello else ''\n",
        },
        *("entry", "more.py", 1, ("circular import",)),
    ),
    "endless loop": Flaw(
        _body("while True:\n        pass"), "entry", "main.py", None, ("still running after 6 s",), timeout_s=6
    ),
    "flood": Flaw(_body('while True:\n        print("Hello! " * 99)'), "entry", "main.py", None, ("without end",)),
    "UnicodeError": Flaw(
        _body('open("said.txt", "w", encoding="ascii").write("Grüße")'), "entry", "main.py", 11, ("UnicodeEncodeError",)
    ),
    "reads stdin": Flaw(
        _body("print(greeting(int(sys.stdin.read())))"),
        *("entry", "main.py", 11, ("ValueError", "given no arguments and no input")),
    ),
    "needs arguments": Flaw(
        _body("print(greeting(arguments[0]))"),
        *("entry", "main.py", 11, ("IndexError", "given no arguments and no input")),
    ),
    "failing test": Flaw(_main("Hello, ", "Hallo, "), "tests", "test_main.py", 5, ("'Hallo, Ada!' == 'Hello, Ada!'",)),
    "tests import a name that does not exist": Flaw(
        {"test_main.py": TESTS.replace("import greeting", "import greetings")},
        *("imports", "test_main.py", 1, ("cannot import name 'greetings'", "did you mean 'greeting'?")),
    ),
    "tests assert nothing": Flaw(
        {"test_main.py": TESTS.replace('assert greeting("Ada") == "Hello, Ada!"', 'greeting("Ada")')},
        *("tests", "test_main.py", 4, ("no test asserts anything",)),
    ),
    "server": Flaw(
        {"main.py": SERVER.replace('greeting("world").encode()', 'greeting("world")')},
        *("entry", "main.py", 14, ("it serves port", "TypeError")),
        good={**GOOD, "main.py": SERVER},
    ),
    "curses program": Flaw(
        {"main.py": SCREEN.replace("addstr(2, 2,", "addstr(50, 2,")},
        *("entry", "main.py", 11, ("_curses.error",)),
        good={**GOOD, "main.py": SCREEN},
    ),
}
