"""Law 3 through the process: however often a run is killed, it ends as if it never was, and asks nothing twice.

By default 10 kills; AGENTSH_KILLS=100 for more, AGENTSH_KILLS_SEED for other instants.
"""

import asyncio
import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentsh.core.events import Recorded
from agentsh.core.model import JsonObject
from agentsh.store.catalogue import SessionFiles, read_session
from agentsh.store.check import check
from tests.cli.process import Ended
from tests.e2e import company
from tests.e2e.agent import Agent, Running, crashed
from tests.e2e.story import TEMPORARY, Story, answered, call_of_body, files, git, story, strays
from tests.support.ollama_server import OllamaServer
from tests.support.patience import HANG_S

KILLS = int(os.environ.get("AGENTSH_KILLS", "10"))
SEED = int(os.environ.get("AGENTSH_KILLS_SEED", "20260301"))
LANES = 2
STREAM_S = 0.01
"""Between the pieces of an answer, so that kills hit generations under way."""
AROUND_S = 0.15
"""Time from one model call to well after its answer was used."""
NOTHING = Story({}, {}, frozenset(), [], None, set())
AGAIN = ["--jsonl"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600 + 30 * KILLS)]


@dataclass
class Reference:
    """The run that nobody disturbed."""

    story: Story
    wall_s: float


@dataclass
class Chain:
    """One session, killed again and again, and what is known of it to be durable."""

    agent: Agent
    server: OllamaServer
    reference: Reference
    events: list[Recorded] = field(default_factory=list)
    kills: int = 0

    async def until_done(self, chance: random.Random, left: int) -> None:
        """Kill the session at most `left` times, then let it end, and compare."""
        alive = True
        while alive and left > self.kills:
            alive = await self._killed(chance)
            self._look()
        if self.kills and not self.events:
            await self._assert_nothing_began()
        ended = await self._undisturbed()
        assert ended.code == 0, ended
        self._assert_the_same()

    async def _killed(self, chance: random.Random) -> bool:
        """Start it and kill it at a random instant; return whether it was alive until then."""
        known = self._acknowledged()
        began_s = time.monotonic()
        async with self.agent.start(*self._words()) as running:
            if not await self._is_alive_at_some_instant(running, chance):
                ended = await running.ended()
                assert ended.code == 0, ended
                self._assert_printed(ended)
                self._assert_not_asked(known, began_s)
                return False
            running.send(signal.SIGKILL)
            ended = await running.ended()
        assert not crashed(ended), ended
        await self._assert_everything_died(running)
        self.kills += 1
        self._assert_printed(ended)
        self._assert_not_asked(known, began_s)
        return True

    async def _is_alive_at_some_instant(self, running: Running, chance: random.Random) -> bool:
        """Wait for a random time, or a moment around a random model call; return whether it is still at work then."""
        if chance.random() < 0.5:
            return not await running.ended_within(chance.random() * self.reference.wall_s)
        wanted = len(self.server.chats) + chance.randint(1, len(self.reference.story.calls))
        ending = asyncio.ensure_future(running.process.wait())
        asked = asyncio.ensure_future(self.server.until(lambda server: len(server.chats) >= wanted))
        await asyncio.wait([ending, asked], return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        return not await running.ended_within(chance.random() * AROUND_S)

    async def _undisturbed(self) -> Ended:
        known, began_s = self._acknowledged(), time.monotonic()
        ended = await self.agent.ended(*self._words())
        self._assert_not_asked(known, began_s)
        return ended

    def _words(self) -> list[str]:
        return self.agent.resume(*AGAIN) if self.events else self.agent.run(company.IDEA, *AGAIN)

    def _look(self) -> None:
        """What was durable stays; what is there is whole."""
        events = self._read()
        assert events[: len(self.events)] == self.events
        assert [recorded.seq for recorded in events] == list(range(1, len(events) + 1))
        self.events = events
        if events:
            assert check(self.agent.file).faults == ()
            assert SessionFiles(self.agent.sessions).summary(self.agent.session).status == self._status()
        if self.agent.workspace.exists():
            self._assert_whole_files()

    def _status(self) -> str:
        last = next((r.event.kind for r in reversed(self.events) if r.event.kind.startswith("session.")), "")
        return "finished" if last == "session.finished" else "interrupted"

    def _read(self) -> list[Recorded]:
        return read_session(self.agent.file) if self.agent.file.exists() else []

    def _acknowledged(self) -> set[str]:
        return answered(self._read())

    def _assert_printed(self, ended: Ended) -> None:
        """What was shown as done is done: each line that was printed is in the journal."""
        stored = {recorded.seq: recorded.event.kind for recorded in self._read()}
        for line in ended.out.splitlines(keepends=True):
            if line.endswith("\n"):
                shown: JsonObject = json.loads(line)
                assert stored[shown["seq"]] == shown["kind"]  # type: ignore[index]

    def _assert_not_asked(self, known: set[str], since_s: float) -> None:
        asked = [call_of_body(chat) for chat in self.server.chats if chat.arrived_s > since_s]
        assert not known & set(asked), "a finished model call was asked again"
        assert len(asked) == len(set(asked)), "a call was made twice by one process"

    def _assert_whole_files(self) -> None:
        for path, text in files(self.agent.workspace).items():
            under_way = any(part.startswith(TEMPORARY) for part in Path(path).parts)
            assert text in self.reference.story.drafts or under_way, path

    async def _assert_everything_died(self, running: Running) -> None:
        """No child lives on, and the server hears at once that nobody listens any more."""
        await self.server.until(lambda server: server.chats_now == 0)
        deadline_s = time.monotonic() + HANG_S
        while left := alive(running.process.pid, self.agent.root):
            assert time.monotonic() < deadline_s, left
            await asyncio.sleep(0.01)

    async def _assert_nothing_began(self) -> None:
        """Killed before anything was acknowledged: going on is refused in words, beginning again works."""
        ended = await self.agent.ended(*self.agent.resume())
        assert ended.code == 2, ended
        assert "agentsh run" in ended.err

    def _assert_the_same(self) -> None:
        found = story(self.agent)
        assert found.messages == self.reference.story.messages
        assert found.files == self.reference.story.files
        assert found.commits == self.reference.story.commits
        assert found.verdict == self.reference.story.verdict
        assert found.calls == self.reference.story.calls
        asked = Counter(call_of_body(chat) for chat in self.server.chats)
        assert set(asked) == found.calls
        assert sum(asked.values()) - len(asked) <= self.kills, "more was asked again than was under way at a kill"
        kinds = Counter(recorded.event.kind for recorded in self._read())
        assert kinds["reaction.started"] == kinds["reaction.finished"]
        assert not {"reaction.diverged", "reaction.failed", "error"} & set(kinds)
        assert check(self.agent.file).faults == ()
        assert {path.name for path in self.agent.sessions.iterdir()} == {"wc", "wc.db"}
        assert strays(self.agent.root) == []
        assert list(self.agent.temporary.iterdir()) == []
        assert git(self.agent.workspace, "status", "--porcelain") == ""
        # A commit that no branch had yet reached at a kill was made again with another time: git cleans such away.
        assert git(self.agent.workspace, "fsck", "--full", "--strict", "--no-dangling") == ""


@asynccontextmanager
async def chain(root: Path, reference: Reference) -> AsyncIterator[Chain]:
    """A new home with a model server of its own."""
    async with OllamaServer.on(*company.rules(chunk_s=STREAM_S), models=[company.MODEL]) as server:
        yield Chain(Agent(root, server.host), server, reference)


async def undisturbed(root: Path) -> Reference:
    """Run it once from start to end."""
    async with chain(root, Reference(NOTHING, 0.0)) as found:
        began_s = time.monotonic()
        ended = await found.agent.ended(*found.agent.run(company.IDEA, *AGAIN))
        assert ended.code == 0, ended
        return Reference(story(found.agent), time.monotonic() - began_s)


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    return asyncio.run(undisturbed(tmp_path_factory.mktemp("reference") / "user"))


async def test_killed_at_random_instants_it_ends_as_if_nothing_had_happened(
    tmp_path: Path, reference: Reference
) -> None:
    left = KILLS
    number = 0

    async def lane(name: str, chance: random.Random) -> None:
        nonlocal left, number
        while left > 0:
            number += 1
            # Sessions that were killed once, and ones that were killed and resumed and killed.
            async with chain(tmp_path / f"{name}-{number}", reference) as one:
                allowed = min(left, chance.choice([1, 2, 3, 5, 8]))
                left -= allowed
                await one.until_done(chance, allowed)
                left += allowed - one.kills

    async with asyncio.TaskGroup() as tasks:
        for at in range(LANES):
            tasks.create_task(lane(f"lane-{at}", random.Random(SEED + at)))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_in_order_and_it_goes_on(
    tmp_path: Path, reference: Reference, number: signal.Signals
) -> None:
    async with chain(tmp_path / "stopped", reference) as stopped:
        async with stopped.agent.start(*stopped.agent.run(company.IDEA)) as running:
            await stopped.server.until(lambda server: len(server.chats) == 6)
            running.send(number)
            ended = await running.ended()
        assert ended.code == 130, ended
        assert "agentsh resume wc --headless" in ended.err
        assert not crashed(ended)
        stopped.kills = 1
        stopped.events = read_session(stopped.agent.file)
        assert stopped.events[-1].event.kind == "session.finished"
        assert strays(stopped.agent.root) == []
        await stopped.until_done(random.Random(0), 0)


def alive(group: int, root: Path) -> list[str]:
    """Return processes that are left: of this group, or at work below this folder."""
    left = []
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            fields = (process / "stat").read_text().rpartition(")")[2].split()
            command = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z" and (int(fields[2]) == group or str(root) in command):
            left.append(f"{process.name}: {command}")
    return left
