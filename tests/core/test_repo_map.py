"""The map of a repository: what files define, and as much of it as there is room for."""

import pytest

from agentsh.core.repo_map import MOST_SYMBOLS, Mapped, map_text, mapped

PYTHON = """
import os
LIMIT = 3
quiet = 1

class Shelf(Base):
    size: int = 0
    def put(self, book, *, at=None): ...
    async def take(self): ...
    class Inner:
        def hidden(self): ...

def main(argv, *rest, loud=False, **more): ...
"""


@pytest.mark.parametrize(
    ("path", "text", "symbols"),
    [
        (
            "a.py",
            PYTHON,
            (
                "LIMIT",
                "class Shelf(Base)",
                "  def put(self, book, at=)",
                "  def take(self)",
                "  class Inner",
                "def main(argv, *rest, loud=, **more)",
            ),
        ),
        ("broken.py", "def f(:\n    pass\nclass A:\n", ("def f(", "class A")),
        ("a.md", "# One\ntext\n### Three\n#### Four\n", ("One", "Three")),
        ("a.toml", "[tool.x]\na = [1]\n[[many]]\n", ("[tool.x]", "[[many]]")),
        (
            "a.js",
            "export default class A extends B {\n  x() {}\n}\nasync function f(a) {\n",
            ("export default class A extends B", "async function f(a)"),
        ),
        (
            "a.go",
            "package x\n\nfunc (s *S) Run(a int) error {\ntype S struct {\n",
            ("func (s *S) Run(a int) error", "type S struct"),
        ),
        ("a.rs", "pub(crate) fn run() -> u8 {\nimpl S {\n", ("pub(crate) fn run() -> u8", "impl S")),
        ("a.sh", "build() {\n  echo\n}\n", ("build()",)),
        ("a.txt", "class conflict is a term\n", ()),
    ],
)
def test_what_a_file_defines_is_found_by_its_kind(path: str, text: str, symbols: tuple[str, ...]) -> None:
    assert mapped(path, len(text), text).symbols == symbols


def test_what_is_no_text_has_its_size() -> None:
    assert map_text([mapped("a.png", 12, None)]) == "a.png (12 bytes)"


def test_a_map_fits_whatever_room_there_is_and_says_what_it_leaves_out() -> None:
    files = [
        Mapped(path=f"src/p{n % 7}/m{n}.py", size_bytes=9, lines=9, symbols=tuple(f"def f{i}()" for i in range(n % 9)))
        for n in range(90)
    ]
    whole = map_text(files)
    for room in (1, 3, 5, 12, 40, 90, 91, 200, 300, 1000):
        text = map_text(files, room)
        assert len(text.splitlines()) <= room, room
    assert map_text(files, 1000) == whole
    assert all(file.path in map_text(files, 90) for file in files)
    assert "names left out" in map_text(files, 200)
    assert map_text(files, 3) == "src/ (90 files)"


def test_symbols_have_an_end() -> None:
    text = "".join(f"def f{n}(): ...\n" for n in range(1000))
    assert len(mapped("a.py", len(text), text).symbols) == MOST_SYMBOLS
    assert mapped("deep.py", 9, "(" * 5000).symbols == ()
