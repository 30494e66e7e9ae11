"""What a command line would run is told without running it; what is not told is said to be unclear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.shell import LONGEST, Word, read_line, scripts_of


def programs(script: str) -> list[list[str]]:
    return [[word.text for word in call.words] for call in read_line(script).calls]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("ls -l 'a b'", [["ls", "-l", "a b"]]),
        ("a;b&&c||d|e&f\ng", [[name] for name in "abcdefg"]),
        ("(a; b) && { c; }", [["a"], ["b"], ["c"]]),
        ("if a; then b; else c; fi", [["a"], ["b"], ["c"]]),
        ("for i in 1 2; do a $i; done", [["a", "$i"]]),
        ("while ! a; do b; done", [["a"], ["b"]]),
        ('echo "$(a `b`)"', [["b"], ["a", "`b`"], ["echo", "$(a `b`)"]]),
        ("a <(b) > c # d; e", [["b"], ["a", ""]]),
        ("a \\\n b", [["a", "b"]]),
        ("a\\ b c\\;d", [["a b", "c;d"]]),
        ("cat <<'E'\nrm -rf /\nE\nb", [["cat"], ["b"]]),
        ("cat <<-E\n\tx\n\tE\nb", [["cat"], ["b"]]),
        ("cat <<< 'a; b'; c", [["cat"], ["c"]]),
        ("2>&1 a >&- 2>/dev/null", [["a"]]),
        ('"if" x', [["if", "x"]]),
        ("find . -exec a {} \\;", [["find", ".", "-exec", "a", "{}", ";"]]),
    ],
)
def test_each_program_of_a_line_is_seen(script: str, expected: list[list[str]]) -> None:
    assert programs(script) == expected
    assert not read_line(script).unclear


@pytest.mark.parametrize(
    "script",
    [
        *("'open", '"open', "`open", "$(open", "(open", "a\\", "a)", "a >", "a <<E\nb"),
        *("f() { a; }", "function f { a; }", "a=(1 2)", "case a in a) b;; esac", "$'a'", '$"a"', "$((1))"),
        *("${a:-$(b)}", "a <<E\n$(b)\nE", "a\0b", "a\x0bb", "$(" * 50 + "a" + ")" * 50, "a" * (LONGEST + 1)),
    ],
)
def test_what_is_not_seen_through_is_unclear(script: str) -> None:
    assert read_line(script).unclear


def test_assignments_redirections_and_pipes_are_told() -> None:
    first, second = read_line("A='b c' D= prog x > 'out file' | other < in").calls
    assert first.assignments == ("A=b c", "D=")
    assert first.writes == (Word("out file", quoted=True),)
    assert (first.piped, second.piped, second.fed) == (False, True, True)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("$x", "open"), ("~/x", "open"), ("{a,b}", "open"), ("*.py", "glob"), ("[ab]", "glob"), ("'*'", "literal")],
)
def test_it_is_told_how_far_a_word_is_known(word: str, kind: str) -> None:
    assert read_line(f"a {word}").calls[0].words[1].kind == kind


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("sh -c 'a b'", ["a b"]),
        ("bash -lc -x 'a b' c", ["a b"]),
        ("/bin/bash --norc -ec 'a b'", ["a b"]),
        ('sh -c "$x"', [None]),
        ("sh -c '+x rm'", [None]),
        ("sh -c", [None]),
        ("a | sh", [None]),
        ("sh < x", [None]),
        ("sh x.sh -c y", []),
        ("eval a 'b c'", ["a b c"]),
        ("eval $x", [None]),
        ("trap 'a' EXIT", ["a"]),
    ],
)
def test_scripts_within_a_line_are_found(script: str, expected: list[str | None]) -> None:
    found = scripts_of(read_line(script).calls[-1])
    assert [word and word.text for word in found] == expected


@given(st.text())
def test_no_text_makes_it_raise(script: str) -> None:
    line = read_line(script)
    assert line.unclear or all(call.words or call.assignments or call.writes for call in line.calls)
