"""The embedded model's child process: what it does when it dies, and that it never outlives who started it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.core import chat as c
from agentsh.core.errors import ModelMissing, ProviderError
from agentsh.providers.local import LocalProvider
from agentsh.providers.local_child import SCRIPT, ModelChild
from agentsh.providers.weights import DEMO_MODEL, ensure_weights, weights_folder
from tests.providers.asking import asking, events_of, failure_of, hurried, retries_of, text_of
from tests.support.patience import HANG_S

pytestmark = pytest.mark.model
LONG = asking("Tell a long story.", model=DEMO_MODEL, options=c.ChatOptions(num_ctx=4096, num_predict=400, seed=1))
SHORT = asking("Say hello.", model=DEMO_MODEL, options=c.ChatOptions(num_ctx=4096, num_predict=8, seed=1))
STARTER = """
import asyncio, sys
from pathlib import Path
from agentsh.providers.local_child import ModelChild
async def main():
    child = await ModelChild.start(Path(sys.argv[1]), "demo")
    print(child.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


@pytest.fixture
async def provider() -> AsyncIterator[LocalProvider]:
    opened = LocalProvider(weights_folder(), hurried(first_token_s=60.0))
    yield opened
    await opened.aclose()


def children() -> set[int]:
    """Return the pids of this process's model servers."""
    listed = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return {int(pid) for pid in listed if str(SCRIPT) in Path(f"/proc/{pid}/cmdline").read_text()}


async def test_a_child_that_dies_between_calls_is_started_again(provider: LocalProvider) -> None:
    await provider.preload(DEMO_MODEL, 4096)
    (pid,) = children()
    os.kill(pid, signal.SIGKILL)
    events = await events_of(provider, SHORT)
    assert events[-1].kind == "done"
    assert text_of(events)
    assert children()
    assert children() != {pid}


async def test_many_short_calls_in_a_row_all_come_through(provider: LocalProvider) -> None:
    """A connection that was kept broke every twentieth time."""
    word = asking("Say hello.", model=DEMO_MODEL, options=c.ChatOptions(num_ctx=4096, num_predict=2, seed=1))
    assert {(await events_of(provider, word))[-1].kind for _ in range(60)} == {"done"}


async def test_a_crash_in_the_middle_of_an_answer_is_told_with_the_log_and_the_next_call_works(
    provider: LocalProvider,
) -> None:
    events: list[c.ChatEvent] = []
    async for event in provider.chat(LONG):
        if isinstance(event, c.TextDelta) and not any(isinstance(one, c.TextDelta) for one in events):
            for pid in children():
                os.kill(pid, signal.SIGKILL)
        events.append(event)
    failed = failure_of(events)
    assert (failed.failure, failed.retryable) == ("server", True)
    assert "crashed, exit code -9" in failed.message
    assert "log" in failed.message
    assert retries_of(events) == 0
    assert (await events_of(provider, SHORT))[-1].kind == "done"


async def test_closing_ends_the_child_and_a_later_call_starts_it_again(provider: LocalProvider) -> None:
    assert await provider.running() == []
    await provider.preload(DEMO_MODEL, 4096)
    assert [model.name for model in await provider.running()] == [DEMO_MODEL]
    await provider.aclose()
    assert children() == set()
    assert await provider.running() == []
    assert (await events_of(provider, SHORT))[-1].kind == "done"


async def test_a_prompt_that_does_not_fit_is_rejected_and_the_child_lives_on(provider: LocalProvider) -> None:
    too_long = asking("word " * 6000, model=DEMO_MODEL)
    failed = failure_of(await events_of(provider, too_long))
    assert failed.failure == "rejected"
    assert not failed.retryable
    assert await provider.running()


async def test_the_child_dies_with_a_parent_that_is_killed() -> None:
    weights = await ensure_weights(weights_folder(), lambda _: None)
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, str(weights), stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert starter.stdout is not None
    async with asyncio.timeout(HANG_S):
        pid = int(await starter.stdout.readline())
        watched = os.pidfd_open(pid)
        gone = asyncio.Event()
        asyncio.get_running_loop().add_reader(watched, gone.set)
        starter.kill()
        await gone.wait()
        await starter.wait()
    asyncio.get_running_loop().remove_reader(watched)
    os.close(watched)


async def test_weights_that_are_none_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    fake = tmp_path / "fake.gguf"
    fake.write_bytes(b"GGUF, or not")
    with pytest.raises(ProviderError, match="did not start") as caught:
        await ModelChild.start(fake, "fake")
    assert str(fake) in str(caught.value)
    assert children() == set()


async def test_nobody_else_on_the_machine_can_ask_the_child(provider: LocalProvider) -> None:
    weights = await ensure_weights(weights_folder(), lambda _: None)
    child = await ModelChild.start(weights, DEMO_MODEL)
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(child.url.rpartition(":")[2]))
        body = json.dumps({"messages": [{"role": "user", "content": "Hello"}], "max_tokens": 2}).encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        assert b"401" in await reader.readline()
        writer.close()
        await writer.wait_closed()
    finally:
        await child.stop()


def test_without_the_engine_the_child_says_so() -> None:
    config = {"model": "x", "parent_pid": os.getpid()}
    argv = [sys.executable, "-S", "-P", str(SCRIPT)]
    done = subprocess.run(argv, check=False, input=json.dumps(config), capture_output=True, text=True, timeout=HANG_S)
    assert "No module named 'xllamacpp'" in json.loads(done.stdout)["failed"]
    assert done.returncode == 1


async def test_an_unknown_model_and_embeddings_are_provider_errors(provider: LocalProvider) -> None:
    with pytest.raises(ModelMissing, match="qwen"):
        await provider.describe("qwen3:8b")
    with pytest.raises(ProviderError, match="embeddings"):
        await provider.embed(DEMO_MODEL, ["text"])
    assert failure_of(await events_of(provider, asking("Hi", model="qwen3:8b"))).failure == "missing"
    assert children() == set()
