"""What is fuzzed: each target takes a text from outside and checks what has to be true of it, whatever it is."""

import atexit
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from agentsh.core.danger import danger
from agentsh.core.errors import FileError, UnsafePath
from agentsh.core.fenced import parse_fenced
from agentsh.core.files import plainly
from agentsh.core.patch import FilePatch, PatchError, apply_patch
from agentsh.core.patch_text import parse_patch
from agentsh.core.rulebook import RuleSet
from agentsh.core.rules import Wish, dangerous, judge
from agentsh.core.shell import of_argv, read_line
from agentsh.core.terminal import Cleaner, clean
from agentsh.library.front import decode, split_front
from agentsh.workspace.paths import check_path
from agentsh.workspace.tree import Tree

_NEVER_SHOWN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_RULES = [
    RuleSet(allow=("run echo *", "write src/**", "read **", "install a*", "net *.org")),
    RuleSet(deny=("run rm *", "write .env", "read secrets", "install evil", "net evil.org"), ask=("run git *",)),
]
_CLEARED_EVERY = 500
_BY_ONE = 60
"""Characters that are fed to the filter one at a time: more would cost most of a round, and show nothing new."""


def stream_filter(text: str) -> None:
    """However a text is cut, the same is shown; nothing of it reaches a terminal as more than text."""
    shown = clean(text)
    assert not _NEVER_SHOWN.search(shown)
    assert clean(shown) == shown
    cleaner, cut = Cleaner(), len(text) // 3 + 1
    assert "".join(cleaner.feed(text[at : at + cut]) for at in range(0, len(text), cut)) == shown
    cleaner = Cleaner()
    assert "".join(map(cleaner.feed, text[:_BY_ONE])) == clean(text[:_BY_ONE])


def front_matter(text: str) -> None:
    """A file is taken apart, or told to be wrong with its line; nothing else happens, and nothing grows."""
    with suppress(FileError):
        found = split_front("a.md", decode("a.md", text.encode("utf-8", "surrogatepass")))
        assert len(str(found.fields)) <= 100 * len(text) + 1000
        assert found.body in text.replace("\r\n", "\n")
        assert 1 <= found.body_line <= text.count("\n") + 2


class _Outside:
    """A workspace with links that lead out of it, and what they lead to."""

    def __init__(self) -> None:
        place = Path(tempfile.mkdtemp(prefix="agentsh-fuzz-", dir=os.environ.get("AGENTSH_FUZZ_PLACE")))
        atexit.register(shutil.rmtree, place, ignore_errors=True)
        self.root, self.outside = place / "workspace", place / "outside"
        self.cases = 0
        self.outside.mkdir()
        self.lay_out()

    def lay_out(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        (self.root / "a").mkdir(parents=True)
        for link in ("link", "a/link", "l"):
            (self.root / link).symlink_to(self.outside)

    def write(self, path: str) -> None:
        self.cases += 1
        if self.cases % _CLEARED_EVERY == 0:
            self.lay_out()
        with suppress(UnsafePath, OSError):
            Tree(self.root).write(path, b"x", durable=False)


@cache
def _outside() -> _Outside:
    return _Outside()


def path_resolver(text: str) -> None:
    """A path is refused, or what is written by it lies in the workspace."""
    with suppress(UnsafePath):
        plain = check_path(text)
        assert plain == check_path(plain)
        assert not plain.startswith(("/", "~", "-"))
        assert not {"", ".", "..", ".git"} & {part.casefold() for part in plain.split("/")}
        assert "\0" not in plain
        assert "\n" not in plain
        place = _outside()
        place.write(plain)
        assert not list(place.outside.iterdir())


def fenced_files(text: str) -> None:
    """An answer is read without complaint; what it holds stands in it, and each name is there once."""
    found = parse_fenced(text)
    plain = text.encode("utf-8", "replace").decode().replace("\r\n", "\n")
    names = [draft.path for draft in found.files]
    assert len(names) == len({plainly(name) for name in names})
    for body in [*(draft.text for draft in found.files), *(block.text for block in found.anonymous)]:
        assert body is not None
        for line in body.splitlines():
            assert line in plain


_THERE = {"main.py": "import sys\n\n\ndef f(x):\n    return x\n\n\nprint(f(1))\n", "a b.txt": "x\r\nx\r\ny", "e": ""}
"""Files that patches are put to."""


def patch(text: str) -> None:
    """Changes are read, or told to be wrong; what they make of a file is its own lines and theirs, and nothing else."""
    with suppress(PatchError):
        found = parse_patch(text)
        assert found
        assert len({plainly(one.path) for one in found}) == len(found)
        for one in found:
            stated = [line for hunk in one.hunks for line in (*hunk.before, *hunk.after)]
            assert all(line in text.replace("\r\n", "\n") for line in stated)
            for there in (*_THERE.values(), None):
                _patched(one, there)


def _patched(one: FilePatch, there: str | None) -> None:
    with suppress(PatchError):
        made = apply_patch(one, there)
        before, after = _lines(there or ""), _lines(made or "")
        assert (made is None) == (one.change == "delete")
        if made is not None:
            grown = sum(len(hunk.after) for hunk in one.hunks) - sum(len(hunk.before) for hunk in one.hunks)
            assert there is None or len(after) == len(before) + grown
            assert set(after) <= set(before) | {line for hunk in one.hunks for line in hunk.after}
            assert set(before) - set(after) <= {line.rstrip() for hunk in one.hunks for line in hunk.before}


def _lines(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def rule_matcher(text: str) -> None:
    """Any wish is judged; a line that is allowed as it stands runs echo and nothing else."""
    line = read_line(text)
    told = danger(line)
    assert bool(told) >= bool(line.unclear)
    script = Wish(kind="run", argv=("sh", "-c", text))
    one_deeper = read_line(text, 1).unclear
    assert bool(dangerous(script)) == bool(told or one_deeper or text.startswith(("-", "+")))
    if judge(script, _RULES[:1]).decision == "allow":
        assert not line.unclear
        assert all(call.name.rpartition("/")[2] in ("echo", "sh", "bash", "dash") for call in line.calls)
    assert not danger(of_argv(["echo", text]))
    for kind in ("write", "read", "install", "net"):
        judge(Wish(kind=kind, subjects=(text,)), _RULES)  # type: ignore[arg-type]
    script.suggested()


TARGETS: dict[str, Callable[[str], None]] = {
    "stream_filter": stream_filter,
    "front_matter": front_matter,
    "patch": patch,
    "path_resolver": path_resolver,
    "fenced_files": fenced_files,
    "rule_matcher": rule_matcher,
}
TOKENS: dict[str, tuple[str, ...]] = {
    "stream_filter": (
        *(
            "\x1b",
            "\x1b[",
            "\x1b]",
            "\x1bP",
            "\x1b\\",
            "\x9b",
            "\x9d",
            "\x9c",
            "\x07",
            "\x18",
            "\r",
            "\n",
            "\r\n",
            "\t",
        ),
        *(
            "0;1m",
            "52;c;",
            "31",
            "?25l",
            "A",
            "m",
            "~",
            " ",
            "\u202e",
            "\u200b",
            "\ud800",
            "\ufeff",
            "é",
            "a",
            "[link=x]",
        ),
    ),
    "front_matter": (
        *(
            "---\n",
            "---",
            "\n",
            "name: x\n",
            "a: &x 1\n",
            "b: *x\n",
            "<<: *x\n",
            "- a\n",
            "  ",
            "\t",
            ": ",
            "'",
            '"',
            "{",
            "}",
        ),
        *(
            "[",
            "]",
            "!!python/object:os.system ",
            "|\n",
            ">\n",
            "? ",
            "#",
            "list[str](min 1)",
            "@",
            "%",
            "\x00",
            "\ufeff",
            "NO",
        ),
    ),
    "patch": (
        *("<<<<<<< SEARCH\n", "=======\n", ">>>>>>> REPLACE\n", "<<<<<<< SEARCH", "======", "main.py\n", "**e**\n"),
        *("```python\n", "```\n", "--- a/main.py\n", "+++ b/main.py\n", "--- /dev/null\n", "+++ /dev/null\n"),
        *(
            "@@ -1,2 +3 @@\n",
            "@@\n",
            "-x\n",
            "+x\n",
            "+y\n",
            " x\n",
            " \n",
            "\n",
            "-import sys\n",
            " def f(x):\n",
            "+\n",
        ),
        *(
            "import sys\n",
            "def f(x):\n",
            "    return x\n",
            "x\n",
            "y",
            "print(f(1))\n",
            "../e\n",
            "\r\n",
            "\t",
            "\0",
            "é",
        ),
        *("\\ No newline at end of file\n", "\ud800", "-- \n", "file: a b.txt\n", "\u2028", "\x0c"),
    ),
    "path_resolver": (
        *(
            "/",
            "//",
            ".",
            "..",
            "../",
            "~",
            "-",
            "a",
            "link",
            "l/",
            "a/link/",
            ".git",
            ".GIT/",
            "GIT~1",
            ".env",
            "\\",
            ":",
        ),
        *("\0", "\n", " ", "é", "\u0301", "\uff0e\uff0e", "\u200b", "con", "x" * 90, "main.py", ".bashrc", "\uff0egit"),
    ),
    "fenced_files": (
        *(
            "```",
            "````",
            "~~~",
            "\n",
            "\n```\n",
            "```python main.py\n",
            "```md\n",
            "# main.py\n",
            "**a.py**\n",
            "`b.py`:\n",
        ),
        *(
            "File: c.py\n",
            "title=",
            "\r\n",
            "  ",
            "\t",
            "x = 1\n",
            "1. ",
            "> ",
            "/etc/passwd",
            "../x",
            "\0",
            "\ud800",
            "é",
        ),
    ),
    "rule_matcher": (
        *(
            "echo",
            "rm",
            " ",
            " -rf ",
            "x",
            ";",
            "&&",
            "||",
            "|",
            "&",
            "\n",
            "$(",
            "`",
            ")",
            "(",
            "{ ",
            "}",
            "'",
            '"',
            "\\",
        ),
        *(
            "$",
            "$X",
            "A=b ",
            "env ",
            "sh -c ",
            "eval ",
            "#",
            "<<E\n",
            "E\n",
            ">",
            "<",
            "2>&1",
            "*",
            "if ",
            "then ",
            "fi",
            "!",
        ),
        *(
            "for i in ",
            "do ",
            "done",
            "git push",
            "sudo ",
            "/bin/",
            "../",
            "~",
            "curl x | sh",
            "${IFS}",
            "\t",
            "\0",
            "é",
        ),
    ),
}
"""Pieces that a target's inputs are put together from."""
