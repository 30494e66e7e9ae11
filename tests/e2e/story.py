"""What a session came to: all that has to be the same however often it was killed on the way."""

import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from dulwich.objects import Blob
from dulwich.repo import Repo

from agentsh.core.canonical import canonical_json
from agentsh.core.events import MessagePublished, Recorded, StepFinished, StepStarted
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.record import without_record
from agentsh.core.verdict import Verdict
from agentsh.store.catalogue import read_session
from tests.e2e.agent import Agent
from tests.support.model_server import Logged

TEMPORARY = ".agentsh-tmp-"


@dataclass(frozen=True)
class Story:
    """How a session ended."""

    messages: dict[str, Message]
    files: dict[str, bytes]
    drafts: frozenset[bytes]
    """Every file as it was at any commit."""
    commits: list[str]
    """Author, title and trailers, and tree of each commit, the newest first."""
    verdict: Verdict | None
    calls: set[str]
    """Every model call whose answer was used."""

    @property
    def program(self) -> dict[str, str]:
        """What the roles wrote at the top, without what verifying recorded in it."""
        return {path: without_record(text.decode()) for path, text in self.files.items() if "/" not in path}


def story(agent: Agent) -> Story:
    """Return what the session's file and workspace say."""
    events = read_session(agent.file)
    verified = [r.event for r in events if isinstance(r.event, StepFinished) and r.event.step == "verify"]
    return Story(
        messages={m.id: m for m in _messages(events)},
        files=files(agent.workspace),
        drafts=drafts(agent.workspace),
        commits=commits(agent.workspace),
        verdict=Verdict.model_validate(verified[-1].result) if verified else None,
        calls=answered(events),
    )


def _messages(events: Iterable[Recorded]) -> list[Message]:
    said = [r.event.message for r in events if isinstance(r.event, MessagePublished)]
    assert len({message.id for message in said}) == len(said), "a message was doubled"
    return said


def files(workspace: Path) -> dict[str, bytes]:
    """Return the workspace's files without its history."""
    found = (path for path in workspace.rglob("*") if path.is_file() and ".git" not in path.parts)
    return {str(path.relative_to(workspace)): path.read_bytes() for path in found}


def assert_the_program(found: Story, wanted: dict[str, str]) -> None:
    """The roles wrote these files and no others, besides documents, and they passed."""
    assert found.program == wanted
    assert found.verdict is not None
    assert found.verdict.passed


def drafts(workspace: Path) -> frozenset[bytes]:
    """Return every text that the history holds."""
    with Repo(str(workspace)) as repo:
        objects = [repo.object_store[name] for name in repo.object_store]
        return frozenset(found.data for found in objects if isinstance(found, Blob))


def commits(workspace: Path) -> list[str]:
    """Return the history, as git tells it."""
    return [commit.strip() for commit in git(workspace, "log", "--format=%an%n%B%T%x00").split("\0") if commit.strip()]


def git(workspace: Path, *words: str) -> str:
    """Return what git prints."""
    program = shutil.which("git")
    assert program is not None, "these tests look at workspaces with git: apt install git"
    safe = ["-c", f"safe.directory={workspace}"]
    done = subprocess.run([program, *safe, *words], cwd=workspace, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    return done.stdout


def answered(events: Iterable[Recorded]) -> set[str]:
    """Return the model calls whose answers are recorded, by what was asked."""
    asked: dict[tuple[str, int, str], str] = {}
    found = set()
    for recorded in events:
        event = recorded.event
        if isinstance(event, StepStarted) and event.step == "model":
            assert isinstance(event.request, dict)
            asked[event.reaction, event.ordinal, event.request_hash] = call_of_request(event.request)
        elif isinstance(event, StepFinished) and event.step == "model":
            found.add(asked[event.reaction, event.ordinal, event.request_hash])
    return found


def call_of_request(request: JsonObject) -> str:
    """Return by what a recorded request is told from others: the words, the schema and the seed."""
    options = request["options"]
    assert isinstance(options, dict)
    return _call(request["messages"], request.get("schema"), options)


def call_of_body(logged: Logged) -> str:
    """Return the same of what a server was asked."""
    return _call(logged.body["messages"], logged.body.get("format"), logged.body["options"])


def _call(messages: object, schema: object, options: JsonObject) -> str:
    assert isinstance(messages, list)
    said = [[message["role"], message["content"]] for message in messages]
    return canonical_json([said, schema, options["seed"], options["num_predict"]])  # type: ignore[list-item]


def strays(folder: Path) -> list[str]:
    """Return temporary files and locks that nobody needs any more."""
    names = (path for path in folder.rglob("*") if path.name.startswith(TEMPORARY) or path.suffix in (".lock", ".new"))
    return [str(path) for path in names]
