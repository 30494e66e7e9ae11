"""Tools that break, hang, flood or lie, and a model that invents them: a run says each in one line, and goes on."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from agentsh.core.errors import FileError
from agentsh.core.events import StepFinished
from agentsh.core.model import JsonObject
from agentsh.library.config import load_settings
from agentsh.store.catalogue import read_session
from tests.cli.process import Shell
from tests.support.ollama_server import OllamaServer

PLUGIN = '''
import asyncio
from agentsh.plugins import hookimpl
from agentsh.tools.making import tool

async def stuck(hands) -> str:
    """Look, and never end."""
    await hands.list_files("*")
    await asyncio.Event().wait()

async def binary(hands) -> str:
    """Give bytes."""
    return b"\\x00\\xff"

@hookimpl
def register_tools():
    return [tool(stuck, deadline_s=2), tool(binary)]
'''
CLERK = """\
---
name: clerk
profile: Clerk
watch: [user_requirement]
actions: [work_with_tools]
tools: [bench, silent, stuck, binary]
---
"""
TEAM = "---\nname: office\nconductor: solo\nroles: [clerk]\nverify: false\n---\nOne clerk.\n"
SETTINGS = f"""\
[mcp.bench]
command = ["{sys.executable}", "-m", "tests.support.mcp_server"]
deadline_s = 8.0
env = {{ PYTHONPATH = "{Path(__file__).parents[2]}" }}

[mcp.silent]
command = ["{sys.executable}", "-c", "raise SystemExit('not today')"]

[rules]
allow = ["tool bench*", "tool silent"]
"""
SAID: list[tuple[str, JsonObject, str]] = [
    ("bench.add", {"a": 40, "b": 2}, "42"),
    ("bench.hang", {}, "bench.hang did not end within 8 s."),
    ("bench.chatter", {}, "50000 more characters, not kept"),
    ("bench.picture", {}, "1,500 bytes: it cannot be read as text"),
    ("bench.die", {}, "'bench'"),
    ("stuck", {}, "stuck did not end within 2 s. What it had done before stays done."),
    ("binary", {}, "binary is broken: it gave bytes where text was due."),
]
NEVER_MADE: list[tuple[str, JsonObject, str]] = [
    ("bench.fly", {}, "There is no tool 'bench.fly'. There is: bench.add, "),
    ("bench.add", {"b": 1}, "bench.add was not called: "),
]


async def test_a_run_outlives_every_bad_tool_and_tells_each_in_a_line(shell: Shell) -> None:
    _furnish(shell)
    rules = [
        *({"times": 1, "calls": [{"name": name, "arguments": given}]} for name, given, _ in [*SAID, *NEVER_MADE]),
        {"times": 1, "reply": "Observation: it flew."},
        {"reply": "It adds up to 42."},
    ]
    async with OllamaServer.on(*rules, models=["able:8b"]) as server:
        run = ("run", "Add", "--team", "office", "--host", server.host, "--session", "s")
        ended = await asyncio.to_thread(shell.run, *run)
        heard = "\n".join(chat["content"] for chat in server.chats[-1].body["messages"])
    assert ended.code == 0, ended.err
    assert "It adds up to 42." in ended.out
    steps = [at.event for at in read_session(shell.home / "sessions" / "s.db") if isinstance(at.event, StepFinished)]
    results = [step.result for step in steps if step.step == "tool" and isinstance(step.result, dict)]
    told = {str(result["call"]).split()[0]: str(result["text"]) for result in results}
    for name, _, expected in SAID:
        assert expected in told[name], told[name]
    assert "it ended with exit code 3; the spring broke" in told["bench.die"]
    assert "not today" in heard, "a server that does not start takes only its own tools with it"
    for _, _, expected in NEVER_MADE:
        assert expected in heard
    assert "as text. Call the tool itself" in heard, "what was never seen is sent back"
    assert "bench.fly" not in told, "a tool that there is not is no step"
    words, _, listing = told["bench"].partition("\n")
    assert words.startswith("9 tools: bench.add, ")
    assert json.loads(listing)[0]["name"] == "bench.add", "what there was to call is recorded"
    for line in ("clerk · bench", "clerk · stuck", "clerk · binary"):
        assert line in ended.err
    assert "Traceback" not in ended.err


async def test_a_server_is_not_started_unless_it_is_allowed(shell: Shell) -> None:
    _furnish(shell)
    config = shell.home / "agentsh.toml"
    config.write_text(config.read_text().split("[rules]")[0])
    async with OllamaServer.on({"reply": "Done."}, models=["able:8b"]) as server:
        run = ("run", "Add", "--team", "office", "--host", server.host, "--session", "s", "--yes")
        ended = await asyncio.to_thread(shell.run, *run)
        asked = server.chats
    assert ended.code == 4, ended.err
    assert "bench" in ended.err
    assert "tests.support.mcp_server" in ended.err, "what is to be started is shown"
    assert asked == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('command = ["x"]\nurl = "http://h/"', "either a command or a url"),
        ('url = "ftp://h"', "http:// or https://"),
        ("command = []", "either a command or a url"),
    ],
)
def test_settings_of_a_server_that_are_wrong_are_told_with_their_line(tmp_path: Path, text: str, said: str) -> None:
    config = tmp_path / "agentsh.toml"
    config.write_text(f"[mcp.time]\n{text}\n")
    with pytest.raises(FileError, match=rf"agentsh.toml:\d+: .*{said}"):
        load_settings(config=config)
    config.write_text('[mcp.read_file]\ncommand = ["x"]\n')
    with pytest.raises(FileError, match="no name for a server"):
        load_settings(config=config)


def _furnish(shell: Shell) -> None:
    plugins = shell.root / "xdg_config_home" / "agentsh" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "odd.py").write_text(PLUGIN)
    for kind, text in (("roles/clerk", CLERK), ("teams/office", TEAM)):
        path = shell.home / "prompts" / f"{kind}.md"
        path.parent.mkdir(parents=True)
        path.write_text(text)
    (shell.home / "agentsh.toml").write_text(SETTINGS)
