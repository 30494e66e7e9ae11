"""CI runs as root, people do not: whole runs as uid 1000, in a home of that user's, against a model server."""

import json
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.process import Ended, Shell
from tests.e2e.conftest import Serve
from tests.e2e.flaws import FLAWS, GOOD
from tests.sandbox.ordinary import AS_ORDINARY, UID, can_be_another, environment, python_for_another
from tests.support import workshop

SECRET = "hunter2-of-uid-1000"
MODEL = "tiny:latest"


@dataclass(frozen=True)
class Person:
    """Somebody with a home of their own, and a Python that they may run."""

    root: Path
    python: str

    @property
    def home(self) -> Path:
        return self.root / "home"

    def run(self, *words: str) -> Ended:
        """Run agentsh as that user, under a umask that would let everybody read."""
        folders = Shell(self.root).environ({"TMPDIR": str(self.root / "tmp"), "MY_API_KEY": SECRET})
        done = subprocess.run(
            [*AS_ORDINARY, self.python, "-m", "agentsh", "--home", str(self.home), *words],
            env={**environment(), **folders, "PATH": environment()["PATH"]},
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
            umask=0o022,
        )
        return Ended(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def person() -> Iterator[Person]:
    """Make one; the folder lies where others may pass, unlike those of pytest."""
    if not can_be_another():
        pytest.skip("these tests run as an ordinary user already, or without setpriv")
    python = python_for_another("import agentsh.cli.app, agentsh.wiring, agentsh.sandbox")
    if python is None:
        pytest.skip("no Python of this version that an ordinary user may run")
    root = Path(tempfile.mkdtemp(prefix="agentsh-person-"))
    try:
        workshop.furnish(root / "home")
        (root / "tmp").mkdir()
        for path in (root, *root.rglob("*")):
            os.chown(path, UID, UID)
        yield Person(root, python)
    finally:
        shutil.rmtree(root)


def served(serve: Serve, *drafts: dict[str, str]) -> str:
    return serve(json.dumps({"models": [MODEL], "rules": workshop.rules(drafts)})).host


def test_a_team_makes_a_program_that_runs(person: Person, serve: Serve) -> None:
    flaw = FLAWS["failing test"]
    host = served(serve, flaw.files, dict(GOOD))
    ended = person.run("run", "A greeting", "--team", "workshop", "--host", host, "--session", "s", "--yes")
    assert ended.code == 0, ended
    assert ("sandbox: bubblewrap+seccomp" in ended.err) or ("sandbox: landlock+seccomp" in ended.err)
    assert "failed at tests" in ended.err
    assert (person.home / "sessions" / "s" / "main.py").read_text() == GOOD["main.py"]
    made = [person.home / "sessions", *(person.home / "sessions").rglob("*")]
    assert {path.lstat().st_uid for path in made} == {UID}
    others = [path for path in made if not path.is_symlink() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    assert others == []
    assert SECRET not in "".join(ended.out + ended.err)
    assert not [path for path in person.root.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]


def test_a_program_that_stays_broken_is_told(person: Person, serve: Serve) -> None:
    flaw = FLAWS["needs arguments"]
    host = served(serve, flaw.files, flaw.files)
    ended = person.run("run", "A greeting", "--team", "workshop", "--host", host, "--session", "s", "--yes")
    assert ended.code == 6, ended
    assert "the program does not run: entry" in ended.out
    assert json.loads(person.run("sessions", "show", "s", "--json").out)["status"] == "failed"


def test_the_doctor_says_what_holds(person: Person) -> None:
    told = person.run("doctor").out
    assert "bubblewrap+seccomp" in told or "landlock+seccomp" in told
