"""A model server as a process of its own, on a script that the test writes."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from tests.e2e.here import Here
from tests.support.model_server import Logged


@dataclass(frozen=True)
class Served:
    """A server that is there."""

    host: str
    log: Path
    process: "subprocess.Popen[str]"

    def stop(self) -> None:
        """Let it go away; its log is whole then."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(200)

    def hurries(self) -> None:
        """Let what the model is saying come to its end, and whatever it says later come at once."""
        self.process.send_signal(signal.SIGUSR1)

    def requests(self) -> list[Logged]:
        """Return what it was asked, in the order in which it arrived."""
        found = [Logged(**json.loads(line)) for line in self.log.read_text(encoding="utf-8").splitlines()]
        return sorted(found, key=lambda logged: logged.number)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.host.rpartition(":")[2])

    def chats(self) -> list[Logged]:
        """Return the model calls."""
        return [logged for logged in self.requests() if logged.path == "/api/chat" and logged.body.get("messages")]


class Serve(Protocol):
    """Starts a server."""

    def __call__(self, script: str, port: int = 0) -> Served:
        """Return one on this script, at a port that is free, or at this one."""


@contextmanager
def serving(folder: Path) -> Iterator[Serve]:
    """Let servers be started on scripts; each goes in the end."""
    started: list[subprocess.Popen[str]] = []

    def start(script: str, port: int = 0) -> Served:
        at = folder / f"server-{len(started)}"
        at.mkdir()
        (at / "script.yaml").write_text(script, encoding="utf-8")
        words = ["--script", str(at / "script.yaml"), "--log", str(at / "log.jsonl"), "--port", str(port)]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.ollama_server", *words], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        port = process.stdout.readline().removeprefix("READY ").strip()
        return Served(f"http://127.0.0.1:{port}", at / "log.jsonl", process)

    try:
        yield start
    finally:
        for process in started:
            process.kill()
            process.communicate()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start servers on scripts."""
    with serving(tmp_path) as start:
        yield start


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    """A command line without a process of its own."""
    return Here(tmp_path, capsys, monkeypatch)
