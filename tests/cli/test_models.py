"""`agentsh models` against a server that speaks Ollama's protocol."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from tests.cli.process import NOBODY, Ended, Shell
from tests.support.ollama_server import OllamaServer


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    async with OllamaServer.on(
        {"reply": "Hello."},
        models=[{"name": "qwen3:8b", "capabilities": ["completion", "tools"], "context_length": 40960}],
        library=["gemma3:1b"],
    ) as running:
        yield running


async def ask(shell: Shell, server: OllamaServer, *arguments: str) -> Ended:
    return await asyncio.to_thread(shell.run, "models", *arguments, "--host", server.host)


async def test_the_models_of_a_server_are_listed(shell: Shell, server: OllamaServer) -> None:
    (listed,) = json.loads((await ask(shell, server, "list", "--json")).out)
    assert listed["name"] == "qwen3:8b"
    assert listed["loaded"] is False
    ended = await ask(shell, server, "list")
    assert "qwen3:8b" in ended.out
    assert server.host in ended.err


async def test_a_model_is_shown_with_what_it_can(shell: Shell, server: OllamaServer) -> None:
    shown = json.loads((await ask(shell, server, "show", "qwen3:8b", "--json")).out)
    assert shown["context_length"] == 40960
    assert shown["capabilities"] == ["completion", "tools"]
    assert shown["host"] == server.host
    assert "40,960" in (await ask(shell, server, "show", "qwen3:8b")).out


async def test_a_model_that_is_not_there_is_exit_5_with_what_to_type(shell: Shell, server: OllamaServer) -> None:
    ended = await ask(shell, server, "show", "nope:1b")
    assert ended.code == 5
    assert "'nope:1b'" in ended.err
    assert "agentsh models pull nope:1b" in ended.err


async def test_a_model_is_pulled_with_progress(shell: Shell, server: OllamaServer) -> None:
    ended = await ask(shell, server, "pull", "gemma3:1b")
    assert ended.code == 0, ended
    assert ended.out == f"gemma3:1b is on {server.host}\n"
    assert ended.err != ""


def test_no_server_is_exit_5_with_how_to_start_one(shell: Shell) -> None:
    ended = shell.run("models", "list")
    assert ended.code == 5
    assert NOBODY.removeprefix("http://") in ended.err
    assert "ollama serve" in ended.err
