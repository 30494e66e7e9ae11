"""A name from outside is a plain relative path, or it is refused with the reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import ExitCode, UnsafePath
from agentsh.workspace.paths import MAX_DEPTH, MAX_NAME_BYTES, MAX_PATH_BYTES, check_path


@pytest.mark.parametrize(
    ("path", "plain"),
    [
        ("main.py", "main.py"),
        ("./main.py", "main.py"),
        ("src//game/./board.py", "src/game/board.py"),
        (".gitignore", ".gitignore"),
        (".github/workflows/test.yml", ".github/workflows/test.yml"),
        ("docs/mein Spiel.md", "docs/mein Spiel.md"),
        ("docs/日本語.md", "docs/日本語.md"),
        ("a..b.py", "a..b.py"),
        ("_x/__init__.py", "_x/__init__.py"),
    ],
)
def test_a_plain_path_comes_back_in_its_plain_spelling(path: str, plain: str) -> None:
    assert check_path(path) == plain


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("/etc/passwd", "absolute"),
        ("//etc/passwd", "absolute"),
        ("~/.ssh/id_rsa", "begins with '~'"),
        ("a/~root/x", "begins with '~'"),
        ("../x", "goes up"),
        ("a/../../x", "goes up"),
        ("a/..", "goes up"),
        ("a\0.py", "control character"),
        ("a\nb.py", "control character"),
        ("a\x1b[2Jb.py", "control character"),
        ("a\u202eyp.exe", "control character"),
        ("a\u200b.py", "control character"),
        ("a\u2028b", "control character"),
        ("\ud800.py", "control character"),
        ("-rf", "begins with '-'"),
        ("docs/-x.md", "begins with '-'"),
        ("", "empty"),
        ("  ", "empty"),
        (".", "names no file"),
        ("./.", "names no file"),
        ("a/", "names a folder"),
        ("C:/x", "colon"),
        ("c:x", "colon"),
        ("a.py:stream", "colon"),
        ("..\\x", "backslash"),
        ("\\\\host\\share", "backslash"),
        (" main.py", "space at an end"),
        ("a /b", "space at an end"),
        ("main.py.", "ends with a dot"),
        ("...", "ends with a dot"),
        (".git", "protected"),
        (".git/hooks/pre-commit", "protected"),
        (".GIT/config", "protected"),
        (".Git", "protected"),
        ("sub/.git/config", "protected"),
        ("git~1/config", "protected"),
        ("\uff0egit/config", "protected"),
        (".gitmodules", "protected"),
        (".bashrc", "protected"),
        ("home/.Profile", "protected"),
        (".envrc", "protected"),
        (".vscode/tasks.json", "protected"),
        (".venv/bin/python", "protected"),
        ("agentsh.toml", "protected"),
        ("sub/AGENTSH.toml", "protected"),
        (".agentsh-tmp-1-ab", "protected"),
        ("x" * (MAX_NAME_BYTES + 1), "longer than"),
        ("é" * MAX_NAME_BYTES, "longer than"),
        ("x/" * (MAX_PATH_BYTES // 2) + "y", "longer than"),
        ("x/" * MAX_DEPTH + "y", "folders deep"),
    ],
)
def test_a_dangerous_path_is_refused_with_its_reason(path: str, reason: str) -> None:
    with pytest.raises(UnsafePath, match="is refused") as caught:
        check_path(path)
    assert reason in str(caught.value)
    assert "main.py" in caught.value.hint
    assert caught.value.exit_code is ExitCode.NOT_RUNNING


def test_an_error_shows_no_more_than_the_begin_of_a_path() -> None:
    with pytest.raises(UnsafePath) as caught:
        check_path("x" * 100_000)
    assert len(str(caught.value)) < 300


_HOSTILE = st.sampled_from(
    ["..", ".", "", "~", "-x", ".git", ".GIT", "a", "b.py", " ", "/", "\\", ":", "\0", "\n", "\uff0egit"]
)


@given(st.lists(_HOSTILE | st.text(max_size=8), max_size=8).map("/".join) | st.text(max_size=60))
def test_what_is_let_through_stays_inside_and_is_stable(path: str) -> None:
    try:
        plain = check_path(path)
    except UnsafePath:
        return
    names = plain.split("/")
    assert names
    assert not any(name in {"", ".", ".."} or name.startswith(("-", "~")) for name in names)
    assert not any(name.casefold() == ".git" for name in names)
    assert plain.isprintable() or " " in plain or not plain.isascii()
    assert "\0" not in plain
    assert "\n" not in plain
    assert check_path(plain) == plain
