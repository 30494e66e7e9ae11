"""What is sent to Ollama and what is made of its answers."""

from collections.abc import Callable

import pytest

from agentsh.core import chat as c
from agentsh.core.errors import ModelMissing, ProviderError, UsageError
from agentsh.core.model import JsonObject
from agentsh.providers.ollama import OllamaProvider
from tests.providers.asking import (
    MODEL,
    RUN_TOOL,
    SCHEMA,
    asking,
    events_of,
    hurried,
    text_of,
    thinking_of,
)
from tests.providers.serving import served


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
