"""Rules are cut to what a kernel knows, since it refuses the rest whole."""

from pathlib import Path

import pytest

from agentsh.sandbox.landlock import DEVICE, READ, WRITE, handled, rules

TRUNCATE, IOCTL = 1 << 14, 1 << 15


@pytest.mark.parametrize(
    ("abi", "files", "tcp", "scopes"),
    [
        (1, 0x1FFF, 0, 0),
        (2, 0x3FFF, 0, 0),
        (3, 0x7FFF, 0, 0),
        (4, 0x7FFF, 3, 0),
        (5, 0xFFFF, 3, 0),
        (6, 0xFFFF, 3, 3),
        (7, 0xFFFF, 3, 3),
        (99, 0xFFFF, 3, 3),
    ],
)
def test_each_version_handles_all_that_it_knows(abi: int, files: int, tcp: int, scopes: int) -> None:
    assert handled(abi, network=False) == (files, tcp, scopes)
    assert handled(abi, network=True) == (files, 0, scopes)


@pytest.mark.parametrize("abi", range(1, 8))
def test_no_rule_grants_what_is_not_handled(abi: int, tmp_path: Path) -> None:
    files, _, _ = handled(abi, network=False)
    granted = rules(abi, [(tmp_path, WRITE), (Path("/usr"), READ), (Path("/dev/null"), DEVICE)])
    assert len(granted) == 3
    assert all(rights and rights & ~files == 0 for _, rights in granted)


def test_a_rule_on_a_file_grants_no_rights_of_folders(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ((_, rights),) = rules(7, [(tmp_path / "file", WRITE)])
    assert rights & ~(0b111 | TRUNCATE | IOCTL) == 0


def test_what_is_not_there_is_left_out(tmp_path: Path) -> None:
    assert rules(7, [(tmp_path / "missing", READ)]) == []


def test_no_grant_lets_devices_be_made_or_controlled() -> None:
    make_char, make_block = 1 << 6, 1 << 11
    assert not (READ | WRITE | DEVICE) & (make_char | make_block | IOCTL)
