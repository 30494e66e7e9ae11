"""CI runs as root, people do not: the suite once more as uid 65534, in a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOBODY = "65534"
SELECTED = "not none and not real and not false"
"""The tiers that confine; what the tests themselves are worth has been shown as root."""
ROOT = Path(__file__).parents[2]
# What setpriv itself starts may still be found with root's rights; what `env` starts may not.
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env"]


def _interpreter(environment: dict[str, str]) -> str:
    """Return a Python that nobody may run and that finds what the tests import; skips where there is none."""
    versioned = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, shutil.which(versioned, path="/usr/local/bin:/usr/bin") or ""):
        check = [candidate, "-c", "import pydantic, pytest, pytest_asyncio, pytest_timeout, agentsh.sandbox"]
        if candidate and _run([*AS_NOBODY, *check], environment).returncode == 0:
            return candidate
    pytest.skip("no Python of this version that an ordinary user may run")


def _run(argv: list[str], environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)


@pytest.mark.skipif(os.geteuid() != 0, reason="the tests already run as an ordinary user")
@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv (util-linux) is not installed")
def test_the_suite_holds_for_an_ordinary_user(tmp_path_factory: pytest.TempPathFactory) -> None:
    site = [path for path in sys.path if path.endswith("site-packages")]
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *site]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
    }
    suite = [str(ROOT / "tests" / "sandbox" / name) for name in ("test_attacks.py", "test_opening.py")]
    argv = [
        _interpreter(environment),
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:xdist",
        "--rootdir",
        str(ROOT),
        "-k",
        SELECTED,
        *suite,
    ]
    done = _run([*AS_NOBODY, *argv], environment)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "100%" in done.stdout
