"""A person in the company: a role that is played, an approval, nobody there; budgets; two roles with one profile."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from agentsh.core.events import ApprovalAsked, ApprovalSettled, Event, HumanAnswered, MessagePublished
from agentsh.core.messages import Message
from agentsh.store.catalogue import read_session
from tests.cli.process import DEADLINE_S
from tests.e2e import company, duo
from tests.e2e.agent import Agent, crashed
from tests.e2e.conftest import Serve, Served
from tests.e2e.story import answered, assert_the_program, call_of_body, story

APPROVAL = "[y]es once"
DESIGN_LINES = (
    *("Split at white space and count.",),
    *("",),
    *("main.py",),
    *("--text", "one two three", ""),
    *("y", "counter.py", "Counts words", "def count_words(text: str) -> int", ""),
    *("y", "main.py", "Command line", "def main(arguments: list[str] | None) -> int", ""),
    *("",),
    *("main calls count_words.",),
)
"""approach, packages, entry, entry_args, modules, program_flow, as somebody types them."""


@pytest.fixture
def server(serve: Serve) -> Served:
    return serve(company.script(*company.rules()))


@pytest.fixture
def agent(tmp_path: Path, server: Served) -> Agent:
    return Agent(tmp_path / "user", server.host)


@contextmanager
def at_terminal(agent: Agent, *words: str) -> Iterator["pexpect.spawn[str]"]:
    """Start it at a terminal of its own."""
    agent.root.mkdir(parents=True, exist_ok=True)
    program, *rest = agent.shell.command(*words)
    child = pexpect.spawn(
        program,
        rest,
        env={**agent.shell.environ(), "TERM": "xterm-256color"},  # type: ignore[arg-type]
        cwd=str(agent.root),
        dimensions=(40, 120),
        timeout=DEADLINE_S,
        encoding="utf-8",
        echo=False,
    )
    try:
        yield child
    finally:
        child.close(force=True)


def rest_of(child: "pexpect.spawn[str]") -> str:
    """Wait for the end and return what was printed until then."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before or ""


def run(agent: Agent, *more: str) -> list[str]:
    """Return the words of a run that approves nothing beforehand."""
    return [word for word in agent.run(company.IDEA, *more) if word != "--yes"]


def resume(agent: Agent) -> list[str]:
    return [word for word in agent.resume() if word != "--yes"]


def events(agent: Agent) -> list[Event]:
    return [recorded.event for recorded in read_session(agent.file)]


def assert_whole(agent: Agent) -> None:
    assert_the_program(story(agent), company.FILES)


def test_a_played_role_without_a_terminal_is_exit_4_with_the_question_and_its_answer_goes_on(
    agent: Agent, server: Served
) -> None:
    ended = agent.shell.run(*run(agent, "--human", "architect", "--yes"))
    assert ended.code == 4, ended
    assert "waits for a person: architect" in ended.out
    assert "architect is asked" in ended.out
    assert "Design the program for the product requirement document" in ended.out
    assert "agentsh resume wc" in ended.err
    assert json.loads(agent.shell.run("sessions", "show", "wc", "--json").out)["status"] == "waiting"
    again = agent.shell.run(*agent.resume())
    assert (again.code, crashed(again)) == (4, False), again
    assert again.out.count("architect is asked") == 1, "it is one question, not two"
    with at_terminal(agent, *agent.resume()) as child:
        child.expect("You are architect")
        child.expect("approach")
        for line in DESIGN_LINES:
            child.sendline(line)
        text = rest_of(child)
        assert child.exitstatus == 0, text
    (answer,) = [event for event in events(agent) if isinstance(event, HumanAnswered)]
    assert isinstance(answer.answer, dict)
    assert [module["path"] for module in answer.answer["modules"]] == ["counter.py", "main.py"]  # type: ignore[index,union-attr,call-overload]
    server.stop()
    assert not any("Design the program" in str(chat.body["messages"][-1]) for chat in server.chats())  # type: ignore[index,call-overload]
    assert len(server.chats()) == 13, "every other role's model was asked once a question"
    assert_whole(agent)


def test_what_runs_is_asked_for_and_what_was_answered_holds(agent: Agent) -> None:
    with at_terminal(agent, *run(agent)) as child:
        child.expect_exact(APPROVAL)
        child.sendline("y")
        child.expect_exact(APPROVAL)
        child.sendline("y")
        text = rest_of(child)
        assert child.exitstatus == 0, text
    settled = [event for event in events(agent) if isinstance(event, ApprovalSettled)]
    assert [(event.allowed, event.scope) for event in settled] == [(True, "once"), (True, "once")]
    assert_whole(agent)


def test_a_refusal_is_not_run_and_told(agent: Agent) -> None:
    with at_terminal(agent, *run(agent)) as child:
        child.expect_exact(APPROVAL)
        child.sendline("n")
        child.expect("Why not")
        child.sendline("not on this machine")
        while child.expect([APPROVAL.replace("[", r"\["), pexpect.EOF]) == 0:
            child.sendline("n")
            child.sendline("not on this machine")
        child.close()
        assert child.exitstatus == 6
    found = story(agent)
    assert found.verdict is not None
    assert not found.verdict.passed
    assert "not on this machine" in found.verdict.gates[0].evidence


def test_an_approval_without_a_terminal_is_exit_4_and_allowing_it_later_goes_on(agent: Agent) -> None:
    ended = agent.shell.run(*run(agent))
    assert ended.code == 4, ended
    assert "may qa_engineer run code?" in ended.out
    assert "--yes" in ended.err
    ended = agent.shell.run(*resume(agent))
    assert ended.code == 4, ended
    ended = agent.shell.run(*agent.resume())
    assert ended.code == 0, ended
    assert "may qa_engineer run code?" not in ended.out, "flags have answered it"
    settled = [event for event in events(agent) if isinstance(event, ApprovalSettled)]
    assert [(event.allowed, event.scope, event.why) for event in settled] == [(True, "once", "--approve always")]
    assert_whole(agent)


def test_nothing_runs_when_nothing_may(agent: Agent) -> None:
    ended = agent.shell.run(*run(agent, "--approve", "never"))
    assert ended.code == 6, ended
    assert "--approve never" in ended.out


@pytest.mark.parametrize(
    ("flag", "little", "much"),
    [
        ("--max-tokens", "6000", "600000"),
        ("--max-steps", "9", "600"),
        ("--max-rounds", "3", "60"),
        ("--max-seconds", "0.2", "3600"),
    ],
)
def test_a_budget_ends_it_with_exit_3_and_more_of_it_goes_on(
    agent: Agent, server: Served, flag: str, little: str, much: str
) -> None:
    ended = agent.shell.run(*agent.run(company.IDEA, flag, little))
    assert ended.code == 3, ended
    assert not crashed(ended)
    assert flag in ended.err
    assert "agentsh resume wc --headless" in ended.err
    known, before = answered(read_session(agent.file)), len(server.chats())
    if flag == "--max-tokens":
        again = agent.shell.run(*agent.resume())
        assert again.code == 3, again
    ended = agent.shell.run(*agent.resume(flag, much))
    assert ended.code == 0, ended
    server.stop()
    assert not known & {call_of_body(chat) for chat in server.chats()[before:]}
    assert_whole(agent)


def test_two_roles_of_one_profile_work_side_by_side(serve: Serve, tmp_path: Path) -> None:
    rules = [{"system": f"^You are {name},", "reply": f"I am {name}."} for name in ("ann", "bob")]
    judge = {"system": "^You are judge,", "reply": "Both spoke."}
    server = serve(company.script(*rules, judge))  # type: ignore[arg-type]
    agent = Agent(tmp_path / "user", server.host)
    pages = {
        "teams/duo.md": "---\nname: duo\nroles: [speaker as ann, speaker as bob, judge]\nverify: false\n---\n",
        "roles/speaker.md": "---\nname: speaker\nprofile: Speaker\nactions: [speak]\n---\n",
        "roles/judge.md": "---\nname: judge\nprofile: Judge\nwatch: [speak]\nactions: [judge]\n---\n",
        "actions/speak.md": "---\nname: speak\ndoes: ask\n---\nSpeak about {{ idea }}.\n",
        "actions/judge.md": "---\nname: judge\ndoes: ask\n---\nJudge what was said.\n",
    }
    for name, text in pages.items():
        page = agent.shell.home / "prompts" / name
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text)
    ended = agent.shell.run(*agent.run("Tea", "--team", "duo"))
    assert ended.code == 0, ended
    shown = json.loads(agent.shell.run("sessions", "show", "wc", "--json").out)
    assert shown["roles"] == ["ann", "bob", "judge"]
    said = {(message.sent_from, message.content) for message in story_messages(agent)}
    assert {("ann", "I am ann."), ("bob", "I am bob.")} <= said
    server.stop()
    assert {chat.body["messages"][0]["content"].splitlines()[0] for chat in server.chats()} == {  # type: ignore[index,call-overload,union-attr]
        "You are ann, a Speaker.",
        "You are bob, a Speaker.",
        "You are judge, a Judge.",
    }


def story_messages(agent: Agent) -> list[Message]:
    return [event.message for event in events(agent) if isinstance(event, MessagePublished)]


def test_a_review_that_was_open_when_the_power_went_is_asked_again_once(tmp_path: Path, serve: Serve) -> None:
    server = serve(company.script(*duo.rules()))
    agent = Agent(tmp_path / "user", server.host)
    duo.furnish(agent.shell.home)
    words = [word for word in agent.run(duo.IDEA, "--team", "duo", "--review", "engineer=always") if word != "--yes"]
    with at_terminal(agent, *words) as child:
        child.expect("engineer wants to publish plan")
        child.expect_exact(APPROVAL)
        child.kill(signal.SIGKILL)
        rest_of(child)
    with at_terminal(agent, *resume(agent)) as child:
        for what in ("engineer wants to publish plan", "engineer wants to write ", "tester wants to run code"):
            child.expect(what)
            child.expect_exact(APPROVAL)
            child.sendline("y")
        text = rest_of(child)
        assert child.exitstatus == 0, text
    told = events(agent)
    asked = [event.what for event in told if isinstance(event, ApprovalAsked) and event.what.startswith("publish")]
    assert asked == ["publish plan"], "the one that was open is the same question"
    said = [str(event.message.cause_by) for event in told if isinstance(event, MessagePublished)]
    assert (said.count("plan"), said.count("build")) == (1, 1)
    server.stop()
    assert len(server.chats()) == 2, "no finished model call is repeated"


def test_a_review_of_nobody_or_of_no_kind_is_told_before_anything_begins(agent: Agent) -> None:
    for review, fact, hint in (
        ("nobody=always", "there is no role 'nobody' to review", "there are:"),
        ("often", "--review is 'often'", "never, end or always"),
    ):
        ended = agent.shell.run(*run(agent, "--review", review))
        assert (ended.code, agent.file.exists()) == (2, False), ended
        assert fact in ended.err
        assert hint in ended.err
