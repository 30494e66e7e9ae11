"""The Textual app as a process, at terminals of three sizes, against a model server that is a process too."""

import os
import random
import re
import select
from pathlib import Path

import pytest

from agentsh.commands.builtin import builtin
from agentsh.store.catalogue import read_session
from tests.cli.process import DEADLINE_S
from tests.e2e import company, duo
from tests.e2e.agent import Agent
from tests.e2e.conftest import Serve, Served
from tests.e2e.pane import Pane, needs_tmux, pane

pytestmark = [needs_tmux, pytest.mark.slow, pytest.mark.timeout(900)]
SIZES = [(80, 24), (120, 40), (200, 60)]
SESSION = "write-double-number-21-42"
SETTINGS = '[model]\nprovider = "ollama"\nhost = "{host}"\nmodel = "tiny:latest"\n[run]\nteam = "duo"\n'

TITLE = re.compile(r"\x1b\][^\a]*\a")
"""A title that is set ends with the character that rings."""

BUG = """
import agentsh.tui.replies

async def wrong(app, reply):
    raise RuntimeError("nobody expected this")

agentsh.tui.replies.answer = wrong
"""


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve(company.script(*duo.rules(chunk_s=duo.SLOWLY_S)))


@pytest.fixture
def agent(tmp_path: Path, server: Served) -> Agent:
    found = Agent(tmp_path / "user", server.host)
    duo.furnish(found.shell.home)
    (found.shell.home / "agentsh.toml").write_text(SETTINGS.format(host=server.host))
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_team_is_watched_steered_taken_over_and_found_again(
    agent: Agent, server: Served, size: tuple[int, int]
) -> None:
    with pane(agent, size=size) as person:
        _begins(person)
        _pauses_and_steps(person, server)
        _refuses_and_allows(person)
        _is_the_engineer(person)
        person.presses("C-q")
        assert person.ends() == 0
        assert f"agentsh resume {SESSION}" in person.text
    with pane(agent, "resume", SESSION, size=size) as person:
        person.sees("FINISHED", "finished: the program was run and passed")
        _looks_back(person, size)
        person.presses("C-q")
        assert person.ends() == 0
    server.stop()
    asked = [str(logged.body["messages"][-1]["content"]) for logged in server.chats()]  # type: ignore[index,call-overload]
    assert any("use whole numbers only" in prompt for prompt in asked), "the reason reaches the role"
    assert sum(prompt.startswith("Plan:") for prompt in asked) == 1, "the second plan was a person's"


def _looks_back(person: Pane, size: tuple[int, int]) -> None:
    if size == SIZES[-1]:  # there is room for the newest page as a whole
        person.sees("Now in French", "Doubler", "vite")
        return
    person.presses("BTab")
    person.sees("▌ • tests: passed")  # the newest message has the keys
    person.presses("g")
    person.sees(duo.IDEA, "A doubling tool of the model's")


def _begins(person: Pane) -> None:
    person.sees("What is to be made?")
    person.types(duo.IDEA)
    person.sees("writes …", "RUNNING")


def _pauses_and_steps(person: Pane, server: Served) -> None:
    person.presses("F6")
    person.sees("PAUSED")
    person.presses("F10")
    server.hurries()
    person.sees("A doubling tool of the model's", "It doubles", "PAUSED")
    assert "main.py" not in person.text, "one step is one step"
    person.presses("F5")
    person.sees("wants to run code", "y once")


def _refuses_and_allows(person: Pane) -> None:
    person.until(lambda _: person.title == "(!) tester wants to run code · agentsh", "the call for a person")
    person.until(lambda _: "\a" in TITLE.sub("", person.raw), "the bell")
    person.presses("n")
    person.sees("Why not")
    person.types("use whole numbers only")
    person.sees("may not run code: use whole numbers only")
    person.sees("wants to run code", "y once")
    person.presses("y")
    person.sees("FINISHED")


def _is_the_engineer(person: Pane) -> None:
    person.types("/be engineer")
    person.sees("engineer is played by a person")
    person.types("Now in French")
    person.sees("you are engineer", "F9 send")
    person.writes("Doubler")
    person.moves("tab")
    person.presses("F9")
    person.sees("goals: Field required")
    person.writes("vite")
    person.sees("vite")
    person.presses("F9")
    person.sees("you are engineer", "Build:", "F9 send")
    person.moves("escape")
    person.types("/release")
    person.sees("engineer is played by its model")
    person.sees("wants to run code", "y once")
    person.presses("s")
    person.sees("FINISHED")


def test_colours_are_turned_off_by_no_color(agent: Agent) -> None:
    for environ, coloured in (({}, True), ({"NO_COLOR": "1"}, False)):
        with pane(agent, environ=environ) as person:
            person.sees("model tiny:latest", "none yet")
            assert bool(person.colours) is coloured


def test_the_palette_finds_every_command(agent: Agent) -> None:
    with pane(agent) as person:
        _begins(person)
        person.presses("C-p")
        person.sees("type to search")
        for command in builtin():
            person.writes(command.name)
            person.sees(f"│{command.name} ", f"/{command.name}", command.summary[:60])
            person.presses("C-u")
            person.sees("type to search")
        person.presses("escape")
        person.until(lambda text: "type to search" not in text, "the session")
        person.presses("C-q")
        assert person.ends() == 0


def test_a_server_that_is_lost_in_mid_run_is_told_and_gone_on_with_when_it_is_back(
    agent: Agent, server: Served, serve: Serve
) -> None:
    with pane(agent) as person:
        _begins(person)
        server.process.kill()
        person.sees("engineer failed", agent.host, "r try again")
        serve(company.script(*duo.rules()), server.port)
        person.presses("r")
        person.sees("wants to run code", "y once")
        person.presses("y")
        person.sees("FINISHED")
        person.presses("C-q")
        assert person.ends() == 0


def test_no_server_then_a_missing_model_are_told_in_place_and_mended_without_leaving(
    agent: Agent, server: Served, serve: Serve
) -> None:
    server.stop()
    with pane(agent) as person:
        person.sees("What is to be made?")
        person.types(duo.IDEA)
        person.sees("That did not work", agent.host, "r try again")
        serve(company.script(*duo.rules(), models=["other"], library=[duo.MODEL], pull_s=0.3), server.port)
        person.presses("r")
        person.sees(f"model '{duo.MODEL}' is not on {agent.host}", "p pull it now")
        person.presses("p")
        person.sees("pulling aabbcc", "▰", "of 100B")
        person.sees("wants to run code", "y once")
        person.presses("s")
        person.sees("FINISHED")
        person.presses("C-q")
        assert person.ends() == 0


def test_a_window_that_is_dragged_to_any_size_while_a_team_works_goes_on(agent: Agent, server: Served) -> None:
    chance = random.Random(7)
    with pane(agent) as person:
        _begins(person)
        for size in [(1, 1), (1, 50), (200, 1), *((chance.randint(1, 250), chance.randint(1, 70)) for _ in range(30))]:
            person.becomes(*size)
        person.becomes(20, 5)
        person.sees("agentsh needs")
        person.becomes(120, 40)
        server.hurries()
        person.sees("A doubling tool of the model's", "wants to run code", "y once")
        person.presses("y")
        person.sees("FINISHED", "The program runs and passes")
        person.presses("C-q")
        assert person.ends() == 0
    seqs = [recorded.seq for recorded in read_session(agent.sessions / f"{SESSION}.db")]
    assert seqs == list(range(1, len(seqs) + 1)), "no event is lost"


def test_closing_the_terminal_ends_it_in_order_and_the_session_can_be_resumed(agent: Agent, server: Served) -> None:
    with pane(agent) as person:
        _begins(person)
        (process,) = map(os.pidfd_open, person.programs)
    try:
        assert select.select([process], [], [], DEADLINE_S)[0], "it outlives its terminal"
    finally:
        os.close(process)
    server.hurries()
    with pane(agent, "resume", SESSION) as person:
        person.sees("wants to run code")


def test_killing_it_leaves_the_terminal_whole_and_the_session_to_be_resumed(agent: Agent) -> None:
    with pane(agent) as person:
        _begins(person)
        person.kills()
        assert person.ends() == 130
        assert person.text.lstrip().startswith(f"Type: agentsh resume {SESSION}"), "the screen is the shell's again"


def test_a_bug_leaves_a_crash_file_a_whole_terminal_and_a_session_that_goes_on(agent: Agent) -> None:
    broken = agent.root / "broken"
    broken.mkdir(parents=True)
    (broken / "sitecustomize.py").write_text(BUG)
    with pane(agent, environ={"PYTHONPATH": str(broken)}) as person:
        _begins(person)
        person.types("/agents")
        assert person.ends() == 1
        assert "a bug in agentsh: RuntimeError: nobody expected this" in person.text
        assert f"agentsh resume {SESSION}" in person.text
        assert not set("╭╮│╰╯") & set(person.text), "the screen is the shell's again"
        assert "Traceback" not in person.text
    (crash,) = (agent.shell.home / "crashes").iterdir()
    assert "nobody expected this" in crash.read_text()
    with pane(agent, "resume", SESSION) as person:
        person.sees("wants to run code")
