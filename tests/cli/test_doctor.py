"""`agentsh doctor`: what works, what not, and what to do; it changes nothing."""

import asyncio
import json

from tests.cli.process import NOBODY, Ended, Shell
from tests.support.ollama_server import OllamaServer


def checks(ended: Ended) -> dict[str, dict[str, str]]:
    return {check["name"]: check for check in json.loads(ended.out)["checks"]}


async def test_a_server_that_answers_is_named_with_its_models(shell: Shell) -> None:
    async with OllamaServer.on({"reply": "Hello."}, models=["qwen3:8b"]) as server:
        ended = await asyncio.to_thread(shell.run, "doctor", "--json", "--host", server.host)
    found = checks(ended)
    assert ended.code == 0, ended
    assert found["server"]["state"] == "ok"
    assert server.host in found["server"]["detail"]
    assert "qwen3:8b" in found["server"]["detail"]


async def test_a_server_without_the_model_wanted_says_what_to_pull(shell: Shell) -> None:
    async with OllamaServer.on({"reply": "Hello."}, models=["qwen3:8b"]) as server:
        ended = await asyncio.to_thread(
            lambda: shell.run("doctor", "--json", "--host", server.host, environ={"AGENTSH_MODEL__MODEL": "gemma3:1b"})
        )
    assert checks(ended)["server"]["state"] == "warning"
    assert checks(ended)["server"]["hint"] == "Type: agentsh models pull gemma3:1b"


def test_no_server_is_told_with_the_reason_and_how_to_start_one(shell: Shell) -> None:
    ended = shell.run("doctor", "--json")
    found = checks(ended)
    assert found["server"]["state"] == "failed"
    assert NOBODY.removeprefix("http://") in found["server"]["detail"]
    assert "ollama serve" in found["server"]["hint"]
    assert "135M parameters" in found["embedded"]["detail"]


def test_everything_that_matters_is_looked_at_and_read_by_people_too(shell: Shell) -> None:
    found = checks(shell.run("doctor", "--json"))
    names = ["server", "embedded", "sandbox", "home", "sessions", "config", "cache", "prompts", "disk", "terminal"]
    assert set(found) >= {*names, "python", "versions"}
    assert str(shell.home) in found["home"]["detail"]
    text = shell.run("doctor").out
    assert all(name in text for name in names)


def test_it_changes_nothing(shell: Shell) -> None:
    shell.run("doctor")
    assert not shell.home.exists()


def test_a_home_that_cannot_be_written_is_told(shell: Shell) -> None:
    shell.home.write_text("a file")
    ended = shell.run("doctor")
    assert ended.code == 2
    assert "is not a folder" in ended.err
