"""A session that is forked or rewound at any event, and goes on, comes to what the undisturbed one came to.

By default a few events; AGENTSH_FORKS=1000 for all of them.
"""

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentsh.core.events import FileChanged, Recorded
from agentsh.store.catalogue import read_session
from agentsh.store.check import check
from tests.e2e import company
from tests.e2e.agent import Agent
from tests.e2e.conftest import Served, serving
from tests.e2e.here import Here
from tests.e2e.story import Story, answered, call_of_body, files, story

FORKS = int(os.environ.get("AGENTSH_FORKS", "6"))
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300 + 20 * FORKS)]


@pytest.fixture
def begun(here: Here, tmp_path: Path) -> Iterator[tuple[Agent, Served]]:
    """The company's session, worked to its end here, and the server that it asks."""
    with serving(tmp_path) as serve:
        served = serve(company.script(*company.rules()))
        agent = Agent(here.root, served.host)
        ended = here.run(*agent.run(company.IDEA))
        assert ended.code == 0, ended
        yield agent, served


def said_and_made(found: Story) -> tuple[object, ...]:
    """Return what does not depend on how often somebody went back."""
    return found.messages, found.files, found.verdict, found.calls


def branch(agent: Agent, name: str) -> Agent:
    return Agent(agent.root, agent.host, session=name)


def test_forked_at_any_event_it_goes_on_to_the_same_end(here: Here, begun: tuple[Agent, Served]) -> None:
    agent, served = begun
    whole, events = story(agent), read_session(agent.file)
    before = agent.file.read_bytes()
    # The last event ended the session: from there nothing goes on.
    chosen = sorted(random.Random(FORKS).sample(range(1, len(events)), min(FORKS, len(events) - 1)))
    for seq in chosen:
        fork = branch(agent, f"fork-{seq}")
        ended = here.run("sessions", "fork", agent.session, "--at", str(seq), "--as", fork.session, "--json")
        assert ended.code == 0, ended
        made = json.loads(ended.out)
        assert made["parent"]["session"] == agent.session
        assert made["parent"]["seq"] >= seq
        assert made["lost"] == []
        assert agent_events(fork)[: made["parent"]["seq"]] == events[: made["parent"]["seq"]]
        known, asked = answered(agent_events(fork)), len(served.chats())
        ended = here.run(*fork.resume())
        assert ended.code == 0, ended
        assert said_and_made(story(fork)) == said_and_made(whole), f"forked at {seq}: {events[seq - 1].event.kind}"
        assert not known & {call_of_body(chat) for chat in served.chats()[asked:]}, "a finished call was asked again"
        assert check(fork.file).faults == ()
    assert agent.file.read_bytes() == before
    assert story(agent) == whole


def test_rewound_it_goes_on_to_the_same_end_and_what_came_later_is_kept(
    here: Here, begun: tuple[Agent, Served]
) -> None:
    agent, _ = begun
    whole, events = story(agent), read_session(agent.file)
    writes = [recorded.seq for recorded in events if isinstance(recorded.event, FileChanged)]
    ended = here.run("sessions", "rewind", agent.session, str(writes[0]), "--json")
    assert ended.code == 0, ended
    done = json.loads(ended.out)
    kept = branch(agent, done["kept"])
    assert kept.session == "wc-2"
    assert said_and_made(story(kept)) == said_and_made(whole)
    assert [r.event.kind for r in agent_events(agent)[done["seq"] :]] == ["session.rewound"]
    assert json.loads(here.run("sessions", "show", kept.session, "--json").out)["parent"] == {
        "session": agent.session,
        "seq": done["seq"],
    }
    ended = here.run(*agent.resume())
    assert ended.code == 0, ended
    assert "files are as they were" in ended.err
    assert said_and_made(story(agent)) == said_and_made(whole)
    assert check(agent.file).faults == ()
    assert check(kept.file).faults == ()


def test_the_files_of_a_fork_are_those_of_its_event(here: Here, begun: tuple[Agent, Served]) -> None:
    agent, _ = begun
    events = read_session(agent.file)
    changes = [(r.seq, r.event.file.path) for r in events if isinstance(r.event, FileChanged)]
    first = changes[0][0]
    later = next(seq for seq, path in changes if path == "main.py")
    assert here.run("sessions", "fork", agent.session, "--at", str(first - 2), "--as", "empty").code == 0
    assert here.run("sessions", "fork", agent.session, "--at", str(first), "--as", "one").code == 0
    assert here.run("sessions", "fork", agent.session, "--at", str(later - 2), "--as", "some").code == 0
    assert files(agent.sessions / "empty") == {}
    assert set(files(agent.sessions / "one")) == {changes[0][1]}
    assert "main.py" not in files(agent.sessions / "some")
    (agent.workspace / "mine.txt").write_text("by hand")
    assert here.run("sessions", "fork", agent.session, "--as", "now").code == 0
    assert files(agent.sessions / "now") == files(agent.workspace)


def agent_events(agent: Agent) -> list[Recorded]:
    return read_session(agent.file)
