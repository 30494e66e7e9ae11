"""One sentence becomes a program that runs: the whole company, through the process, against a server of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from agentsh.core.model import JsonObject
from tests.cli.process import Ended
from tests.e2e import company
from tests.e2e.agent import Agent, crashed
from tests.e2e.conftest import Serve, serving
from tests.e2e.story import commits, files, git, strays
from tests.support.model_server import Logged

KEYS = {
    "name",
    "team",
    "idea",
    "status",
    "model",
    "provider",
    "messages",
    "steps",
    "tokens",
    "seconds",
    "size_bytes",
    "created_at",
    "updated_at",
    "parent",
    "workspace",
    "roles",
}
STEPS = [
    ("boss", "user_requirement"),
    ("product_manager", "write_prd"),
    ("architect", "write_design"),
    ("project_manager", "write_tasks"),
    ("engineer", "write_code"),
    ("engineer", "summarize_code"),
    ("qa_engineer", "write_tests"),
    ("qa_engineer", "verify"),
    ("engineer", "fix_bug"),
    ("qa_engineer", "verify"),
]


@dataclass(frozen=True)
class Worked:
    """A run that has ended, and what its server was asked."""

    agent: Agent
    ended: Ended
    chats: list[Logged]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worked]:
    root = tmp_path_factory.mktemp("company")
    with serving(root) as serve:
        server = serve(company.script(*company.rules()))
        agent = Agent(root / "user", server.host)
        ended = agent.shell.run(*agent.run(company.IDEA))
        server.stop()
        yield Worked(agent, ended, server.chats())


def test_it_ends_with_a_program_that_was_run_and_passed(worked: Worked) -> None:
    assert worked.ended.code == 0, worked.ended
    first, *result = worked.ended.out.splitlines()
    assert first == "done: the program was run and passed"
    for part in ("counter.py +6", "README.md +", "requirements.txt +1", "test_program.py +", "14 model calls"):
        assert part in "\n".join(result)
    assert not crashed(worked.ended)


def test_the_program_works_for_its_user_too(worked: Worked) -> None:
    command = [sys.executable, "main.py", "--text", "one two  three"]
    done = subprocess.run(command, cwd=worked.agent.workspace, capture_output=True, text=True, check=True)
    assert done.stdout == "3\n"
    assert {name for name in files(worked.agent.workspace) if "/" not in name} == set(company.FILES)


def test_the_first_draft_failed_and_its_real_error_was_in_the_prompt_that_mended_it(worked: Worked) -> None:
    (mending,) = [chat for chat in worked.chats if "The program was tried and fails" in last(chat)]
    assert "What failed: tests, in `test_program.py` line 11" in last(mending)
    assert 'self.assertEqual(count_words(""), 0)' in last(mending)
    assert "AssertionError: 1 != 0" in last(mending)
    assert 'text.split(" ")' in last(mending)


def test_each_of_the_five_roles_has_one_front_and_says_everything_behind_it(worked: Worked) -> None:
    fronts = {chat.body["messages"][0]["content"] for chat in worked.chats}  # type: ignore[index,call-overload]
    assert len(fronts) == len(company.ROLES)
    assert all(messages(chat)[0]["role"] == "system" for chat in worked.chats)
    for front in fronts:
        asked = [messages(chat) for chat in worked.chats if messages(chat)[0]["content"] == front]
        for before, after in pairwise(asked):
            # What the role was told before its task stays where it was; history only grows behind it.
            shared = [one for one, other in zip(before[:-1], after[:-1], strict=False) if one == other]
            assert len(shared) == min(len(before), len(after)) - 1


def test_every_call_is_streamed_and_says_how_much_it_may_read_and_write(worked: Worked) -> None:
    assert len(worked.chats) == 14
    for chat in worked.chats:
        options = chat.body["options"]
        assert isinstance(options, dict)
        assert chat.body["stream"] is True
        assert chat.body["keep_alive"]
        assert options["num_ctx"] == 8192
        assert isinstance(options["num_predict"], int)
        assert 0 < options["num_predict"] < 8192
    assert len({(json.dumps(chat.body["options"]), last(chat)) for chat in worked.chats}) == 14


def test_data_is_asked_for_by_schema_and_code_as_text(worked: Worked) -> None:
    for chat in worked.chats:
        is_code = "fenced block with its path" in last(chat)
        assert ("format" in chat.body) is not is_code, last(chat)[:200]
    required = [set(asked["required"]) for chat in worked.chats if (asked := chat.body.get("format"))]  # type: ignore[arg-type,index,call-overload]
    assert {"title", "acceptance"} <= required[0]
    assert {"modules", "entry"} <= required[1]
    assert {"tasks"} <= required[2]


def test_one_call_at_a_time_unless_more_are_allowed(worked: Worked) -> None:
    assert {chat.at_once for chat in worked.chats} == {1}


def test_the_history_names_who_wrote_what_and_in_which_reaction(worked: Worked) -> None:
    told = [commit.splitlines() for commit in reversed(commits(worked.agent.workspace))]
    assert [(lines[0], lines[1]) for lines in told] == [
        ("product_manager", "write_prd: docs/prd.md"),
        ("architect", "write_design: docs/design.md"),
        ("project_manager", "write_tasks: docs/tasks.md"),
        ("engineer", "write_code: counter.py"),
        ("engineer", "write_code: main.py"),
        ("engineer", "write_code: requirements.txt"),
        ("engineer", "write_code: README.md"),
        ("qa_engineer", "write_tests: test_program.py"),
        ("qa_engineer", "verify: README.md"),
        ("engineer", "fix_bug: counter.py"),
        ("qa_engineer", "verify: README.md"),
    ]
    reactions = [*["engineer:1"] * 4, "qa_engineer:1", "qa_engineer:1", "engineer:2", "qa_engineer:2"]
    for lines, reaction in zip(told[3:], reactions, strict=True):
        assert f"Reaction: {reaction}" in lines
    assert git(worked.agent.workspace, "status", "--porcelain") == ""
    assert strays(worked.agent.root) == []


def test_what_was_said_is_in_order_and_each_has_its_cause(worked: Worked) -> None:
    lines = exported(worked)
    said = [line["message"] for line in lines if line["kind"] == "message.published"]
    assert [(m["sent_from"], m["cause_by"]) for m in said] == STEPS  # type: ignore[call-overload,index]


def test_json_lines_are_the_whole_session_each_event_once(worked: Worked) -> None:
    lines = exported(worked)
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert {line["session"] for line in lines} == {"wc"}
    assert all({"seq", "at", "kind", "session", "role"} <= set(line) for line in lines)
    counts = {kind: [line["kind"] for line in lines].count(kind) for kind in {str(line["kind"]) for line in lines}}
    assert counts["session.started"] == counts["session.finished"] == 1
    assert counts["reaction.started"] == counts["reaction.finished"] == 8
    assert counts["message.published"] == len(STEPS)
    assert counts["step.started"] == counts["step.finished"]
    assert counts["model.loading"] == 1
    assert not {"reaction.failed", "reaction.diverged", "step.failed", "error"} & set(counts)


def test_the_page_tells_the_story(worked: Worked) -> None:
    page = worked.agent.shell.run("sessions", "export", "wc").out
    assert page.startswith("# wc\n")
    for part in (company.IDEA, "engineer · fix_bug", "qa_engineer · verify", "counter.py", "**finished**"):
        assert part in page


def test_the_summary_has_the_keys_that_scripts_read(worked: Worked) -> None:
    shown = json.loads(worked.agent.shell.run("sessions", "show", "wc", "--json").out)
    assert set(shown) == KEYS
    assert shown["status"] == "finished"
    assert shown["roles"] == list(company.ROLES)
    assert (shown["team"], shown["provider"], shown["model"]) == ("software-company", "ollama", company.MODEL)
    assert (shown["messages"], shown["parent"], shown["idea"]) == (len(STEPS), None, company.IDEA)
    assert set(shown["tokens"]) == {"prompt", "completion"}
    assert shown["workspace"] == str(worked.agent.workspace)
    assert json.loads(worked.agent.shell.run("sessions", "list", "--json").out) == [shown]


def test_a_run_in_json_lines_prints_what_is_recorded(tmp_path: Path, serve: Serve) -> None:
    server = serve(company.script(*company.rules()))
    agent = Agent(tmp_path / "user", server.host)
    ended = agent.shell.run(*agent.run(company.IDEA, "--jsonl"))
    assert ended.code == 0, ended
    assert ended.err == ""
    assert ended.out == agent.shell.run("sessions", "export", "wc", "--format", "jsonl").out


def test_no_more_calls_at_once_than_the_settings_allow(tmp_path: Path, serve: Serve) -> None:
    server = serve(company.script({"match": "Say something", "reply": "Something.", "delay_s": 1}))
    agent = Agent(tmp_path / "user", server.host)
    furnish_choir(agent.shell.home, 7)
    ended = agent.shell.run(*agent.run("Sing", "--team", "choir"))
    assert ended.code == 0, ended
    server.stop()
    assert len(server.chats()) == 7
    assert max(chat.at_once for chat in server.chats()) == 3


def furnish_choir(home: Path, voices: int) -> None:
    """Put a team there whose roles all speak at once, and settings that let three of them ask at a time."""
    names = [f"voice_{number}" for number in range(voices)]
    pages = {
        "agentsh.toml": "[model]\nparallel = 3\n",
        "prompts/teams/choir.md": f"---\nname: choir\nroles: [{', '.join(names)}]\nverify: false\n---\nSings.\n",
        "prompts/actions/sing.md": "---\nname: sing\ndoes: ask\n---\nSay something about: {{ idea }}\n",
    }
    for name in names:
        pages[f"prompts/roles/{name}.md"] = f"---\nname: {name}\nprofile: {name}\nactions: [sing]\n---\n"
    for path, text in pages.items():
        (home / path).parent.mkdir(parents=True, exist_ok=True)
        (home / path).write_text(text, encoding="utf-8")


def exported(worked: Worked) -> list[JsonObject]:
    told = worked.agent.shell.run("sessions", "export", "wc", "--format", "jsonl")
    assert told.code == 0, told
    return [json.loads(line) for line in told.out.splitlines()]


def messages(chat: Logged) -> list[dict[str, str]]:
    return chat.body["messages"]  # type: ignore[return-value]


def last(chat: Logged) -> str:
    return messages(chat)[-1]["content"]


def test_a_run_loads_no_screen_library_and_nothing_for_plugins_that_there_are_not(tmp_path: Path, serve: Serve) -> None:
    server = serve(company.script(*company.rules()))
    agent = Agent(tmp_path / "user", server.host)
    code = (
        "import sys\n"
        "from agentsh.cli.app import main\n"
        "ended = main(sys.argv[1:])\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "print('screens:', *sorted(loaded & {'textual', 'prompt_toolkit', 'pygments', 'pluggy'}))\n"
        "sys.exit(ended)\n"
    )
    words = ["--home", str(agent.shell.home), *agent.run(company.IDEA)]
    agent.root.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        env=agent.shell.environ(),
        cwd=agent.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done
    assert done.stdout.splitlines()[-1] == "screens:"
