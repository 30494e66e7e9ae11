"""agentsh as a real process, in a home of its own, with no model server within reach."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DEADLINE_S = 120.0
NOBODY = "http://127.0.0.1:1"
"""An address where nothing listens."""


@dataclass(frozen=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Shell:
    """Runs `python -m agentsh` with its home and all of its user's folders below one folder."""

    root: Path

    @property
    def home(self) -> Path:
        return self.root / "home"

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "LC_ALL")}
        folders = {
            name: str(self.root / name.lower())
            for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "AGENTSH_CACHE")
        }
        return {**kept, **folders, "OLLAMA_HOST": NOBODY, **(more or {})}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "agentsh", "--home", str(self.home), *arguments]

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
        self.root.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            self.command(*arguments),
            env=self.environ(environ),
            cwd=cwd or self.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def start(self, *arguments: str, stdout: int = subprocess.PIPE) -> "subprocess.Popen[str]":
        self.root.mkdir(parents=True, exist_ok=True)
        return subprocess.Popen(
            self.command(*arguments),
            env=self.environ(),
            cwd=self.root,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
        )


def python(code: str, arguments: Sequence[str] = ()) -> Ended:
    """Run a piece of Python in a fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=DEADLINE_S, check=False
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def stop(process: "subprocess.Popen[str]", number: signal.Signals) -> Ended:
    """Send a signal and wait for the end."""
    process.send_signal(number)
    out, err = process.communicate(timeout=DEADLINE_S)
    return Ended(process.returncode, out or "", err or "")
