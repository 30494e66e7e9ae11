"""What is particular to OpenAI's routes; the rest is in the conformance tests."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agentsh.core import chat as c
from agentsh.core.errors import ModelMissing, ProviderError
from agentsh.core.model import JsonObject
from agentsh.providers.openai import OpenAIProvider
from tests.providers.asking import (
    AT_ONCE,
    MODEL,
    RUN_TOOL,
    SCHEMA,
    asking,
    calls_of,
    events_of,
    failure_of,
    hurried,
    retries_of,
    text_of,
    thinking_of,
)
from tests.support.http import Exchange, HttpServer
from tests.support.openai_server import OpenAIServer


@asynccontextmanager
async def served(
    *rules: JsonObject, extra: JsonObject | None = None, **script: object
) -> AsyncIterator[tuple[OpenAIServer, OpenAIProvider]]:
    async with OpenAIServer.on(*rules, **script) as server:
        provider = OpenAIProvider(server.host + "/", settings=hurried(), retry=AT_ONCE, extra=extra)
        yield server, provider
        await provider.aclose()


@asynccontextmanager
async def streaming(*data: JsonObject | str, **how: str) -> AsyncIterator[OpenAIProvider]:
    """Give a provider whose server answers any request with these `data:` lines."""

    async def handle(exchange: Exchange) -> None:
        await exchange.start("text/event-stream")
        for line in data:
            await exchange.send(line.encode() if isinstance(line, str) else f"data: {json.dumps(line)}\n\n".encode())
        await exchange.end()

    async with HttpServer(handle) as server:
        provider = OpenAIProvider(f"http://127.0.0.1:{server.port}/v1", settings=hurried(), retry=AT_ONCE, **how)
        yield provider
        await provider.aclose()


def chunk(finish: str | None = None, **delta: object) -> JsonObject:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


async def test_sampling_schema_and_tools_are_sent_in_openais_words() -> None:
    options = c.ChatOptions(num_ctx=4096, num_predict=10, temperature=0.9, seed=3, stop=("END",))
    async with served({"json": {"answer": "x"}}) as (server, provider):
        await events_of(provider, asking("hi", schema=SCHEMA, tools=[RUN_TOOL], options=options))
        body = server.chats[0].body
    schema = {"name": "answer", "strict": True, "schema": SCHEMA}
    assert body["response_format"] == {"type": "json_schema", "json_schema": schema}
    assert body["tools"] == [RUN_TOOL]
    assert (body["max_tokens"], body["temperature"], body["seed"], body["stop"]) == (10, 0.9, 3, ["END"])
    assert body["stream_options"] == {"include_usage": True}


async def test_fields_of_a_particular_server_are_laid_over_the_body() -> None:
    async with served({"reply": "x"}, extra={"cache_prompt": True, "temperature": 0.0}) as (server, provider):
        await events_of(provider, asking("hi"))
        assert (server.chats[0].body["cache_prompt"], server.chats[0].body["temperature"]) == (True, 0.0)


async def test_a_tools_answer_names_the_call_that_it_answers() -> None:
    def call(name: str, id: str = "") -> c.ToolCallRequest:
        return c.ToolCallRequest(name=name, arguments={"n": 1}, id=id)

    messages = (
        c.ChatMessage(role="assistant", content="", tool_calls=(call("run", "a1"), call("read"))),
        c.ChatMessage(role="tool", content="text", tool_name="read"),
        c.ChatMessage(role="tool", content="out", tool_name="run"),
        c.ChatMessage(role="tool", content="lost", tool_name="never"),
    )
    async with served({"reply": "yes"}) as (server, provider):
        await events_of(provider, asking("x").model_copy(update={"messages": messages}))
        sent = server.chats[0].body["messages"]
    assert [call["id"] for call in sent[0]["tool_calls"]] == ["a1", "call_0_1"]
    assert sent[0]["tool_calls"][0]["function"] == {"name": "run", "arguments": '{"n":1}'}
    assert [message["tool_call_id"] for message in sent[1:]] == ["call_0_1", "a1", "call_0"]


async def test_several_tool_calls_in_many_pieces_come_whole_and_in_order() -> None:
    calls: list[JsonObject] = [{"name": "run", "arguments": {"argv": ["a", "b"]}}, {"name": "read", "arguments": {}}]
    async with served({"reply": "I will.", "calls": calls}) as (_, provider):
        events = await events_of(provider, asking("hi"))
    assert [(call.id, call.name, call.arguments) for call in calls_of(events)] == [
        ("call-0", "run", {"argv": ["a", "b"]}),
        ("call-1", "read", {}),
    ]


async def test_a_tool_call_whose_arguments_are_no_json_is_garbled() -> None:
    broken = {"index": 0, "id": "1", "function": {"name": "run", "arguments": "{oops"}}
    async with streaming(chunk(tool_calls=[broken]), chunk("tool_calls")) as provider:
        assert failure_of(await events_of(provider, asking("hi"))).failure == "garbled"


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning"])
async def test_thinking_is_known_under_both_of_its_names(name: str) -> None:
    async with streaming(chunk(**{name: "Hm."}), chunk(content="So."), chunk("stop")) as provider:
        events = await events_of(provider, asking("hi"))
    assert (thinking_of(events), text_of(events)) == ("Hm.", "So.")


async def test_a_server_that_does_not_count_is_counted_by_estimate() -> None:
    async with streaming(chunk(content="Hello there."), chunk("stop"), "data: [DONE]\n\n") as provider:
        events = await events_of(provider, asking("hi"))
    used = next(event.usage for event in events if isinstance(event, c.Used))
    assert used.prompt_tokens > 0
    assert used.completion_tokens > 0
    assert used.calls == 1


async def test_llama_cpps_own_times_are_taken() -> None:
    count: JsonObject = {
        "choices": [],
        "usage": {"prompt_tokens": 5, "completion_tokens": 2},
        "timings": {"prompt_ms": 500, "predicted_ms": 1500, "cache_n": 3},
    }
    async with streaming(chunk(content="Hi."), chunk("stop"), count) as provider:
        events = await events_of(provider, asking("hi"))
    expected = c.Usage(prompt_tokens=5, completion_tokens=2, model_seconds=2.0, calls=1)
    assert c.Used(usage=expected) in events


async def test_comments_and_fields_that_do_not_matter_are_skipped() -> None:
    noise = ": ping\n\nevent: message\nid: 7\nretry: 10\r\n\r\n"
    async with streaming(noise, chunk(content="Hi\u2028there\x85."), noise, chunk("stop")) as provider:
        assert text_of(await events_of(provider, asking("hi"))) == "Hi\u2028there\x85."


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ('data: {"error": {"message": "out of memory"}}\n\n', "error"),
        ('error: {"message": "out of memory"}\n\n', "error"),
        ("<html>\n", "garbled"),
        ("data: }{\n\n", "garbled"),
        ("data: []\n\n", "garbled"),
        ('data: {"choices": 7}\n\n', "garbled"),
    ],
)
async def test_trouble_inside_a_stream_is_told_by_kind(line: str, kind: str) -> None:
    async with streaming(chunk(content="partly"), line) as provider:
        events = await events_of(provider, asking("hi"))
    assert text_of(events) == "partly"
    assert failure_of(events).failure == kind


async def test_an_answer_that_a_filter_ended_is_not_taken_as_whole() -> None:
    async with streaming(chunk(content="partly"), chunk("content_filter")) as provider:
        failed = failure_of(await events_of(provider, asking("hi")))
    assert failed.failure == "rejected"
    assert "content_filter" in failed.message


async def test_done_without_a_reason_is_not_taken_as_whole() -> None:
    async with streaming(chunk(content="partly"), "data: [DONE]\n\n") as provider:
        assert failure_of(await events_of(provider, asking("hi"))).failure == "incomplete"


async def test_the_connection_is_used_again() -> None:
    connections = set()

    async def handle(exchange: Exchange) -> None:
        connections.add(exchange.connection)
        await exchange.start("text/event-stream")
        for line in (chunk(content="Hi."), chunk("stop")):
            await exchange.send(f"data: {json.dumps(line)}\n\n".encode())
        await exchange.send(b"data: [DONE]\n\n")
        await exchange.end()

    async with HttpServer(handle) as server:
        provider = OpenAIProvider(f"http://127.0.0.1:{server.port}/v1", settings=hurried(), retry=AT_ONCE)
        for _ in range(5):
            assert text_of(await events_of(provider, asking("hi"))) == "Hi."
        await provider.aclose()
    assert len(connections) == 1


@pytest.mark.parametrize(("key", "sent"), [("geheim", "Bearer geheim"), ("", None)])
async def test_the_key_comes_from_the_environment_and_from_nowhere_else(
    key: str, sent: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", key)
    seen: list[str | None] = []

    async def handle(exchange: Exchange) -> None:
        seen.append(exchange.request.headers.get("authorization"))
        await exchange.whole(401, b'{"error": {"message": "no"}}')

    async with HttpServer(handle) as server:
        base = f"http://127.0.0.1:{server.port}/v1"
        for provider in (
            OpenAIProvider(base, settings=hurried(), api_key_env="A_KEY"),
            OpenAIProvider(base, settings=hurried()),
        ):
            failed = failure_of(await events_of(provider, asking("hi")))
            await provider.aclose()
            assert failed.failure == "rejected"
            assert "key" in failed.hint
            assert "geheim" not in failed.model_dump_json()
    assert seen == [sent, None]


async def test_a_missing_model_names_those_that_are_there() -> None:
    async with served({"reply": "x"}, models=[MODEL, "big"]) as (_, provider):
        with pytest.raises(ModelMissing) as caught:
            await provider.describe("nosuch")
        assert MODEL in caught.value.hint
        assert "big" in caught.value.hint
        failed = failure_of(await events_of(provider, asking("hi", model="nosuch")))
    assert (failed.failure, failed.hint) == ("missing", "See what it has: agentsh models list")


async def test_texts_become_vectors() -> None:
    async with served({"reply": "x"}, models=[MODEL]) as (_, provider):
        one, again, other = await provider.embed(MODEL, ["the sky", "the sky", "a fish"])
        assert one == again != other
        with pytest.raises(ModelMissing):
            await provider.embed("nosuch", ["x"])


async def test_a_server_without_the_routes_is_told_where_they_usually_are() -> None:
    async with OpenAIServer.on({"reply": "x"}) as server:
        provider = OpenAIProvider(server.host.removesuffix("/v1"), settings=hurried(), retry=AT_ONCE)
        failed = failure_of(await events_of(provider, asking("hi")))
        with pytest.raises(ProviderError) as caught:
            await provider.probe()
        await provider.aclose()
    assert failed.failure == caught.value.kind == "garbled"
    assert "/v1" in failed.hint


async def test_another_name_and_hint_can_be_given_by_who_builds_on_it() -> None:
    async with streaming(name="local", start_it="Install it") as provider:
        assert provider.name == "local"
        events = await events_of(provider, asking("hi"))
    assert retries_of(events) == 3
    provider = OpenAIProvider("http://127.0.0.1:1/v1", settings=hurried(), retry=AT_ONCE, start_it="Install it")
    failed = failure_of(await events_of(provider, asking("hi")))
    await provider.aclose()
    assert (failed.failure, failed.hint) == ("refused", "Install it")
