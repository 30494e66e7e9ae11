"""What `--approve` and `--yes` let happen without a person, at the real command line: what runs, and what waits."""

import asyncio

import pytest

from agentsh.core.events import StepFinished
from agentsh.store.catalogue import read_session
from tests.cli.process import Shell
from tests.support.ollama_server import OllamaServer

LINES = ["echo one > one", "echo two > two", "rm -rf one"]
"""The last is one that people are warned of."""


@pytest.mark.parametrize(
    ("flags", "ran", "code"),
    [
        (["--approve", "ask"], 0, 4),
        (["--approve", "once"], 1, 4),
        (["--approve", "session"], 2, 4),
        (["--yes"], 2, 4),
        (["--approve", "never-ask"], 3, 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
async def test_a_policy_lets_so_much_run_and_asks_for_the_next(
    shell: Shell, flags: list[str], ran: int, code: int
) -> None:
    calls = [{"times": 1, "calls": [{"name": "run_shell", "arguments": {"command": line}}]} for line in LINES]
    async with OllamaServer.on(*calls, {"reply": "Done."}, models=["able:8b"]) as server:
        asked = ("run", "Try it", "--team", "react", "--host", server.host, "--session", "s", *flags)
        ended = await asyncio.to_thread(shell.run, *asked)
    assert ended.code == code, ended.err
    events = [at.event for at in read_session(shell.home / "sessions" / "s.db")]
    done = [event for event in events if isinstance(event, StepFinished) and event.step == "run"]
    assert len(done) == ran
    if code == 4:
        assert LINES[ran] in ended.out, "the question is printed"
        assert "agentsh resume s" in ended.err
    workspace = shell.home / "sessions" / "s"
    left = [name for name in ("one", "two") if (workspace / name).exists()]
    assert left == (["two"] if ran == 3 else ["one", "two"][:ran])
