"""Whatever is done to a shell, it does not crash, and the session has every event. AGENTSH_MONKEY_S: for how long."""

import json
import os
from pathlib import Path

import pytest

from agentsh.store.catalogue import read_session
from tests.e2e import company, duo
from tests.e2e.agent import Agent
from tests.e2e.conftest import Serve
from tests.e2e.monkey import Monkey, plays

SECONDS = float(os.environ.get("AGENTSH_MONKEY_S", "4"))
SEED = int(os.environ.get("AGENTSH_MONKEY_SEED", "7"))
SETTINGS = '[model]\nprovider = "ollama"\nhost = "{host}"\nmodel = "tiny:latest"\n[run]\nteam = "duo"\n'
SHELLS = {"screen": ["resume"], "line shell": ["chat", "write-double-number-21-42"]}
LEFT = (0, 130)


@pytest.mark.slow
@pytest.mark.timeout(SECONDS + 600)
@pytest.mark.parametrize("shell", SHELLS)
def test_a_monkey_breaks_nothing_and_loses_nothing(tmp_path: Path, serve: Serve, shell: str) -> None:
    server = serve(company.script(*duo.rules(chunk_s=0.05), {"reply": "Well."}))
    agent = Agent(tmp_path / "user", server.host, session="write-double-number-21-42")
    duo.furnish(agent.shell.home)
    (agent.shell.home / "agentsh.toml").write_text(SETTINGS.format(host=server.host))
    assert agent.shell.run("run", duo.IDEA, "--max-steps", "1").code == 3, "a session to play with"
    words = SHELLS[shell]
    codes = plays(agent, Monkey(SEED, 120, 40), words, words, SECONDS)
    crashes = [file.read_text() for file in agent.shell.home.glob("crashes/*")]
    assert not crashes, "\n".join(crashes)
    assert set(codes) <= set(LEFT), codes
    server.stop()
    for file in agent.sessions.glob("*.db"):
        seqs = [recorded.seq for recorded in read_session(file)]
        assert seqs == list(range(1, len(seqs) + 1)), f"{file.stem} has lost events"
        checked = agent.shell.run("sessions", "show", file.stem, "--json")
        assert checked.code == 0, checked
        shown = json.loads(checked.out)
        # One that was left at the moment when it began has said nothing yet; it begins with its idea when resumed.
        assert shown["messages"] >= 1 or (shown["idea"] and shown["steps"] == 0), shown
