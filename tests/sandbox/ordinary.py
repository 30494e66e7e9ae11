"""An ordinary user to run as, where the tests run as root, and a Python that it may use."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

UID = 1000
ROOT = Path(__file__).parents[2]
# What setpriv itself starts may still be found with root's rights; what `env` starts may not.
AS_ORDINARY = ["setpriv", f"--reuid={UID}", f"--regid={UID}", "--clear-groups", "env"]
NEEDED = "import pydantic, pytest, pytest_asyncio, pytest_timeout, agentsh.sandbox"


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which any Python of this version finds what the tests import."""
    site = [path for path in sys.path if path.endswith("site-packages")]
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join([str(ROOT), *site]),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",
        **(more or {}),
    }


def can_be_another() -> bool:
    """Tell whether programs can be started as an ordinary user from here."""
    return os.geteuid() == 0 and shutil.which("setpriv") is not None


def python_for_another(needed: str = NEEDED) -> str | None:
    """Return a Python that an ordinary user may run, and that finds what is needed; None where there is none."""
    versioned = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for candidate in (sys.executable, shutil.which(versioned, path="/usr/local/bin:/usr/bin") or ""):
        if candidate and run_as_another([candidate, "-c", needed]).returncode == 0:
            return candidate
    return None


def run_as_another(argv: Sequence[str], timeout_s: float = 280) -> "subprocess.CompletedProcess[str]":
    """Run a program as an ordinary user, to its end."""
    return subprocess.run(
        [*AS_ORDINARY, *argv],
        env=environment(),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
