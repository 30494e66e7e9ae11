"""The table of what can happen between us and Ollama, row by row, over the real protocol."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager

import pytest

from agentsh.core import chat as c
from agentsh.core.errors import ModelMissing, ProviderError, UsageError
from agentsh.core.model import JsonObject
from agentsh.core.settings import ModelSettings
from agentsh.providers.ollama import OllamaProvider
from tests.providers.asking import (
    AT_ONCE,
    MODEL,
    RUN_TOOL,
    SCHEMA,
    asking,
    events_of,
    failure_of,
    hurried,
    retries_of,
    text_of,
    thinking_of,
)
from tests.support.http import Exchange, HttpServer
from tests.support.ollama_server import OllamaServer

Pair = tuple[OllamaServer, OllamaProvider]


@asynccontextmanager
async def served(*rules: JsonObject, settings: ModelSettings | None = None, **script: object) -> AsyncIterator[Pair]:
    """Give a server on these rules and a provider for it."""
    async with OllamaServer.on(*rules, **script) as server:
        provider = OllamaProvider(server.host, settings=settings or hurried(), retry=AT_ONCE)
        yield server, provider
        await provider.aclose()


def thinker(name: str = MODEL) -> JsonObject:
    return {"name": name, "capabilities": ["completion", "thinking"]}


# What is sent.


async def test_the_window_the_length_and_the_keep_alive_are_always_sent() -> None:
    async with served({"reply": "yes"}, settings=hurried().model_copy(update={"keep_alive": "7m"})) as (
        server,
        provider,
    ):
        await events_of(provider, asking("hi", options=c.ChatOptions(num_ctx=5000, num_predict=77)))
        body = server.chats[0].body
    assert body["options"] == {"num_ctx": 5000, "num_predict": 77, "temperature": 0.2}
    assert (body["keep_alive"], body["stream"], body["model"]) == ("7m", True, MODEL)
    assert {"think", "format", "tools"}.isdisjoint(body)


async def test_sampling_schema_and_tools_reach_the_server_whole() -> None:
    options = c.ChatOptions(num_ctx=4096, num_predict=10, temperature=0.9, seed=3, stop=("END",))
    async with served({"json": {"answer": "x"}}) as (server, provider):
        await events_of(provider, asking("hi", schema=SCHEMA, tools=[RUN_TOOL], options=options))
        body = server.chats[0].body
    assert body["format"] == SCHEMA
    assert body["tools"] == [RUN_TOOL]
    assert body["options"] == options.model_dump(mode="json")


async def test_a_conversation_with_tools_is_sent_in_ollamas_words() -> None:
    call = c.ToolCallRequest(name="run", arguments={"argv": ["ls"]}, id="7")
    messages = (
        c.ChatMessage(role="user", content="look"),
        c.ChatMessage(role="assistant", content="", tool_calls=(call,)),
        c.ChatMessage(role="tool", content="main.py", tool_name="run"),
    )
    async with served({"reply": "yes"}) as (server, provider):
        await events_of(provider, asking("x").model_copy(update={"messages": messages}))
        sent = server.chats[0].body["messages"]
    function = {"name": "run", "arguments": {"argv": ["ls"]}}
    assert sent[1:] == [
        {"role": "assistant", "content": "", "tool_calls": [{"function": function}]},
        {"role": "tool", "content": "main.py", "tool_name": "run"},
    ]


@pytest.mark.parametrize("odd", ["a\udc80b", "tab\t\x00\x1b", "U+2028 \u2028 NEL \x85 end", "😀 写"])
async def test_any_text_can_be_sent_and_answered(odd: str) -> None:
    async with served({"reply": odd, "chunks": 1}) as (server, provider):
        events = await events_of(provider, asking(odd))
        assert server.chats[0].body["messages"][-1]["content"] == odd
    assert text_of(events) == odd.replace("\udc80", "?")


@pytest.mark.parametrize(("said", "sent"), [("30m", "30m"), ("-1", -1), ("0", 0), ("90", 90)])
async def test_a_keep_alive_without_a_unit_is_a_number_of_seconds(said: str, sent: str | int) -> None:
    async with served({"reply": "x"}, settings=hurried().model_copy(update={"keep_alive": said})) as (server, provider):
        await events_of(provider, asking("hi"))
        assert server.chats[0].body["keep_alive"] == sent


# Thinking.


@pytest.mark.parametrize("think", [True, False])
async def test_think_is_sent_to_a_model_that_can_and_its_abilities_are_asked_for_once(think: bool) -> None:
    async with served({"reply": "x"}, models=[thinker()]) as (server, provider):
        for _ in range(3):
            await events_of(provider, asking("hi", think=think))
        assert [chat.body["think"] for chat in server.chats] == [think] * 3
        assert sum(request.path == "/api/show" for request in server.requests) == 1


async def test_think_is_left_out_for_a_model_that_cannot() -> None:
    async with served({"reply": "x"}, models=[MODEL]) as (server, provider):
        await events_of(provider, asking("hi", think=True))
        assert "think" not in server.chats[0].body


async def test_think_false_is_left_out_beside_a_schema_because_the_schema_would_be_ignored() -> None:
    async with served({"json": {"answer": "x"}}, models=[thinker()]) as (server, provider):
        await events_of(provider, asking("hi", think=False, schema=SCHEMA))
        assert "think" not in server.chats[0].body


async def test_stray_think_tags_are_kept_out_of_the_answer_however_they_are_split() -> None:
    async with served({"reply": "<think>Hm, well.</think>\n\nIt is so.", "chunks": 40}) as (_, provider):
        events = await events_of(provider, asking("hi"))
    assert (thinking_of(events), text_of(events)) == ("Hm, well.", "It is so.")


async def test_an_answer_cut_at_num_predict_is_told_from_a_whole_one() -> None:
    async with served({"reply": "It is", "finish": "length"}) as (_, provider):
        assert (await events_of(provider, asking("hi")))[-1] == c.Done(reason="length")


async def test_a_model_that_ran_out_of_tokens_while_it_thought_was_cut() -> None:
    async with served({"thinking": "Hm.", "reply": "", "finish": "length"}) as (_, provider):
        events = await events_of(provider, asking("hi"))
    assert (thinking_of(events), text_of(events), events[-1]) == ("Hm.", "", c.Done(reason="length"))


# Loading.


async def test_loading_is_told_only_when_the_model_is_not_in_memory() -> None:
    async with served({"reply": "x"}) as (_, provider):
        told = [
            any(isinstance(event, c.Loading) for event in await events_of(provider, asking("hi", model=model)))
            for model in ("tiny", "tiny", "other", "tiny")
        ]
    assert told == [True, False, True, False]


async def test_a_preloaded_model_is_not_loaded_again_and_has_the_context_that_was_asked() -> None:
    async with served({"reply": "x"}) as (_, provider):
        await provider.preload("tiny", 6000)
        assert [(model.name, model.context_length) for model in await provider.running()] == [("tiny:latest", 6000)]
        assert not any(isinstance(e, c.Loading) for e in await events_of(provider, asking("hi", model="tiny:latest")))
        await provider.unload("tiny")
        assert await provider.running() == []


async def test_a_server_that_gives_less_context_than_asked_is_found_out() -> None:
    async with served({"reply": "x"}, context=4096) as (_, provider):
        await provider.preload(MODEL, 32768)
        assert [model.context_length for model in await provider.running()] == [4096]


# Failures.


async def test_a_refused_connection_names_the_host_and_the_mend_after_three_retries(free_port: int) -> None:
    provider = OllamaProvider(f"127.0.0.1:{free_port}", settings=hurried(), retry=AT_ONCE)
    events = await events_of(provider, asking("hi"))
    await provider.aclose()
    failed = failure_of(events)
    assert retries_of(events) == 3
    assert failed.failure == "refused"
    assert f"127.0.0.1:{free_port}: Connection refused" in failed.message
    assert "ollama serve" in failed.hint


async def test_a_server_that_comes_back_during_the_retries_answers(free_port: int) -> None:
    provider = OllamaProvider(f"127.0.0.1:{free_port}", settings=hurried(), retry=AT_ONCE)
    async with aclosing(provider.chat(asking("hi"))) as stream:
        async for event in stream:
            if isinstance(event, c.Retried):
                break
        async with OllamaServer(OllamaServer.on({"reply": "back"}).script, port=free_port):
            assert text_of([event async for event in stream]) == "back"
    await provider.aclose()


async def test_a_name_that_is_nowhere_is_refused() -> None:
    provider = OllamaProvider("nosuch.invalid", settings=hurried(), retry=AT_ONCE)
    assert failure_of(await events_of(provider, asking("hi"))).failure == "refused"
    await provider.aclose()


@pytest.mark.parametrize("status", [429, 502, 503, 504])
async def test_a_busy_server_is_asked_again_until_it_answers(status: int) -> None:
    async with served({"status": status, "times": 3}, {"reply": "at last"}) as (server, provider):
        events = await events_of(provider, asking("hi"))
        assert len(server.chats) == 4
    assert (retries_of(events), text_of(events)) == (3, "at last")


async def test_a_server_that_stays_busy_is_asked_four_times_and_no_more() -> None:
    async with served({"status": 503}) as (server, provider):
        assert failure_of(await events_of(provider, asking("hi"))).failure == "busy"
        assert len(server.chats) == 4


async def test_a_dead_runner_is_tried_once_more() -> None:
    async with served({"status": 500, "times": 1}, {"reply": "alive"}) as (_, provider):
        assert text_of(await events_of(provider, asking("hi"))) == "alive"
    async with served({"status": 500, "message": "llama runner died"}) as (server, provider):
        failed = failure_of(await events_of(provider, asking("hi")))
        assert len(server.chats) == 2
    assert failed.failure == "server"
    assert "llama runner died" in failed.message


async def test_a_missing_model_is_asked_for_once_and_the_hint_is_to_pull_it() -> None:
    async with served({"reply": "x"}, models=[MODEL]) as (server, provider):
        failed = failure_of(await events_of(provider, asking("hi", model="llama9")))
        assert len(server.chats) == 1
    assert (failed.failure, failed.hint) == ("missing", "Type: agentsh models pull llama9")


async def test_a_model_that_cannot_be_told_to_think_is_missing_like_any_other() -> None:
    async with served({"reply": "x"}, models=[MODEL]) as (_, provider):
        assert failure_of(await events_of(provider, asking("hi", model="llama9", think=True))).failure == "missing"


async def test_a_rejected_request_says_what_the_server_said() -> None:
    async with served({"status": 400, "message": "does not support tools"}) as (server, provider):
        failed = failure_of(await events_of(provider, asking("hi")))
        assert len(server.chats) == 1
    assert failed.failure == "rejected"
    assert "does not support tools" in failed.message


async def test_an_error_line_inside_a_good_answer_is_a_failure() -> None:
    async with served({"fault": "error_line", "reply": "partly", "after": 4, "message": "out of memory"}) as (
        _,
        provider,
    ):
        events = await events_of(provider, asking("hi"))
    assert text_of(events) == "partly"
    assert failure_of(events).failure == "error"
    assert "out of memory" in failure_of(events).message


@pytest.mark.parametrize("fault", ["html", "blank", "garbage"])
async def test_what_is_no_ollama_is_named_so_and_not_asked_again(fault: str) -> None:
    async with served({"fault": fault}) as (server, provider):
        failed = failure_of(await events_of(provider, asking("hi")))
        assert len(server.chats) == 1
    assert failed.failure == "garbled"
    assert "not an Ollama server?" in failed.hint


@pytest.mark.parametrize(
    "line", [b"[]\n", b"7\n", b'"text"\n', b"{}\n", b'{"message": 7}\n', b"[" * 100_000 + b"\n", b"\xff\xfe\n"]
)
async def test_a_line_of_json_that_is_no_answer_is_garbled(line: bytes, answering: "Answering") -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(line), line)) as provider:
        assert failure_of(await events_of(provider, asking("hi"))).failure == "garbled"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "incomplete"),
        (b"HTTP/1.1 404 X\r\nContent-Length: 18\r\n\r\n404 page not found", "garbled"),
        (b"HTTP/1.1 301 X\r\nLocation: https://x/\r\nContent-Length: 0\r\n\r\n", "garbled"),
        (b"HTTP/1.1 401 X\r\nContent-Length: 2\r\n\r\n{}", "rejected"),
        (b"HTTP/1.1 500 X\r\nContent-Length: 6\r\n\r\n<html>", "server"),
        (b"", "incomplete"),
    ],
)
async def test_other_servers_are_told_apart(answer: bytes, kind: str, answering: "Answering") -> None:
    async with answering(answer) as provider:
        assert failure_of(await events_of(provider, asking("hi"))).failure == kind


@pytest.mark.parametrize("fault", ["drop", "cut", "reset", "no_done"])
async def test_a_connection_lost_before_the_first_word_is_made_again(fault: str) -> None:
    async with served({"fault": fault, "reply": "x", "times": 1}, {"reply": "whole"}) as (server, provider):
        events = await events_of(provider, asking("hi"))
        assert [chat.outcome for chat in server.chats] == [fault, "done"]
    assert (retries_of(events), text_of(events)) == (1, "whole")


@pytest.mark.parametrize("fault", ["cut", "no_done"])
async def test_a_cut_answer_is_never_taken_as_whole_and_never_doubled(fault: str) -> None:
    async with served({"fault": fault, "reply": "one two three", "after": 2, "times": 1}, {"reply": "other"}) as (
        server,
        provider,
    ):
        events = await events_of(provider, asking("hi"))
        assert len(server.chats) == 1
    assert text_of(events) == "one two "
    assert retries_of(events) == 0
    assert (failure_of(events).failure, failure_of(events).retryable) == ("incomplete", True)


async def test_a_loop_is_cut_and_the_server_stopped() -> None:
    loop = {"reply": "I will do it now. " * 2000, "chunks": 4000, "chunk_s": 0.0001}
    async with served(loop) as (server, provider):
        events = await events_of(provider, asking("hi"))
        await server.until(lambda server: server.chats[0].outcome == "hung_up")
    assert events[-1] == c.Done(reason="repeat")
    assert len(text_of(events)) < 4000
    assert next(event.usage for event in events if isinstance(event, c.Used)).completion_tokens > 500


# Time.


async def test_a_silent_server_is_given_up_after_the_time_for_the_first_token() -> None:
    async with served({"delay_s": 60, "reply": "x"}, settings=hurried(first_token_s=0.05)) as (server, provider):
        failed = failure_of(await events_of(provider, asking("hi")))
        await server.until(lambda server: server.chats[0].outcome == "hung_up")
        assert len(server.chats) == 1
    assert failed.failure == "timeout"
    assert "no first token" in failed.message
    assert "0.05 s" in failed.message


async def test_a_server_that_stalls_in_the_middle_is_given_up_after_the_time_between_tokens() -> None:
    stall = {"fault": "stall", "reply": "one two", "after": 2}
    async with served(stall, settings=hurried(between_tokens_s=0.05)) as (server, provider):
        events = await events_of(provider, asking("hi"))
        await server.until(lambda server: server.chats[0].outcome == "hung_up")
    assert text_of(events) == "one "
    assert "no next token" in failure_of(events).message


async def test_a_call_ends_at_its_time_as_a_whole_however_steadily_tokens_come() -> None:
    steady = {"reply": "word " * 1000, "chunks": 1000, "chunk_s": 0.005}
    async with served(steady, settings=hurried(role_s=0.15)) as (_, provider):
        events = await events_of(provider, asking("hi"))
    assert "longer than 0.15 s" in failure_of(events).message
    assert 1 < len(events) < 500


async def test_retries_do_not_outlast_the_time_of_the_call() -> None:
    async with served({"status": 503}, settings=hurried(role_s=0.0005)) as (server, provider):
        assert failure_of(await events_of(provider, asking("hi"))).failure in {"busy", "timeout"}
        assert len(server.chats) <= 2


async def test_a_host_that_swallows_connections_is_given_up_after_the_time_to_connect() -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(address)
        provider = OllamaProvider(f"127.0.0.1:{address[1]}", settings=hurried(connect_s=0.05), retry=AT_ONCE)
        events = await events_of(provider, asking("hi"))
        await provider.aclose()
        for filler in fillers:
            filler.close()
    assert failure_of(events).failure == "refused"


async def test_closing_reaches_the_server_within_a_fifth_of_a_second() -> None:
    async with served({"reply": "word " * 1000, "chunks": 1000, "chunk_s": 0.01}) as (server, provider):
        async with aclosing(provider.chat(asking("hi"))) as stream:
            async for event in stream:
                if isinstance(event, c.TextDelta):
                    break
            began = asyncio.get_running_loop().time()
        await server.until(lambda server: server.chats[0].outcome == "hung_up")
        assert asyncio.get_running_loop().time() - began < 0.2


async def test_closing_while_the_model_is_still_silent_reaches_the_server_too() -> None:
    async with served({"delay_s": 60, "reply": "x"}) as (server, provider):
        task = asyncio.create_task(events_of(provider, asking("hi")))
        await server.until(lambda server: bool(server.chats))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.until(lambda server: server.chats[0].outcome == "hung_up", timeout_s=1)


async def test_a_closed_provider_fails_and_does_not_raise() -> None:
    async with served({"reply": "x"}) as (_, provider):
        await provider.aclose()
        assert failure_of(await events_of(provider, asking("hi"))).failure == "error"


async def test_many_calls_at_once_share_the_provider() -> None:
    async with served({"reply": "yes", "delay_s": 60}) as (server, provider):
        calls = [asyncio.create_task(events_of(provider, asking(f"call {n}"))) for n in range(40)]
        await server.until(lambda server: server.chats_now == 40)
        for call in calls:
            call.cancel()
        await server.until(lambda server: server.chats_now == 0)
        await asyncio.gather(*calls, return_exceptions=True)


# The rest of the port.


async def test_a_model_is_described_with_its_abilities() -> None:
    model: JsonObject = {"name": MODEL, "capabilities": ["completion", "tools", "thinking"], "context_length": 40960}
    async with served({"reply": "x"}, models=[model]) as (_, provider):
        described = await provider.describe(MODEL)
    assert described.capabilities == ("completion", "tools", "thinking")
    assert (described.context_length, described.parameters, described.quantization) == (40960, "1.2B", "Q4_K_M")


async def test_models_are_listed_with_size_and_date() -> None:
    async with served({"reply": "x"}, models=["b:1", "a:1"]) as (_, provider):
        listed = await provider.list_models()
    assert [(info.name, info.size_bytes, info.modified_at[:4]) for info in listed] == [
        ("b:1", 1_000_000, "2025"),
        ("a:1", 1_000_000, "2025"),
    ]


async def test_a_probe_tells_version_and_models() -> None:
    async with served({"reply": "x"}, models=[MODEL]) as (server, provider):
        assert await provider.probe() == c.ServerProbe(host=server.host, version="0.12.3", models=(MODEL,))


async def test_a_download_tells_how_far_it_is_and_then_the_model_is_there() -> None:
    async with served({"reply": "x"}, models=[MODEL], library=["new"]) as (_, provider):
        with pytest.raises(ModelMissing):
            await provider.describe("new")
        steps = [(step.status, step.completed_bytes, step.total_bytes) async for step in provider.pull("new")]
        assert (await provider.describe("new")).name == "new"
    assert steps[0] == ("pulling manifest", 0, 0)
    assert steps[-2:] == [("pulling aabbcc", 100, 100), ("success", 0, 0)]


async def test_texts_become_vectors_and_a_missing_model_is_told() -> None:
    async with served({"reply": "x"}, models=[MODEL]) as (_, provider):
        one, again, other = await provider.embed(MODEL, ["the sky", "the sky", "a fish"])
        assert one == again != other
        with pytest.raises(ModelMissing):
            await provider.embed("nosuch", ["x"])


Ask = Callable[[OllamaProvider], object]


@pytest.mark.parametrize(
    "ask",
    [
        lambda provider: provider.probe(),
        lambda provider: provider.list_models(),
        lambda provider: provider.describe("x"),
        lambda provider: provider.running(),
        lambda provider: provider.preload("x", 4096),
        lambda provider: provider.unload("x"),
        lambda provider: provider.embed("x", ["y"]),
        lambda provider: anext(provider.pull("x")),
    ],
)
async def test_without_a_server_every_call_says_where_it_looked(ask: Ask, free_port: int) -> None:
    provider = OllamaProvider(f"127.0.0.1:{free_port}", settings=hurried())
    with pytest.raises(ProviderError, match=rf"127\.0\.0\.1:{free_port}") as caught:
        await ask(provider)  # type: ignore[misc]
    await provider.aclose()
    assert caught.value.kind == "refused"
    assert "ollama serve" in caught.value.hint


def test_an_address_that_cannot_be_one_is_a_usage_error() -> None:
    with pytest.raises(UsageError):
        OllamaProvider("ftp://x", settings=hurried())


Answering = Callable[[bytes], AbstractAsyncContextManager[OllamaProvider]]


@pytest.fixture
def answering() -> Answering:
    """A server that answers anything with the same bytes and closes."""

    @asynccontextmanager
    async def open_it(answer: bytes) -> AsyncIterator[OllamaProvider]:
        async def handle(exchange: Exchange) -> None:
            await exchange.raw(answer)
            exchange.cut()

        async with HttpServer(handle) as server:
            provider = OllamaProvider(f"127.0.0.1:{server.port}", settings=hurried(), retry=AT_ONCE)
            yield provider
            await provider.aclose()

    return open_it


@pytest.fixture
def free_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
