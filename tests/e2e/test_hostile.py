"""A model that attacks the terminal: whatever it says, names and prints, no control of its reaches it."""

import json
from pathlib import Path

import pytest

from tests.cli.tiny import PROGRAM
from tests.e2e import company, duo
from tests.e2e.agent import Agent
from tests.e2e.conftest import Serve
from tests.e2e.pane import needs_tmux, pane
from tests.e2e.sitting import CTRL_D, sitting

CONTROLS = (
    *("\x1b[38;5;123m", "\x1b[777;777H", "\x1b[?7727h", "\x9b777m", "\x1bP1$r0m"),
    *("\x1b]52;c;ZXZpbA==\x07", "\x1b]0;owned\x07", "\x1b]8;;http://evil\x1b\\", "\x1b]1337;File=:QQ==\x07"),
    *("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff"),
)
"""Such as no shell writes of its own accord."""
EVIL = f"{''.join(CONTROLS)}[bold red]loud[/] [@click=app.quit]press[/]\x08\x7f\r\t<b>x</b> {{{{ 7 * 7 }}}}"
LONG = EVIL + "".join(f"{number:x}" for number in range(200_000))
"""A line of a megabyte, in which nothing comes twice in a row."""
PRINTS = f"print({EVIL!r})\n"
LOOKS = ("/why engineer:1:1", "/lens engineer", "/open main.py", "/agents", "/bus")
SETTINGS = '[model]\nprovider = "ollama"\nhost = "{host}"\nmodel = "tiny:latest"\n[run]\nteam = "duo"\n'


@pytest.fixture
def agent(tmp_path: Path, serve: Serve) -> Agent:
    """A team whose engineer, and the program that it writes at first, say hostile things."""
    plan = {"match": "^Plan:", "json": {"title": EVIL, "goals": [EVIL, "It doubles"]}, "thinking": EVIL}
    build = {"match": "^Build:", "reply": f"{LONG}\n\n```python main.py\n{PRINTS}```\n{EVIL}"}
    server = serve(company.script(plan, build, {"match": "^Mend it", "reply": f"{EVIL}\n\n{PROGRAM}"}))
    found = Agent(tmp_path / "user", server.host)
    duo.furnish(found.shell.home)
    engineer = found.shell.home / "prompts" / "roles" / "engineer.md"
    engineer.write_text(engineer.read_text().replace("profile: Engineer", f"profile: {json.dumps(EVIL)}"))
    (found.shell.home / "agentsh.toml").write_text(SETTINGS.format(host=server.host))
    return found


def assert_harmless(raw: str) -> None:
    """None of the model's controls was written."""
    assert "loud" in raw, "it was not shown at all"
    assert not [control for control in CONTROLS if control in raw]


@needs_tmux
def test_the_app_shows_it_as_text_on_every_pane(agent: Agent) -> None:
    with pane(agent) as person:
        person.sees("What is to be made?")
        person.types(duo.IDEA)
        person.sees("wants to run code", "y once")
        person.presses("s")
        person.sees("FINISHED")
        person.types("/why engineer:1:1")
        person.sees("user_requirement")
        for key in ("M-1", "M-2", "M-3", "M-4", "M-1"):
            person.presses(key)
        person.presses("C-q")
        assert person.ends() == 0
        assert_harmless(person.raw)


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["", "plain"])
def test_the_line_shell_shows_it_as_text(agent: Agent, plain: tuple[str, ...]) -> None:
    with sitting(agent, "chat", *plain) as person:
        person.types(duo.IDEA)
        person.sees("wants to run code")
        person.types("s")
        person.sees("the program was run and passed")
        for line in LOOKS:
            person.types(line)
        person.presses(CTRL_D)
        assert person.ends() == 0
        assert_harmless(person.raw)


def test_a_run_without_a_shell_prints_it_as_text(agent: Agent) -> None:
    ran = agent.shell.run("run", duo.IDEA, "--yes", "--session", "evil")
    assert ran.code == 0, ran
    assert_harmless(ran.err + ran.out + "loud")
    assert_harmless(agent.shell.run("replay", "evil", "--speed", "1000").out)
