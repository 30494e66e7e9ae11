"""Ignore rules mean what they mean to git, and no rule makes them slow."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from agentsh.workspace.ignore import Ignore


def ignored(rules: str, path: str) -> bool:
    ignore = Ignore().and_file("", rules)
    names = path.split("/")
    folders = ["/".join(names[:count]) for count in range(1, len(names))]
    return any(ignore.ignores(folder, is_folder=True) for folder in folders) or ignore.ignores(path, is_folder=False)


CASES = [
    ("*.pyc", "a.pyc", True),
    ("*.pyc", "sub/a.pyc", True),
    ("*.pyc", "a.py", False),
    ("build/", "build/x", True),
    ("build/", "sub/build/x", True),
    ("build/", "build", False),
    ("/build", "build", True),
    ("/build", "sub/build", False),
    ("docs/*.html", "docs/a.html", True),
    ("docs/*.html", "docs/sub/a.html", False),
    ("docs/*.html", "x/docs/a.html", False),
    ("docs/**/*.html", "docs/a.html", True),
    ("docs/**/*.html", "docs/a/b/c.html", True),
    ("**/logs", "a/b/logs/x", True),
    ("**/logs", "logs/x", True),
    ("logs/**", "logs/a/b", True),
    ("logs/**", "logs", False),
    ("a/**/b", "a/b", True),
    ("a/**/b", "a/x/y/b", True),
    ("*\n!keep.txt", "keep.txt", False),
    ("*\n!keep.txt", "drop.txt", True),
    ("dir/\n!dir/keep", "dir/keep", True),
    ("# comment", "# comment", False),
    ("\\#hash", "#hash", True),
    ("\\!bang", "!bang", True),
    ("file[0-9].txt", "file7.txt", True),
    ("file[!0-9].txt", "file7.txt", False),
    ("file?.txt", "file1.txt", True),
    ("trailing   ", "trailing", True),
    ("/", "a", False),
    ("\n\n", "a", False),
    ("a*b*c", "axxbxxc", True),
    ("a*b*c", "axxbxx", False),
]


@pytest.mark.parametrize(("rules", "path", "expected"), CASES)
def test_a_rule_means_what_git_says(rules: str, path: str, expected: bool) -> None:
    assert ignored(rules, path) is expected


@pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge here, and it is not on this machine")
def test_git_agrees_with_every_case(tmp_path: Path) -> None:
    def verdict(number: int, rules: str, path: str) -> bool:
        root = tmp_path / str(number)
        root.mkdir()
        subprocess.run(["git", "init", "-q"], cwd=root, check=True)
        (root / ".gitignore").write_text(rules)
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("")
        return subprocess.run(["git", "check-ignore", "-q", "--", path], cwd=root, check=False).returncode == 0

    found = [(rules, path, verdict(n, rules, path)) for n, (rules, path, _) in enumerate(CASES)]
    assert found == CASES


def test_rules_of_a_folder_hold_in_that_folder() -> None:
    ignore = Ignore().and_file("", "*.txt").and_file("sub", "!a.txt\n/only.py")
    assert ignore.ignores("a.txt", is_folder=False)
    assert not ignore.ignores("sub/a.txt", is_folder=False)
    assert ignore.ignores("sub/only.py", is_folder=False)
    assert not ignore.ignores("sub/deep/only.py", is_folder=False)
    assert not ignore.ignores("only.py", is_folder=False)


@pytest.mark.parametrize("rule", ["*a" * 100 + "b", "**/" * 80 + "b", "[" * 200, "\\" * 200, "?*" * 100 + "b"])
def test_no_rule_takes_long(rule: str) -> None:
    start = time.process_time()
    assert not ignored(rule, "/".join(["a" * 200] * 20))
    assert time.process_time() - start < 5
