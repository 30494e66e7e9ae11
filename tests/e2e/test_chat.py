"""The line shell as a process, at a real terminal, against a model server that is a process too."""

import os
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from tests.cli.process import DEADLINE_S
from tests.e2e import company, duo
from tests.e2e.agent import Agent
from tests.e2e.conftest import Serve, Served
from tests.e2e.sitting import CTRL_C, CTRL_D, Sitting, sitting
from tests.e2e.story import files

APPROVE = "[y]es once"


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve(company.script(*duo.rules(chunk_s=duo.SLOWLY_S)))


@pytest.fixture
def slow(tmp_path: Path, server: Served) -> Agent:
    """One whose model takes its time, until it hurries."""
    found = Agent(tmp_path / "user", server.host)
    duo.furnish(found.shell.home)
    return found


@pytest.fixture
def agent(slow: Agent, server: Served) -> Agent:
    """One whose model says all at once."""
    server.hurries()
    return slow


def chat(agent: Agent, *more: str) -> list[str]:
    return ["chat", "--team", "duo", "--host", agent.host, "--seed", "7", *more]


def piped(agent: Agent, typed: str, *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        agent.shell.command(*words),
        env=agent.shell.environ(),
        cwd=agent.root,
        input=typed,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def prompts(server: Served) -> list[str]:
    """Return what the model was asked, oldest first."""
    return [str(logged.body["messages"][-1]["content"]) for logged in server.chats()]


def test_a_team_is_watched_steered_taken_over_and_found_again(slow: Agent, server: Served) -> None:
    agent = slow
    with sitting(agent, *chat(agent)) as person:
        person.sees("Say what is to be made", "no session")
        person.types(duo.IDEA)
        person.sees("engineer │ ", "RUNNING")
        _pauses_and_steps(person, server)
        _refuses_and_allows(person)
        _is_the_engineer(person)
        person.types("/quit")
        assert person.ends() == 0
        assert "agentsh chat write-double-number-21-42" in person.text
    with sitting(agent, "chat", "write-double-number-21-42") as person:
        person.sees("you", duo.IDEA, "engineer · plan", "doubling tool of the model's", "you", "Now in French")
        person.sees("Doubler", "The program runs and passes", "FINISHED")
        person.presses(CTRL_D)
        assert person.ends() == 0
    server.stop()
    asked = prompts(server)
    assert any("use whole numbers only" in prompt for prompt in asked), "the reason reaches the role"
    assert sum(prompt.startswith("Plan:") for prompt in asked) == 1, "the second plan was a person's"


def _pauses_and_steps(person: Sitting, server: Served) -> None:
    person.types("/pause")
    person.sees("session paused", "PAUSED")
    person.types("/step")
    server.hurries()
    person.sees("engineer · plan", "A doubling tool of the model's")
    person.types("/agents")
    person.sees("ROLE", "engineer", "paused")
    assert "main.py" not in person.text
    person.types("/go")
    person.sees("the session goes on", "main.py +10")


def _refuses_and_allows(person: Sitting) -> None:
    person.sees("tester wants to run code:", APPROVE)
    person.types("n use whole numbers only")
    person.sees("tester may not: use whole numbers only", "tester wants to run code:", APPROVE)
    person.types("y")
    person.sees("tester may run code (once)", "finished: the program was run and passed")


def _is_the_engineer(person: Sitting) -> None:
    person.types("/be engineer")
    person.sees("engineer is played by a person")
    person.types("Now in French")
    person.sees("You are engineer:", "title:")
    person.types("Doubler")
    person.sees("goals, one a line", "goals 1:")
    person.types("vite")
    person.sees("goals 2:")
    person.types("")
    person.sees("engineer · plan", "Doubler", "You are engineer:", "answer:")
    person.types("/release")
    person.sees("engineer is played by the model", APPROVE)
    person.types("s")
    person.sees("finished: the program was run and passed")


def test_a_generation_is_stopped_by_ctrl_c_and_goes_on(slow: Agent, server: Served) -> None:
    with sitting(slow, *chat(slow, "--yes")) as person:
        person.types(duo.IDEA)
        person.sees("engineer │ ")
        person.presses(CTRL_C)
        person.sees("engineer was stopped, having said:", "[k]eep")
        server.hurries()
        person.types("d")
        person.sees("engineer · is asked again", "finished: the program was run and passed")
        person.types("/quit")
        assert person.ends() == 0


def test_killing_it_leaves_the_terminal_whole_and_the_session_to_be_resumed(slow: Agent, server: Served) -> None:
    with sitting(slow, *chat(slow, "--yes")) as person:
        person.types(duo.IDEA)
        person.sees("engineer │ ")
        os.kill(person.pid, signal.SIGTERM)
        assert person.ends() == 130
        assert person.raw.rstrip().endswith("Type: agentsh chat write-double-number-21-42")
        assert "Traceback" not in person.text
    server.hurries()
    ended = piped(slow, "/files\n", "chat", "write-double-number-21-42", "--yes")
    assert ended.returncode == 0, ended
    assert "finished: the program was run and passed" in ended.stdout
    assert "main.py" in ended.stdout.rpartition("finished")[2]


def test_what_was_typed_is_kept_for_its_owner_alone(agent: Agent) -> None:
    with sitting(agent, *chat(agent)) as person:
        person.sees("no session")
        person.types("/keys")
        person.sees("F6")
        person.presses(CTRL_D)
        person.ends()
    history = agent.shell.home / "history"
    assert history.read_text() == '"/keys"\n'
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


@pytest.mark.parametrize("environ", [{"TERM": "xterm-256color"}, {"TERM": "dumb"}])
def test_plain_writes_lines_and_never_moves_the_cursor(agent: Agent, environ: dict[str, str]) -> None:
    plain = ["--plain"] if environ["TERM"] != "dumb" else []
    with sitting(agent, *chat(agent, *plain), environ=environ) as person:
        person.sees("Say what is to be made")
        person.types(duo.IDEA)
        person.sees("engineer · plan", "main.py +10", "tester wants to run code:", f"tester: {APPROVE}")
        person.types("y")
        person.sees("finished: the program was run and passed")
        person.types("/quit")
        assert person.ends() == 0
        assert "\x1b" not in person.raw


def test_colours_are_turned_off_by_no_color(agent: Agent) -> None:
    with sitting(agent, *chat(agent), environ={"NO_COLOR": "1"}) as person:
        person.sees("no session")
        person.types("/nonsense")
        person.sees("there is no command")
        person.presses(CTRL_D)
        person.ends()
        assert "\x1b[0;31" not in person.raw
        assert "\x1b[0;33" not in person.raw


def test_a_pipe_is_read_line_by_line_and_ends_with_the_team(agent: Agent) -> None:
    ended = piped(agent, f"{duo.IDEA}\ny\n/files\n", *chat(agent))
    assert ended.returncode == 0, ended
    assert "\x1b" not in ended.stdout
    lines = ended.stdout.splitlines()
    assert lines.index("tester may run code (once)") < lines.index("finished: the program was run and passed")
    assert any(line.startswith("main.py") for line in lines)
    assert "agentsh chat write-double" in ended.stderr


def test_a_pipe_that_ends_at_a_question_has_the_exit_code_of_a_person(agent: Agent) -> None:
    ended = piped(agent, f"{duo.IDEA}\n", *chat(agent))
    assert ended.returncode == 4, ended
    assert "tester wants to run code:" in ended.stdout


def test_a_file_may_stand_for_the_pipe(agent: Agent) -> None:
    agent.root.mkdir(parents=True, exist_ok=True)
    script = agent.root / "lines.txt"
    script.write_text(f"{duo.IDEA}\n/cost\n")
    with script.open() as typed:
        ended = subprocess.run(
            agent.shell.command(*chat(agent, "--yes")),
            env=agent.shell.environ(),
            cwd=agent.root,
            stdin=typed,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
            check=False,
        )
    assert ended.returncode == 0, ended


def test_no_model_server_ends_a_pipe_and_says_what_to_do(agent: Agent, server: Served) -> None:
    server.stop()
    ended = piped(agent, f"{duo.IDEA}\n", *chat(agent, "--provider", "ollama"))
    assert ended.returncode == 5, ended
    assert agent.host in ended.stdout


def test_a_server_that_is_lost_in_mid_run_is_told_and_gone_on_with_when_it_is_back(
    slow: Agent, server: Served, serve: Serve
) -> None:
    with sitting(slow, *chat(slow, "--yes")) as person:
        person.types(duo.IDEA)
        person.sees("engineer │ ")
        server.process.kill()
        person.sees("engineer stopped: the connection to", slow.host, "FAILED")
        serve(company.script(*duo.rules()), server.port)
        person.types("/retry")
        person.sees("engineer tries again", "finished: the program was run and passed")
        person.types("/quit")
        assert person.ends() == 0


def test_a_missing_model_is_pulled_in_place(tmp_path: Path, serve: Serve) -> None:
    server = serve(company.script(*duo.rules(), library=["other:latest"]))
    agent = Agent(tmp_path / "user", server.host)
    duo.furnish(agent.shell.home)
    with sitting(agent, *chat(agent, "--yes", "--model", "other:latest")) as person:
        person.types(duo.IDEA)
        person.sees("model 'other:latest' is not on", "[p]ull the model")
        person.types("p")
        person.sees("finished: the program was run and passed")
        person.presses(CTRL_D)
        assert person.ends() == 0


def test_a_session_that_is_not_there_is_told_with_the_nearest(agent: Agent) -> None:
    assert piped(agent, f"{duo.IDEA}\n", *chat(agent, "--yes")).returncode == 0
    ended = piped(agent, "", "chat", "write-double-number-21-24")
    assert ended.returncode == 2
    assert "write-double-number-21-42" in ended.stderr


def test_a_turn_is_taken_back_with_its_files_and_kept(agent: Agent) -> None:
    assert piped(agent, f"{duo.IDEA}\n", *chat(agent, "--yes")).returncode == 0
    name = "write-double-number-21-42"
    folder = agent.sessions / name
    before = files(folder)
    assert piped(agent, f"{duo.IDEA} Again.\n", "chat", name, "--yes").returncode == 0
    ended = piped(agent, "/undo\n/bus\n/fork\n", "chat", name, "--yes")
    assert ended.returncode == 0, ended
    back = ended.stdout.rpartition("kept as")[2]
    assert f"{name}-2" in back
    assert "Again." not in back.replace(f"{name}-2", "")
    assert f"{name}-3 is this session up to event" in back
    assert files(folder) == before
    assert "Again." in agent.shell.run("sessions", "export", f"{name}-2").out
    assert "Again." not in agent.shell.run("sessions", "export", name).out
