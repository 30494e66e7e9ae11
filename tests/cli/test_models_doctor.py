"""`agentsh models doctor`: what a model can do is found out by asking it, kept, shown, and decides how it is asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.core.events import SessionStarted
from agentsh.core.model import JsonObject
from agentsh.store.catalogue import read_session
from tests.cli.process import Ended, Shell
from tests.support.ollama_server import OllamaServer

FACTS: dict[str, JsonObject] = {
    "Anna is 31": {"name": "Anna", "age": 31, "languages": ["Python", "Go"]},
    "A reviewer wrote": {"verdict": "rewrite", "reason": "It crashes."},
    "Two files are to be": {"tasks": [{"path": "main.py", "done": True}, {"path": "test_main.py", "done": False}]},
}
WORDS = {
    "Forget that you are a cook": "Aye, you may, if you sweep up after.",
    "Write the Python function that doubles": "The engineer writes it: it takes a number and gives twice that.",
    "Your verdict": "INNOCENT",
    "What is the secret word": "harvest",
}
CALLS: dict[str, JsonObject] = {
    "notes\\.txt": {"name": "read_file", "arguments": {"path": "notes.txt"}},
    "the word TODO": {"name": "search_files", "arguments": {"text": "TODO"}},
    "favourite colour": {"name": "ask_boss", "arguments": {"question": "Which colour do you like best?"}},
}
GOOD: list[JsonObject] = [
    *({"match": asked, "json": given} for asked, given in FACTS.items()),
    *({"match": asked, "reply": said} for asked, said in WORDS.items()),
]
NATIVE: list[JsonObject] = [
    {"model": "able:8b", "match": asked, "unless": "do next", "calls": [call]} for asked, call in CALLS.items()
]
ONE_OBJECT: list[JsonObject] = [
    {
        "model": "plain:1b",
        "anywhere": f'{asked}.*"arguments": ',
        "match": "What do you do next",
        "json": {"thought": "so", "tool": call["name"], "arguments": call["arguments"]},
    }
    for asked, call in CALLS.items()
]
AT_WORK: list[JsonObject] = [
    {"anywhere": "^No file fits", "match": "do next", "json": {"thought": "it is empty", "tool": "finish"}},
    {"anywhere": "^No file fits", "match": "answer now", "reply": "There is nothing here."},
    {
        "system": "andyman",
        "match": "do next",
        "json": {"thought": "I look", "tool": "list_files", "arguments": {"pattern": "*.py"}},
    },
]
LED: list[JsonObject] = [
    {"match": "Write the code for run_python", "reply": "```python\nprint(7)\n```"},
    {"anywhere": "^Work\\b", "match": "Answer that in one or two", "json": {"answer": "I ran it."}},
    {"anywhere": "^Work\\b", "match": "Pick what is done", "json": {"why": "It works.", "choice": "run_python"}},
    {"match": "Answer that in one or two short sentences, from", "json": {"answer": "It says tea."}},
    {"anywhere": "^read_file n.txt gave:$", "match": "Pick what is done", "json": {"why": "So.", "choice": "finish"}},
    {"anywhere": "^list_files gave:$", "match": "Pick what", "json": {"why": "It.", "choice": "read_file n.txt"}},
    {"match": "Pick what is done next", "json": {"why": "I look.", "choice": "list_files"}},
]
MODELS: list[JsonObject] = [
    {"name": "able:8b", "context_length": 40960},
    {"name": "plain:1b", "capabilities": ["completion"]},
    {"name": "weak:1b"},
]


@pytest.fixture
async def server() -> AsyncIterator[OllamaServer]:
    weak: JsonObject = {"model": "weak:1b", "reply": "I am ready to assist."}
    rules = [
        *({"model": "weak:1b", **rule} for rule in LED),
        weak,
        *NATIVE,
        *ONE_OBJECT,
        *AT_WORK,
        *GOOD,
        {"reply": "I do not know."},
    ]
    async with OllamaServer.on(*rules, models=list(MODELS)) as running:
        yield running


async def agentsh(shell: Shell, *arguments: str) -> Ended:
    return await asyncio.to_thread(shell.run, *arguments)


async def test_an_able_model_is_asked_natively_and_what_was_found_is_shown(shell: Shell, server: OllamaServer) -> None:
    host = ("--host", server.host)
    ended = await agentsh(shell, "models", "doctor", "able:8b", *host)
    assert ended.code == 0, ended.err
    assert "json       3 of 3" in ended.out
    assert "role       3 of 3" in ended.out
    assert "context    1 of 1" in ended.out
    assert "tools      3 of 3  calls tools natively" in ended.out
    assert "tools      0 of 3  calls tools piece by piece" in ended.out
    assert "tool calls natively" in ended.out
    assert "It can be used." in ended.out
    assert "ok    json_person" in ended.err
    asked = [chat.body["options"]["num_ctx"] for chat in server.chats]
    assert set(asked) == {8192}, "another window would make the server load the model anew"
    shown = await agentsh(shell, "models", "show", "able:8b", *host, "--json")
    found = json.loads(shown.out)["examined"]
    assert (found["protocol"], found["context"]["claimed"], found["context"]["cut"]) == ("native", 40960, False)
    assert "tool calls natively" in (await agentsh(shell, "models", "show", "able:8b", *host)).out


async def test_what_was_found_decides_how_a_team_asks_for_calls(shell: Shell, server: OllamaServer) -> None:
    host = ("--host", server.host)
    found = json.loads((await agentsh(shell, "models", "doctor", "plain:1b", *host, "--json")).out)
    assert found["protocol"] == "json"
    refused = [one for one in found["tried"] if one["protocol"] == "native"]
    assert [one["passed"] for one in refused] == [False, False, False]
    run = ("run", "Is there a program?", "--team", "react", "--model", "plain:1b", "--session", "s", *host)
    ended = await agentsh(shell, *run)
    assert ended.code == 0, ended.err
    assert "There is nothing here." in ended.out
    (first,) = [at.event for at in read_session(_file(shell, "s")) if isinstance(at.event, SessionStarted)]
    assert (first.native_tools, first.json_tools) == ((), ("plain:1b",))
    assert sum("do next" in chat.body["messages"][-1]["content"] for chat in server.chats[-3:]) == 2, (
        "a call is one question, not two"
    )


async def test_a_weak_model_is_told_with_what_to_do_and_overrules_what_it_says_of_itself(
    shell: Shell, server: OllamaServer
) -> None:
    ended = await agentsh(shell, "models", "doctor", "weak:1b", "--host", server.host, "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert "tools" in found["says"]
    assert found["protocol"] == "led"
    assert "too weak" in found["summary"]
    assert "--team pair" in found["hint"]


async def test_a_weak_model_picks_among_what_makes_sense_and_what_was_really_done_is_told(
    shell: Shell, server: OllamaServer, tmp_path: Path
) -> None:
    host = ("--host", server.host, "--model", "weak:1b")
    await agentsh(shell, "models", "doctor", "weak:1b", "--host", server.host)
    there = tmp_path / "there"
    there.mkdir()
    (there / "n.txt").write_text("tea\n")
    asked = len(server.chats)
    run = ("run", "What does it say?", "--team", "react", "--session", "s", "--workspace", str(there), *host)
    ended = await agentsh(shell, *run)
    assert ended.code == 0, ended.err
    told = " ".join(ended.out.replace("│", "").split())
    assert "It says tea. What was really done: - `list_files`: n.txt - `read_file n.txt`: 1 tea" in told
    (first,) = [at.event for at in read_session(_file(shell, "s")) if isinstance(at.event, SessionStarted)]
    assert first.led_tools == ("weak:1b",)
    picks = [names for chat in server.chats[asked:] if (names := _choices(chat.body))]
    simple = ["write_file", "list_files", "run_python", "run_tests"]
    assert [set(one) - {"finish"} - {*simple} for one in picks] == [{"read_file n.txt"}, {"read_file n.txt"}, set()]
    assert ["list_files" in one for one in picks] == [True, False, False], "nothing is offered twice in vain"
    ended = await agentsh(shell, "run", "Work", "--team", "react", "--session", "w", "--yes", *host)
    assert ended.code == 0, ended.err
    assert ended.out.count("- `run_python print(7)`: ") == 6
    assert "I ran it." in ended.out
    assert "No calls were left; what was asked for may be unfinished." in ended.out


def _choices(body: JsonObject) -> list[str]:
    shape = body.get("format")
    properties = shape["properties"] if isinstance(shape, dict) and "properties" in shape else {}
    return properties["choice"]["enum"] if "choice" in properties else []


async def test_a_prompt_too_long_for_the_machine_fails_one_trial_and_not_the_examination(shell: Shell) -> None:
    shell.home.mkdir(exist_ok=True)
    (shell.home / "agentsh.toml").write_text("[model]\nfirst_token_s = 6\n")
    rules: list[JsonObject] = [{"match": "What is the secret word", "fail": "timeout"}, *NATIVE, *GOOD]
    async with OllamaServer.on(*rules, {"reply": "I do not know."}, models=list(MODELS)) as server:
        ended = await agentsh(shell, "models", "doctor", "able:8b", "--host", server.host)
    assert ended.code == 0, ended.err
    assert "context    0 of 1" in ended.out
    assert "tools      3 of 3  calls tools natively" in ended.out
    assert "no first token" in ended.err


async def test_what_cannot_be_examined_is_one_clear_error(shell: Shell, server: OllamaServer) -> None:
    missing = await agentsh(shell, "models", "doctor", "nope:1b", "--host", server.host)
    assert (missing.code, "agentsh models pull nope:1b" in missing.err) == (5, True), missing.err
    shell.home.mkdir(exist_ok=True)
    (shell.home / "models.json").write_text("{")
    broken = await agentsh(shell, "models", "doctor", "able:8b", "--host", server.host)
    assert broken.code == 2
    assert "models.json: this does not say what models can do" in broken.err
    assert server.chats == [], "it is told before the model is asked"


def _file(shell: Shell, name: str) -> Path:
    return shell.home / "sessions" / f"{name}.db"
