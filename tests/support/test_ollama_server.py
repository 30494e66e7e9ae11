"""The scripted server is what other tests believe; so it is tried itself, also as a process."""

import asyncio
import hashlib
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agentsh.core import chat as c
from agentsh.core.canonical import canonical_json
from agentsh.core.model import JsonObject
from agentsh.providers.ollama import OllamaProvider
from tests.providers.asking import AT_ONCE, asking, events_of, failure_of, hurried, text_of
from tests.support.ollama_server import OllamaServer
from tests.support.patience import HANG_S

ROLES = ["product manager", "architect", "project manager", "engineer", "qa engineer"]
SCRIPT = """
models: [tiny]
rules:
  - {system: slow, reply: one two three four five six, chunks: 30, chunk_s: 30}
  - {match: flaky, status: 503, times: 1}
  - {match: draft, reply: first, times: 1}
  - {match: draft, reply: second}
  - {reply: Yes.}
"""


@dataclass
class Running:
    """A server in a process of its own."""

    process: asyncio.subprocess.Process
    provider: OllamaProvider
    log: Path

    def logged(self) -> list[JsonObject]:
        """Return the chats of the log."""
        lines = map(json.loads, self.log.read_text().splitlines())
        return [line for line in lines if line["path"] == "/api/chat"]


@asynccontextmanager
async def running(folder: Path, script: str = SCRIPT) -> AsyncIterator[Running]:
    (folder / "script.yaml").write_text(script)
    command = ["-m", "tests.support.ollama_server", "--script", folder / "script.yaml", "--log", folder / "log.jsonl"]
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    ready, port = (await asyncio.wait_for(process.stdout.readline(), HANG_S)).split()
    assert ready == b"READY"
    provider = OllamaProvider(f"127.0.0.1:{int(port)}", settings=hurried(), retry=AT_ONCE)
    try:
        yield Running(process, provider, folder / "log.jsonl")
    finally:
        await provider.aclose()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), HANG_S) == 0


async def test_as_a_process_it_answers_and_logs_each_request_with_its_hash_and_outcome(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        assert text_of(await events_of(server.provider, asking("hi", model="tiny"))) == "Yes."
        assert text_of(await events_of(server.provider, asking("flaky", model="tiny"))) == "Yes."
        assert failure_of(await events_of(server.provider, asking("hi", model="nosuch"))).failure == "missing"
    logged = server.logged()
    assert [line["outcome"] for line in logged] == ["done", "503", "done", "missing"]
    assert logged[1]["sha256"] == logged[2]["sha256"] != logged[0]["sha256"]
    assert logged[0]["sha256"] == hashlib.sha256(canonical_json(logged[0]["body"]).encode()).hexdigest()
    assert all(line["arrived_s"] <= line["ended_s"] for line in logged)
    assert [line["rule"] for line in logged] == [4, 1, 4, None]


async def test_a_hang_up_is_in_the_log_at_once(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        stream = server.provider.chat(asking("hi", model="tiny", system="slow"))
        async for event in stream:
            if isinstance(event, c.TextDelta):
                break
        await stream.aclose()
        async with asyncio.timeout(HANG_S):
            while not server.logged():
                await asyncio.sleep(0.01)
        (line,) = server.logged()
    assert line["outcome"] == "hung_up"
    assert line["ended_s"] - line["arrived_s"] < 30, "not at its next word"


async def test_a_request_asked_again_hears_the_same_and_a_new_one_the_next(tmp_path: Path) -> None:
    drafts = [asking("draft", model="tiny"), asking("draft with errors", model="tiny")]
    async with running(tmp_path) as server:
        heard = [text_of(await events_of(server.provider, request)) for request in [*drafts, *drafts]]
    assert heard == ["first", "second", "first", "second"]


async def test_five_roles_at_once_hear_their_own_lines_whatever_the_order() -> None:
    rules: list[JsonObject] = [
        {"system": f"the {role}\\.", "reply": f"I, the {role}.", "delay_s": 0.01} for role in ROLES
    ]
    async with OllamaServer.on(*rules) as server:
        provider = OllamaProvider(server.host, settings=hurried(), retry=AT_ONCE)
        requests = [asking("go", system=f"You are the {role}.") for role in ROLES * 4]
        answers = await asyncio.gather(*(events_of(provider, request) for request in requests))
        await provider.aclose()
    assert [text_of(events) for events in answers] == [f"I, the {role}." for role in ROLES * 4]
    assert 1 < server.most_chats <= 20
    assert max(chat.at_once for chat in server.chats) == server.most_chats


async def test_an_unknown_route_and_an_unmatched_request_are_told() -> None:
    async with OllamaServer.on({"match": "snake", "reply": "x"}) as server:
        provider = OllamaProvider(server.host, settings=hurried(), retry=AT_ONCE)
        failed = failure_of(await events_of(provider, asking("a fish")))
        await provider.aclose()
        assert server.chats[0].outcome == "unmatched"
    assert (failed.failure, "a fish" in failed.message) == ("rejected", True)


async def test_what_the_server_saw_of_the_prompt_can_be_scripted() -> None:
    async with OllamaServer.on({"reply": "x", "seen_tokens": 7}) as server:
        provider = OllamaProvider(server.host, settings=hurried(), retry=AT_ONCE)
        events = await events_of(provider, asking("hi"))
        await provider.aclose()
    assert [event.usage.prompt_tokens for event in events if isinstance(event, c.Used)] == [7]
