"""Front matter: what is typed is what is read, and every mistake has its file, its line and its mend."""

import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from agentsh.core.errors import FileError
from agentsh.library.front import MOST_BYTES, FrontMatter, decode, read_front, read_text, split_front
from agentsh.library.yaml_text import MOST_ALIASES, MOST_DEPTH

PATH = "prompts/actions/a.md"


def failure(text: str) -> FileError:
    with pytest.raises(FileError) as caught:
        split_front(PATH, text)
    assert str(caught.value).startswith(f"{PATH}:{caught.value.line}: ")
    return caught.value


def test_text_stays_text() -> None:
    front = split_front(PATH, "---\na: NO\nb: 1.10\nc: on\nd: 0x10\ne: 2024-01-01\nf: 'true'\ng: 1_000\n---\n")
    assert front.fields == {
        "a": "NO",
        "b": "1.10",
        "c": "on",
        "d": "0x10",
        "e": "2024-01-01",
        "f": "true",
        "g": "1_000",
    }


def test_nothing_and_null_are_none_and_quotes_keep_them_text() -> None:
    front = split_front(PATH, "---\na:\nb: ~\nc: null\nd: 'null'\ne: ''\n---\n")
    assert front.fields == {"a": None, "b": None, "c": None, "d": "null", "e": ""}


def test_every_value_knows_its_line() -> None:
    front = split_front(PATH, "---\nname: a\n\n# why\nwatch:\n  one: [x]\n  two:\n    - y\n    - z\n---\n")
    lines = {place: front.places.line(place) for place in [("name",), ("watch", "one"), ("watch", "two", 1)]}
    assert lines == {("name",): 2, ("watch", "one"): 6, ("watch", "two", 1): 9}
    assert front.places.line(("watch", "two", 7)) == 7
    assert front.places.line(("unknown",)) == 1


def test_the_body_knows_its_first_line() -> None:
    front = split_front(PATH, "---\nname: a\n---\n\n\nHello\n---\nyou\n\n")
    assert (front.body, front.body_line) == ("Hello\n---\nyou", 6)


def test_a_body_may_be_missing() -> None:
    assert split_front(PATH, "---\na: b\n---").fields == {"a": "b"}


def test_windows_line_ends_are_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"---\r\nname: a\r\n---\r\nHi\r\nyou\r\n")
    front = read_front(path)
    assert (front.fields, front.body, front.body_line) == ({"name": "a"}, "Hi\nyou", 4)


@pytest.mark.parametrize(
    ("text", "line", "said", "mend"),
    [
        ("", 1, "is empty", "---"),
        (" \n\n", 1, "is empty", "---"),
        ("# Title\n", 1, "does not begin with front matter", "first line"),
        ("\n---\nname: a\n---\n", 1, "does not begin with front matter", "first line"),
        ("---\nname: a\nHello\n", 1, "does not end", "three dashes"),
        ("---\n---\nHello\n", 2, "the front matter is empty", "name"),
        ("---\n# only a remark\n---\n", 2, "the front matter is empty", "name"),
        ("---\n- a\n---\n", 2, "has to be a mapping", "name:"),
        ("---\nname: a\ngoal: b\nname: c\n---\n", 4, "'name' is there twice, first on line 2", "Keep one"),
        ("---\nwatch:\n  a: []\n  a: []\n---\n", 4, "'a' is there twice, first on line 3", "Keep one"),
        ("---\nname: a\n\tgoal: b\n---\n", 3, "a tab", "spaces"),
        ("---\nname: a\ngoal: b: c\n---\n", 3, "not valid YAML: mapping values", "quotes"),
        ("---\nname: 'a\n---\n", 3, "not valid YAML: found unexpected end", "quote"),
        ("---\nname: @a\n---\n", 2, "not valid YAML: found character that cannot start", "quotes"),
        ("---\nname: a\ntags: [list[str]\n---\n", 3, "not valid YAML", "line of their own"),
        ("---\nname: !!python/name:os.system\n---\n", 2, "the tag", "Leave it out"),
        ("---\n? [a]\n: b\n---\n", 2, "a key has to be a word", "name:"),
        ("---\nname: *a\n---\n", 2, "the alias 'a' names nothing", "Write it out"),
        ("---\nname: &a [*a]\n---\n", 2, "the alias 'a' names nothing", "Write it out"),
    ],
)
def test_each_mistake_is_named_with_its_line_and_mend(text: str, line: int, said: str, mend: str) -> None:
    error = failure(text)
    assert (error.line, said in str(error), mend in error.hint) == (line, True, True), (str(error), error.hint)


def test_a_few_aliases_are_fine_and_a_bomb_of_them_is_not() -> None:
    few = split_front(PATH, "---\na: &x [one]\nb: *x\nc: *x\n---\n")
    assert few.fields == {"a": ["one"], "b": ["one"], "c": ["one"]}
    bomb = ["a0: &a0 [lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    error = failure("---\n" + "\n".join(bomb) + "\n---\n")
    assert (error.line, f"more than {MOST_ALIASES} aliases" in str(error)) == (3, True)


@pytest.mark.parametrize("depth", [MOST_DEPTH + 1, 100_000])
def test_nesting_has_an_end(depth: int) -> None:
    error = failure(f"---\nname: a\ndeep: {'[' * depth}{']' * depth}\n---\n")
    assert (error.line, f"deeper than {MOST_DEPTH}" in str(error)) == (3, True)


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"\xef\xbb\xbf---\nname: a\n---\n", 1, "byte-order mark"),
        (b"---\nname: a\ngoal: \xff\xfe\n---\n", 3, "is not UTF-8: byte b'\\xff'"),
        ("---\nname: ä\n---\n".encode("latin-1"), 2, "is not UTF-8"),
        ("---\nname: a\n---\n".encode("utf-16"), 1, "is not UTF-8"),
        (b"---\nname: a\n---\nHi\x1b[2J\n", 4, r"control character '\x1b'"),
        (b"---\nname: a\x00\n---\n", 2, r"control character '\x00'"),
        (b"---\nname: a\n---\n" + b"x" * MOST_BYTES, None, "larger than 256 KB"),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, line: int | None, said: str) -> None:
    with pytest.raises(FileError) as caught:
        decode(PATH, content)
    assert (caught.value.line, said in str(caught.value)) == (line, True), str(caught.value)


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "zeros.md").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.md")
    with pytest.raises(FileError, match="there is no such file"):
        read_text(tmp_path / "none.md")
    for name in ("", "zeros.md", "pipe.md"):
        with pytest.raises(FileError, match="is not a plain file"):
            read_text(tmp_path / name)


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "huge.md"
    with path.open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(FileError, match="larger than 256 KB"):
        read_text(path)


yaml_like = st.text(alphabet=st.sampled_from("ab:-?&*!|>'\"%@`[]{},# \n\t012"), max_size=60)


def outcome(content: bytes) -> FrontMatter | FileError:
    try:
        return split_front(PATH, decode(PATH, content))
    except FileError as error:
        return error


@given(yaml_like | st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@example("&a : *a")
@example("--- a")
@example("%YAML 1.1")
def test_any_front_matter_is_read_or_a_file_error(header: str) -> None:
    result = outcome(f"---\nname: a\n{header}\n---\nbody\n".encode())
    assert isinstance(result, FileError) or "name" in result.fields


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_a_file_error(content: bytes) -> None:
    result = outcome(content)
    assert isinstance(result, FrontMatter) or str(result).startswith(PATH)
