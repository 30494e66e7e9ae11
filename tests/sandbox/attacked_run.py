"""A whole run of agentsh whose program attacks the machine, and everything that it left outside of its workspace.

Run in a mount namespace of its own, with /tmp and /var/tmp empty (see test_attacked_run): prints what changed as JSON.
"""

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from agentsh.sandbox.probe import Ears
from tests.cli.process import Shell
from tests.cli.tiny import MAKE, arguments, furnish
from tests.sandbox.attacks import ATTACKS, PREAMBLE

PERSON = Path("/tmp/person")
SKIPPED = ("tiocsti", "daemon")
"""What needs more time than a test has, or a terminal; both are in the suite."""
PLACES = (Path("/tmp"), Path("/var/tmp"))
ANSWER = """\
```python main.py
import io
import sys


def attack():
    sys.stdin = io.StringIO({told!r})
{body}
    print("all tried")


if __name__ == "__main__":
    attack()
```

```python test_main.py
import unittest


class Nothing(unittest.TestCase):
    def test_nothing(self):
        self.assertTrue(len("x") == 1)


if __name__ == "__main__":
    unittest.main()
```
"""
GREEDY = """
go(lambda: [open(t['outside'] + f'/{n}', 'w') for n in range(10)])
go(lambda: open('/var/tmp/made', 'w'))
go(lambda: open('/tmp/made', 'w'))
go(lambda: open(os.path.expanduser('~/made'), 'w'))
go(lambda: os.remove(t['victim']))
if os.fork() == 0:
    os.setsid()
    time.sleep(600)
    os._exit(0)
"""


def main(tier: str) -> None:
    """Lay out a person's home, let a team attack it, and tell what came of it."""
    token = secrets.token_hex(8)
    secret = f"hunter2-{token}"
    outside = PERSON / "documents"
    outside.mkdir(parents=True, mode=0o700)
    for name in ("secret", "victim", ".bashrc"):
        (outside / name).write_text(secret)
    shell = Shell(PERSON)
    with Ears(outside) as ears:
        told = {
            **{name: int(value) if value.isdigit() else value for name, value in ears.addresses().items()},
            "secret": str(outside / "secret"),
            "victim": str(outside / "victim"),
            "outside": str(outside),
            "pid": os.getpid(),
            "port": 1,
        }
        script = furnish(shell, _answer(json.dumps(told), token, _attacks(tier)))
        (shell.home / "prompts" / "teams" / "make.md").write_text(MAKE)
        before = _look()
        done = subprocess.run(
            shell.command("run", f"A tool {token}", *arguments(script, "make"), "--yes", "--session", "tool"),
            env=shell.environ({"AGENTSH_TEST_API_KEY": secret, "TMPDIR": "/tmp"}),
            cwd=PERSON,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )
        after = _look()
        heard = sorted(ears.heard())
    sessions = shell.home / "sessions"
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    told_files = [path for path in changed if Path(path).is_file() and secret.encode() in Path(path).read_bytes()]
    print(
        json.dumps(
            {
                "code": done.returncode,
                "sandbox": next((line for line in done.stderr.splitlines() if line.startswith("sandbox: ")), ""),
                "tried": "all tried" in (shell.run("sessions", "export", "tool", "--format", "jsonl").out),
                "changed": [path for path in changed if not Path(path).is_relative_to(sessions)],
                "made": sum(Path(path).is_relative_to(sessions) for path in changed),
                "processes": _processes(token),
                "heard": heard,
                "secrets": [*told_files, *(["output"] if secret in done.stdout + done.stderr else [])],
                "said": (done.stdout + done.stderr)[-3000:],
            }
        )
    )


def _attacks(tier: str) -> Iterable[str]:
    """Return what is tried: all that this tier does not name as not held."""
    named = ("mode change", "git hook", "protected swap", "file metadata") if tier == "landlock" else ()
    return [script for name, script in ATTACKS.items() if name not in (*SKIPPED, *named, "listen")] + [GREEDY]


def _answer(told: str, token: str, attacks: Iterable[str]) -> str:
    source = "\n".join([f"# {token}", PREAMBLE, *attacks])
    body = "\n".join(f"    {line}" for line in f"exec({source!r}, globals())".splitlines())
    return ANSWER.format(told=told, body=body)


def _look() -> dict[str, tuple[int, int, str]]:
    """Return mode, size and content of everything below the places that a person and programs write to."""
    found = {}
    for path in (path for place in PLACES for path in (place, *place.rglob("*"))):
        state = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() and not path.is_symlink() else ""
        found[str(path)] = (state.st_mode, state.st_size if content else 0, content)
    return found


def _processes(token: str) -> list[str]:
    """Return the command lines of processes that the run left."""
    found = []
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and token.encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main(sys.argv[1])
