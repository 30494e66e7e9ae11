"""Servers of tools that speak MCP, by the published package: their tools are there, bounded, and end with us."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agentsh.core.model import JsonObject
from agentsh.core.servers import ServerSettings
from agentsh.core.tools import ToolFault
from agentsh.ports import Hands, Tool, ToolServer
from agentsh.roles.actions.calling import checked
from agentsh.tools.servers.schema import plain_schema
from agentsh.tools.servers.server import McpServer

ROOT = Path(__file__).parents[2]
BENCH = (sys.executable, "-m", "tests.support.mcp_server")
LIAR = """
import json, os, sys
turns = [{"anyOf": [{"$ref": f"#/$defs/T{n + 1}"}] * 50} for n in range(3)]
wide = {f"T{n}": turn for n, turn in enumerate(turns)} | {"T3": {"type": "string"}}
for line in sys.stdin:
    asked = json.loads(line)
    if "id" not in asked:
        continue
    if asked["method"] == "initialize":
        told = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}}
        told["serverInfo"] = {"name": "l", "version": "1"}
    elif asked["method"] == "tools/list":
        told = {"tools": [
            {"name": "loose", "inputSchema": {"type": "object", "properties": {"a": {"type": 7}}}},
            {"name": "needs", "inputSchema": {"type": "object", "properties": {}, "required": ["ghost"]}},
            {"name": "bad name!", "inputSchema": {"type": "object"}},
            {"name": "wide", "inputSchema": {"type": "object", "$defs": wide, "properties": {"a": wide["T0"]}}},
            {"name": "wordy", "inputSchema": {"type": "object", "properties": {"a": {"description": "x" * 20000}}}},
        ], "nextCursor": "again"}
    elif asked["method"] == "tools/call":
        told = {"content": [{"type": "text", "text": str(os.getpid())}]}
    else:
        print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "error": {"code": -32601, "message": "no"}}), flush=True)
        continue
    print("noise that is no message", flush=True)
    print(json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": told}), flush=True)
"""
NOBODY: Hands = None  # type: ignore[assignment]  # servers act by themselves


@pytest.fixture(scope="module")
def http() -> Iterator[str]:
    process = subprocess.Popen([*BENCH, "0"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().split()[1]}/mcp"
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(params=["stdio", "http"])
async def server(request: pytest.FixtureRequest, http: str) -> AsyncIterator[McpServer]:
    settings = ServerSettings(url=http) if request.param == "http" else ServerSettings(command=BENCH)
    made = McpServer("bench", settings, ROOT)
    yield made
    await made.aclose()


async def tools(server: McpServer) -> dict[str, Tool]:
    return server.tools(await server.call(NOBODY, server.start))


async def test_its_tools_are_called_by_their_names_and_give_words(server: McpServer) -> None:
    assert isinstance(server, ToolServer)
    found = await tools(server)
    assert {"bench.add", "bench.locate", "bench.picture"} <= found.keys()
    assert found["bench.add"].spec.outside, "each call has to be allowed"
    assert checked(found["bench.add"].spec, {"a": "2"}) == {"a": 2, "b": None}
    assert await found["bench.add"].call(NOBODY, {"a": 2, "b": None}) == "3"
    place: JsonObject = {"place": {"town": "Bern", "street": None}, "how": "far"}
    assert await found["bench.locate"].call(NOBODY, checked(found["bench.locate"].spec, place)) == "Bern is far"
    assert await found["bench.picture"].call(NOBODY, {}) == (
        "drawn\n[image, image/png, 1,500 bytes: it cannot be read as text]"
    )
    with pytest.raises(ToolFault, match="breaks"):
        await found["bench.breaks"].call(NOBODY, {})
    assert await found["bench.add"].call(NOBODY, {"a": 5}) == "6", "a tool that fails takes nothing with it"


async def test_a_tool_that_gives_what_its_own_schema_forbids_is_told_and_takes_nothing_with_it() -> None:
    boasts = '{"name": "boasts", "inputSchema": {"type": "object"}, "outputSchema": {"type": "object"}},'
    plain = '{"name": "plain", "inputSchema": {"type": "object"}},'
    boaster = LIAR.replace('"tools": [', f'"tools": [{boasts}{plain}')
    server = McpServer("odd", ServerSettings(command=(sys.executable, "-c", boaster)), ROOT)
    found = await tools(server)
    first = await found["odd.plain"].call(NOBODY, {})
    with pytest.raises(ToolFault, match=r"odd\.boasts gave what it must not: .*structured content"):
        await found["odd.boasts"].call(NOBODY, {})
    assert await found["odd.plain"].call(NOBODY, {}) == first, "the server was not started anew for it"
    await server.aclose()


async def test_a_flood_over_http_is_cut_off(http: str) -> None:
    server = McpServer("bench", ServerSettings(url=http), ROOT)
    found = await tools(server)
    with pytest.raises(ToolFault, match=r"more than|exceed|too"):
        await found["bench.flood"].call(NOBODY, {})
    assert await found["bench.add"].call(NOBODY, {"a": 5}) == "6"
    await server.aclose()


async def test_a_program_that_dies_or_floods_is_told_and_started_anew_by_the_next_call() -> None:
    settings = ServerSettings(command=BENCH, env={"BENCH_WORD": "$HOME"})
    server = McpServer("bench", settings, ROOT)
    try:
        os.environ["AGENTSH_SECRET"] = "s3cret"
        found = await tools(server)
        first, word, secret = (await found["bench.whoami"].call(NOBODY, {})).split()
        assert (word, secret) == (os.environ["HOME"], "-"), "it is told what its settings say, and no secret of ours"
        with pytest.raises(ToolFault, match=r"'bench'.*exit code 3; the spring broke"):
            await found["bench.die"].call(NOBODY, {})
        second = (await found["bench.whoami"].call(NOBODY, {})).split()[0]
        assert second != first
        with pytest.raises(ToolFault, match="more than 4 MB"):
            await found["bench.flood"].call(NOBODY, {})
    finally:
        os.environ.pop("AGENTSH_SECRET", None)
        await server.aclose()
    assert [pid for pid in (first, second) if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("no-such-program",), "'no-such-program' cannot be started"),
        ((sys.executable, "-c", "import sys; sys.exit('a wrong flag')"), "exit code 1; a wrong flag"),
        (
            (sys.executable, "-c", LIAR),
            (
                "no tool that can be used.*'loose' is left out.*'needs'.*does not name.*'bad.*"
                "'wide' is left out: its parameters have more than 400 parts; 'wordy' .* 16,000 characters to tell$"
            ),
        ),
    ],
)
async def test_a_program_that_is_no_server_or_lies_about_its_tools_is_one_clear_error(
    command: tuple[str, ...], told: str
) -> None:
    server = McpServer("odd", ServerSettings(command=command), ROOT)
    with pytest.raises(ToolFault, match=f"(?s){told}"):
        await server.call(NOBODY, {})
    await server.aclose()


async def test_an_address_where_nobody_is_is_one_clear_error() -> None:
    server = McpServer("odd", ServerSettings(url="http://127.0.0.1:1/mcp"), ROOT)
    with pytest.raises(ToolFault, match=r"'odd' .http://127.0.0.1:1/mcp. does not answer: "):
        await server.call(NOBODY, {})
    await server.aclose()


def test_what_schemas_may_say_is_read_as_models_here_are_told_it() -> None:
    given: JsonObject = {
        "type": "object",
        "$defs": {"Point": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}},
        "properties": {
            "at": {"$ref": "#/$defs/Point"},
            "name": {"type": ["string", "null"]},
            "kind": {"const": "dot"},
        },
        "required": ["at"],
    }
    plain = plain_schema(given)
    assert plain["properties"]["at"]["properties"]["x"] == {"type": "number"}  # type: ignore[call-overload, index]
    assert plain["properties"]["kind"] == {"enum": ["dot"]}  # type: ignore[call-overload, index]
    endless: JsonObject = {"$defs": {"A": {"type": "array", "items": {"$ref": "#/$defs/A"}}}}
    with pytest.raises(ValueError, match="nested too deeply"):
        plain_schema({**endless, "properties": {"a": {"$ref": "#/$defs/A"}}})
