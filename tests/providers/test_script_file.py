from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, FileError
from agentsh.providers.script import Rule, Script
from agentsh.providers.script_file import MOST_BYTES, check_script, read_script


def read(tmp_path: Path, text: str | bytes) -> Script[Rule]:
    path = tmp_path / "script.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_script(path, Script[Rule])


def test_a_script_is_read(tmp_path: Path) -> None:
    script = read(
        tmp_path,
        "models: [tiny]\nrules:\n  - match: snake\n    reply: |\n      # Snake\n      NO\n  - json: {n: 1}\n",
    )
    assert script.models == ("tiny",)
    assert [rule.text for rule in script.rules] == ["# Snake\nNO\n", '{"n": 1}']


@pytest.mark.parametrize(
    ("text", "line", "about"),
    [
        ("rules:\n  - reply: x\n    colour: red\n", 3, "colour"),
        ("rules:\n  - reply: x\n  - fail: slowly\n", 3, "fail"),
        ("rules:\n  - reply: x\n  - match: y\n", 3, "rules.1"),
        ("rules:\n  - reply: x\n    match: (\n", 3, "regular expression"),
        ("rules:\n  - reply: 7\n", 2, "reply"),
        ("models: tiny\nrules: []\n", 1, "models"),
        ("rules: [\n", 2, "YAML"),
        ("rules:\n\t- x\n", 2, "YAML"),
        ("a: &x 1\nrules: *x\n", 2, "aliases"),
        ("rules: []\nrules: []\n", 2, "twice"),
        ("rules: !!python/object/apply:os.system [x]\n", 1, "YAML"),
        ("- x\n", 1, "the script"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, line: int, about: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path}/script.yaml:{line}: ")
    assert about in str(caught.value)
    assert caught.value.exit_code == ExitCode.USAGE


def test_an_empty_file_is_no_script(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"script\.yaml"):
        read(tmp_path, "")


def test_a_file_that_is_not_utf8_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"script\.yaml:2: not UTF-8"):
        read(tmp_path, b"rules:\n  - reply: \xff\n")


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="larger than 4 MiB"):
        read(tmp_path, b"#" * (MOST_BYTES + 1))


def test_a_deep_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        read(tmp_path, "rules: " + "[" * 20_000)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="No such file"):
        read_script(tmp_path / "nosuch.yaml", Script[Rule])


def test_a_wrong_mapping_is_told_without_a_line() -> None:
    with pytest.raises(FileError, match=r"^script: rules\.0\.fail"):
        check_script({"rules": [{"fail": "slowly"}]}, Script[Rule])
