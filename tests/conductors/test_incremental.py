"""Laws of work in a project of the user's: what matters is found, that alone is changed, on a branch of its own."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode
from agentsh.core.events import FileChanged, StepStarted
from tests.cli.process import Shell
from tests.conductors.bench import NAME, Bench, messages, server_for
from tests.conductors.ways.chat_company_incremental import IGNORED, PROJECT, WAY
from tests.e2e.story import git
from tests.support.ollama_server import OllamaServer


@pytest.fixture
async def worked(tmp_path: Path) -> AsyncIterator[tuple[Bench, OllamaServer]]:
    async with server_for(WAY) as server:
        bench = Bench(WAY, tmp_path, server.host)
        async with bench.started() as session:
            (bench.root / "project" / "README.md").write_text("# Counter, being edited by its owner\n")
            finished = await bench.ended(session)
        assert finished.exit_code == ExitCode.DONE, finished.summary
        yield bench, server


async def test_only_what_had_to_change_has_changed(worked: tuple[Bench, OllamaServer]) -> None:
    bench, _ = worked
    changed = {r.event.file.path for r in bench.events() if isinstance(r.event, FileChanged)}
    assert changed == {"counter/words.py", "tests/test_words.py"}
    for name, text in {**PROJECT, **IGNORED}.items():
        if name not in (*changed, "README.md"):
            assert (bench.workspace / name).read_text(encoding="utf-8") == text
    assert "being edited" in (bench.workspace / "README.md").read_text(encoding="utf-8")


async def test_the_work_is_on_a_branch_of_its_own_and_the_owner_s_is_as_it_was(
    worked: tuple[Bench, OllamaServer],
) -> None:
    bench, _ = worked
    branches = git(bench.workspace, "branch", "--format=%(refname:short)").split()
    own = next(name for name in branches if not name.startswith("agentsh/"))
    assert branches == sorted([f"agentsh/{NAME}", own])
    assert git(bench.workspace, "log", "--format=%s", own).split("\n")[0] == "As it was"
    assert git(bench.workspace, "merge-base", own, "HEAD") == git(bench.workspace, "rev-parse", own)
    assert git(bench.workspace, "diff", "--name-only", f"{own}..HEAD").split() == [
        "counter/words.py",
        "tests/test_words.py",
    ]
    assert git(bench.workspace, "status", "--porcelain").splitlines() == [" M README.md"]
    assert "fatal" not in git(bench.workspace, "fsck", "--strict")


async def test_the_model_sees_a_map_and_then_only_the_files_that_matter(worked: tuple[Bench, OllamaServer]) -> None:
    _, server = worked
    seen = [str(chat.body["messages"]) for chat in server.chats]
    assert "def count_words(text)" in seen[0]
    assert "SPARE" in seen[0]
    assert "made by a build" not in "".join(seen)
    assert "build/out.txt" not in seen[0]
    assert not [text for text in seen[2:] if "Nothing that matters" in text]


async def test_what_is_read_is_in_the_journal_and_only_that(worked: tuple[Bench, OllamaServer]) -> None:
    bench, _ = worked
    asked = [r.event.request for r in bench.events() if isinstance(r.event, StepStarted) and r.event.step == "read"]
    assert asked[0] == {"survey": True}
    read = {path for request in asked if isinstance(request, list) for path in request}
    assert read <= {"counter/words.py", "tests/test_words.py", "main.py"}
    assert None not in asked


async def test_a_change_that_fits_nowhere_goes_back_with_what_the_file_has(worked: tuple[Bench, OllamaServer]) -> None:
    bench, server = worked
    complaints = [str(chat.body["messages"]) for chat in server.chats if "does not fit" in str(chat.body["messages"])]
    assert len(complaints) == 1
    assert "count_lines" in next(said.content for said in messages(bench.events()) if said.cause_by == "plan_change")


async def test_an_owner_who_went_elsewhere_meanwhile_is_told(worked: tuple[Bench, OllamaServer]) -> None:
    bench, _ = worked
    git(bench.workspace, "checkout", "-q", "-f", "-b", "elsewhere")
    with pytest.raises(Exception, match="has 'elsewhere' checked out, not 'agentsh/s'") as told:
        async with bench.reopened():
            pass
    assert "git switch agentsh/s" in str(getattr(told.value, "hint", ""))


def test_a_project_that_is_there_gets_this_team_when_nobody_says_which(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    project = tmp_path / "project"
    project.mkdir(parents=True)
    (tmp_path / "script.yaml").write_text("rules: [{match: '', fail: rejected}]")
    asked = ["--provider", "scripted", "--model", str(tmp_path / "script.yaml"), "--workspace", str(project), "--yes"]
    teams = []
    for name in ("empty", "full"):
        ended = shell.run("run", "Count lines too", *asked, "--session", name, "--max-steps", "1")
        teams.append(json.loads(shell.run("sessions", "show", name, "--json").out)["team"])
        assert "a bug in agentsh" not in ended.err
        (project / "main.py").write_text("print(1)\n")
    assert teams == ["software-company", "chat-company-incremental"]
