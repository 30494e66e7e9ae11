"""A whole run whose program attacks the machine: nothing outside changed, nothing is left, nobody heard of it."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from agentsh.sandbox import bubblewrap, landlock
from tests.sandbox.ordinary import ROOT

ALONE = ["unshare", "--mount", "--propagation", "private"]
EMPTY = "mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /var/tmp"


def alone(script: str) -> "subprocess.CompletedProcess[str]":
    """Run a shell script in a mount namespace of its own, with /tmp and /var/tmp empty."""
    return subprocess.run(
        [*ALONE, "sh", "-c", f"{EMPTY} && {script}"],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.mark.skipif(shutil.which("unshare") is None, reason="unshare (util-linux) is not installed")
@pytest.mark.parametrize("tier", ["bubblewrap", "landlock"])
def test_an_attacked_machine_is_as_it_was(tier: str) -> None:
    if alone("true").returncode != 0:
        pytest.skip("no mount namespace can be made here")
    if alone(f"test -x {sys.executable}").returncode != 0:
        pytest.skip("this checkout lies in a folder that the test empties, such as /tmp")
    program = bubblewrap.find()
    if (tier == "bubblewrap" and program is None) or (tier == "landlock" and not landlock.abi()):
        pytest.skip(f"this machine has no {tier}")
    hide = f"mount --bind /dev/null {program} && " if tier == "landlock" and program else ""
    done = alone(f"{hide}exec {sys.executable} -m tests.sandbox.attacked_run {tier}")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["sandbox"].startswith(f"sandbox: {tier}+seccomp"), found
    assert (found["code"], found["tried"]) == (0, True), found
    assert found["made"] > 5
    own = [path for path in found["changed"] if path.startswith("/tmp/person/xdg_data_home")]
    assert [path for path in found["changed"] if path not in own] == []
    assert {path.rpartition("/")[2] for path in own} <= {"xdg_data_home", "agentsh", "key"}
    assert (found["processes"], found["heard"], found["secrets"]) == ([], [], [])
