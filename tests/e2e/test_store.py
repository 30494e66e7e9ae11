"""What can happen to a session's file, through the process: no room, another process, damage. Exit 7, nothing lost."""

import asyncio
import json
import os
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from pathlib import Path

import pytest

from agentsh.core.events import Recorded
from agentsh.store.catalogue import read_session
from agentsh.store.check import check
from agentsh.store.journal import SqliteJournal
from tests.cli.process import Ended
from tests.e2e import company
from tests.e2e.agent import Agent, crashed
from tests.e2e.here import Here
from tests.e2e.story import answered, assert_the_program, call_of_body, story, strays
from tests.support.ollama_server import OllamaServer

DISK_BYTES = 2_000_000
BLOCK_BYTES = 512


@asynccontextmanager
async def at_work(root: Path, *, chunk_s: float = 0.0) -> AsyncIterator[tuple[Agent, OllamaServer]]:
    """Serve the company's model."""
    async with OllamaServer.on(*company.rules(chunk_s=chunk_s), models=[company.MODEL]) as server:
        yield Agent(root, server.host), server


def stored(agent: Agent) -> list[Recorded]:
    return read_session(agent.file) if agent.file.exists() else []


def assert_kept(agent: Agent, ended: Ended) -> None:
    """Every event that was shown is in the journal, which is whole."""
    kinds = {recorded.seq: recorded.event.kind for recorded in stored(agent)}
    shown = [json.loads(line) for line in ended.out.splitlines()]
    for line in shown:
        if line["seq"] is not None:
            assert kinds[line["seq"]] == line["kind"]
    assert list(kinds) == list(range(1, len(kinds) + 1))
    if kinds:
        assert check(agent.file).faults == ()


async def assert_goes_on(agent: Agent, server: OllamaServer) -> None:
    """With room again it ends as it should, and asks nothing twice."""
    events = stored(agent)
    known, before = answered(events), len(server.chats)
    ended = await agent.ended(*(agent.resume() if events else agent.run(company.IDEA)))
    assert ended.code == 0, ended
    assert not known & {call_of_body(chat) for chat in server.chats[before:]}
    assert_the_program(story(agent), company.FILES)
    assert strays(agent.root) == []


@pytest.mark.parametrize("room_bytes", [60_000, 200_000])
async def test_a_limit_on_file_sizes_stops_the_run_and_it_goes_on_with_more(tmp_path: Path, room_bytes: int) -> None:
    async with at_work(tmp_path) as (agent, server):
        words = agent.shell.command(*agent.run(company.IDEA, "--jsonl"))
        limited = ["sh", "-c", f'ulimit -f {room_bytes // BLOCK_BYTES}; exec "$@"', "sh", *words]
        agent.root.mkdir(exist_ok=True)
        done = await asyncio.to_thread(
            subprocess.run,
            limited,
            env=agent.shell.environ(),
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        ended = Ended(done.returncode, done.stdout, done.stderr)
        assert_full(ended)
        assert_kept(agent, ended)
        await assert_goes_on(agent, server)


@contextmanager
def small_disk(at: Path) -> Iterator[Path]:
    """Mount a small file system, where that is allowed."""
    at.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(at)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("nothing can be mounted here")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
@pytest.mark.parametrize("room_bytes", [0, 300_000])
async def test_a_full_disk_stops_the_run_and_it_goes_on_when_there_is_room(tmp_path: Path, room_bytes: int) -> None:
    with small_disk(tmp_path / "disk") as disk:
        async with at_work(disk / "user") as (agent, server):
            agent.root.mkdir()
            ballast = disk / "ballast"
            free = os.statvfs(disk)
            ballast.write_bytes(b"x" * max(0, free.f_bavail * free.f_frsize - room_bytes))
            ended = await agent.ended(*agent.run(company.IDEA, "--jsonl"))
            assert_full(ended)
            assert_kept(agent, ended)
            ballast.unlink()
            await assert_goes_on(agent, server)


def assert_full(ended: Ended) -> None:
    assert ended.code == 7, ended
    assert not crashed(ended)
    assert "full" in ended.err
    assert any(word in ended.err for word in ("room", "space"))


async def test_a_session_that_is_open_elsewhere_names_the_process_and_leaves_it_alone(tmp_path: Path) -> None:
    async with at_work(tmp_path, chunk_s=0.05) as (agent, server), agent.start(*agent.run(company.IDEA)) as running:
        await server.until(lambda server: len(server.chats) == 2)
        other = await agent.ended(*agent.resume())
        again = await agent.ended(*agent.run(company.IDEA))
        first = await running.ended()
    assert other.code == 7, other
    assert f"process {running.process.pid}" in other.err
    assert "kill" in other.err
    assert again.code == 2, again
    assert "agentsh resume wc" in again.err
    assert first.code == 0, first


async def test_the_same_idea_begun_at_once_by_several_gets_a_session_each(tmp_path: Path) -> None:
    async with OllamaServer.on({"reply": "Hello."}, models=[company.MODEL]) as server:
        agent = Agent(tmp_path, server.host)
        pages = {
            "teams/t.md": "---\nname: t\nroles: [r]\nverify: false\n---\n",
            "roles/r.md": "---\nname: r\nprofile: Speaker\nactions: [a]\n---\n",
            "actions/a.md": "---\nname: a\ndoes: ask\n---\nSay something about {{ idea }}.\n",
        }
        for name, text in pages.items():
            page = agent.shell.home / "prompts" / name
            page.parent.mkdir(parents=True)
            page.write_text(text)
        words = ["run", "Say hello", "--team", "t", "--host", server.host]
        ended = await asyncio.gather(*(agent.ended(*words) for _ in range(4)))
    assert [one.code for one in ended] == [0] * 4, ended
    names = sorted(path.name for path in agent.sessions.glob("*.db"))
    assert names == ["say-hello-2.db", "say-hello-3.db", "say-hello-4.db", "say-hello.db"]
    assert strays(agent.root) == []


async def test_a_session_that_never_began_says_how_to_begin_it(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (agent, _):
        agent.sessions.mkdir(parents=True)
        await (await SqliteJournal.open(agent.file, create=True)).aclose()
        ended = await agent.ended(*agent.resume())
        assert ended.code == 7, ended
        assert "never began" in ended.err
        assert 'agentsh run "…" --session wc' in ended.err
        ended = await agent.ended(*agent.run(company.IDEA))
        assert ended.code == 0, ended


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, list[Recorded]]:
    """The file of a whole session, and what is in it."""

    async def made() -> tuple[bytes, list[Recorded]]:
        async with at_work(tmp_path_factory.mktemp("whole")) as (agent, _):
            ended = await agent.ended(*agent.run(company.IDEA))
            assert ended.code == 0, ended
            return agent.file.read_bytes(), read_session(agent.file)

    return asyncio.run(made())


Whole = tuple[bytes, list[Recorded]]


@pytest.mark.parametrize("with_snapshot", [False, True])
async def test_a_damaged_session_says_how_far_it_is_good_and_what_is_good_can_be_saved(
    tmp_path: Path, finished: Whole, with_snapshot: bool
) -> None:
    whole, events = finished
    good = next(recorded.seq for recorded in events if recorded.event.kind == "message.published") - 1
    async with at_work(tmp_path) as (agent, server):
        agent.sessions.mkdir(parents=True)
        agent.file.write_bytes(whole)
        with closing(sqlite3.connect(agent.file)) as connection, connection:
            connection.execute(
                "UPDATE events SET payload = replace(payload, 'boss', 'Boss') WHERE kind LIKE 'message%'"
            )
            if not with_snapshot:
                connection.execute("DELETE FROM snapshots")
        damaged = agent.file.read_bytes()
        resumed = await agent.ended(*agent.resume("--host", server.host))
        lines = await agent.ended("sessions", "export", "wc", "--format", "jsonl")
        page = await agent.ended("sessions", "export", "wc")
        assert server.chats == []
    for ended in (resumed, lines, page):
        assert ended.code == 7, ended
        assert not crashed(ended)
        assert "damaged" in ended.err
        assert f"events 1 to {good} are good" in ended.err
    assert "agentsh sessions export" in resumed.err
    assert [json.loads(line)["kind"] for line in lines.out.splitlines()] == [one.event.kind for one in events[:good]]
    assert page.out.startswith("# wc")
    assert read_session(agent.file, limit=good) == events[:good]
    if not with_snapshot:
        assert agent.file.read_bytes() == damaged, "it was not even begun to be resumed"


@pytest.mark.parametrize("kind", ["cut", "empty", "text", "another database", "garbage in the middle"])
def test_a_file_that_is_no_whole_session_is_exit_7_and_stays_as_it_is(
    tmp_path: Path, finished: Whole, here: Here, kind: str
) -> None:
    whole, _ = finished
    files = {
        "cut": whole[: len(whole) // 2],
        "empty": b"",
        "text": b"Hello, this is no database at all." * 200,
        "another database": whole.replace(b"agsh", b"xxxx", 1)[:68] + b"\x00\x00\x00\x01" + whole[72:],
        "garbage in the middle": whole[:20_000] + b"\xa5" * 20_000 + whole[40_000:],
    }
    agent = Agent(tmp_path, "http://127.0.0.1:1")
    agent.sessions.mkdir(parents=True)
    agent.file.write_bytes(files[kind])
    for words in (agent.resume(), ["sessions", "show", "wc"], ["sessions", "export", "wc"]):
        ended = here.run(*words)
        if words[1] == "show" and ended.code == 0:
            continue  # its summary is stored apart, and may be whole
        assert ended.code == 7, ended
        assert not crashed(ended)
        assert len(ended.err.splitlines()) >= 2, "what is wrong, and what to do"
    listed = here.run("sessions", "list")
    assert listed.code == 0, listed
    assert "wc" in listed.out + listed.err
    assert agent.file.read_bytes() == files[kind]
