"""Law 11: root's processes are counted in the bubble, and nobody else's are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentsh.sandbox.crowd import Crowd

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root's processes are not counted by the kernel")


@contextmanager
def waiting(number: int) -> Iterator[None]:
    """Run so many processes that only wait."""
    argv = (sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()")
    processes = [subprocess.Popen(argv, stdin=subprocess.PIPE) for _ in range(number)]
    try:
        yield
    finally:
        for process in processes:
            process.communicate()


def test_a_bubble_that_is_being_set_up_is_not_blamed_for_the_machine_s_processes() -> None:
    """Until it has left the machine's root, what is seen at its root are the machine's processes."""
    crowd = Crowd(most=2)
    with waiting(6):
        assert not crowd.over(Path(f"/proc/{os.getpid()}/root"))


def test_a_crowd_is_seen_also_while_as_many_end_elsewhere(tmp_path: Path) -> None:
    """How many threads the machine has says nothing then."""
    for number in range(9):
        (tmp_path / "proc" / str(number)).mkdir(parents=True)
    crowd = Crowd(most=2)
    assert any(crowd.over(tmp_path) for _ in range(50))
