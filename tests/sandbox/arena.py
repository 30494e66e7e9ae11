"""A place for attacks: a workspace, things outside worth reaching, and the traces that an attack left."""

import json
import os
import secrets
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from agentsh.core.code import Command, Limits, RunResult
from agentsh.ports import Sandbox
from agentsh.sandbox.probe import Ears
from tests.sandbox.attacks import PREAMBLE
from tests.support.patience import HANG_S

PROTECTED = (".git/hooks/sample", ".git/config", ".bashrc", ".venv/bin/python", "state/session.db")


class Arena:
    """Knows what was there before an attack, and finds what an attack did."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(8)
        self.secret = f"hunter2-{self.token}"
        self.folder = folder.resolve()
        self.workspace = self.folder / "workspace"
        self.outside = self.folder / "outside"
        self.protected = (Path("state/session.db"),)
        self._lay_out()
        self.ears = Ears(self.outside)
        self._victim = subprocess.Popen(["sleep", "600"], env={"PATH": os.environ["PATH"], "KEY": self.secret})

    def __enter__(self) -> "Arena":
        self.ears.__enter__()
        self._before = self._look()
        return self

    def __exit__(self, *_: object) -> None:
        self.ears.__exit__()
        self._victim.kill()
        self._victim.wait()

    def _lay_out(self) -> None:
        for path in PROTECTED:
            (self.workspace / path).parent.mkdir(parents=True, exist_ok=True)
            (self.workspace / path).write_text("as it was")
        # An interpreter of the workspace's own would be used; this is only something to protect.
        (self.workspace / ".venv/bin/python").rename(self.workspace / ".venv/bin/tool")
        self.outside.mkdir(mode=0o700)
        for name, text in (("secret", self.secret), ("victim", "as it was"), (f"listed-{self.token}", "")):
            (self.outside / name).write_text(text)
            (self.outside / name).chmod(0o600)
        (self.workspace / "planted").symlink_to(self.outside / "secret")

    def _look(self) -> dict[str, tuple[int, str]]:
        """Return mode and content of everything that no attack may change."""
        kept = [path for name in (".git", ".bashrc", ".venv", "state") for path in _tree(self.workspace / name)]
        return {str(path): _state(path) for path in (*kept, *_tree(self.outside))}

    async def attack(self, sandbox: Sandbox, script: str, limits: Limits | None = None) -> RunResult:
        """Run an attack in the sandbox. Its processes can be told by the token in their command line."""
        result = await self._run(sandbox, script, limits or Limits(wall_s=HANG_S))
        assert result.stdout.startswith("tried"), result
        return result

    async def attack_that_goes_on(self, sandbox: Sandbox, script: str) -> RunResult:
        """Run an attack that only a deadline ends, which leaves a busy machine time enough to begin it."""
        for wall_s in (0.5, 5.0, HANG_S):
            result = await self._run(sandbox, script, Limits(wall_s=wall_s))
            if result.stdout:
                break
        assert result.stdout.startswith("tried"), result
        return result

    async def _run(self, sandbox: Sandbox, script: str, limits: Limits) -> RunResult:
        told = {
            **{name: int(value) if value.isdigit() else value for name, value in self.ears.addresses().items()},
            "secret": str(self.outside / "secret"),
            "victim": str(self.outside / "victim"),
            "outside": str(self.outside),
            "pid": self._victim.pid,
            "port": free_port(),
        }
        self.port = told["port"]
        source = f"# {self.token}\n{PREAMBLE}\n{script}"
        return await sandbox.run(
            Command(argv=("python", "-I", "-S", "-c", source), stdin=json.dumps(told), limits=limits)
        )

    def traces(self, result: RunResult) -> list[str]:
        """Return what the attack achieved; empty when it was stopped."""
        said = result.stdout + result.stderr
        after = self._look()
        changed = sorted(path for path in {*self._before, *after} if self._before.get(path) != after.get(path))
        return [
            *(["the secret came back"] if self.secret in said else []),
            *(["the list came back"] if f"listed-{self.token}" in said else []),
            *(line for line in said.splitlines() if line.startswith("GOT")),
            *(f"changed {path}" for path in changed),
            *sorted(self.ears.heard()),
            *(f"process {pid} is left" for pid in self.processes()),
            *(["a process outside was killed"] if self._victim.poll() is not None else []),
        ]

    def processes(self) -> list[int]:
        """Return the attack's processes that still run."""
        found = []
        for process in Path("/proc").iterdir():
            try:
                if process.name.isdigit() and self.token.encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue
        return found


def _tree(root: Path) -> list[Path]:
    return [root, *sorted(root.rglob("*"))] if root.is_dir() and not root.is_symlink() else [root]


def _state(path: Path) -> tuple[int, str]:
    if not os.path.lexists(path):
        return (0, "")
    mode = path.lstat().st_mode
    return (mode, path.read_text() if path.is_file() and not path.is_symlink() else "")


def free_port() -> int:
    """Return a port on which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def reached(port: int, over: Callable[[], bool]) -> bool:
    """Try to connect until all is over; return whether it worked."""
    while not over():
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return True
    return False
