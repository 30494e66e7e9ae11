"""What holds for every provider alike."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from agentsh.core import chat as c
from agentsh.core.errors import ModelMissing, ProviderError
from tests.providers.asking import SCHEMA, asking, calls_of, events_of, failure_of, text_of, thinking_of
from tests.providers.subjects import HELLO, IN_JSON, LONG, PONDER, SILENT, TOOL, TOOL_CALL, Kind, Subject, having
from tests.support.patience import HANG_S


@pytest.fixture
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    kind: Kind = request.param
    async with kind.open() as opened:
        yield opened


def of(subject: Subject, request: c.ChatRequest) -> c.ChatRequest:
    return request.model_copy(update={"model": subject.model})


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_an_answer_streams_in_pieces_then_its_cost_then_exactly_one_end(subject: Subject) -> None:
    events = await events_of(subject.provider, of(subject, HELLO))
    kinds = [event.kind for event in events if event.kind not in {"loading", "queued"}]
    assert kinds[-2:] == ["usage", "done"]
    assert set(kinds[:-2]) == {"text"}
    assert len(kinds) > 3
    assert text_of(events).strip()


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_an_answer_says_what_it_cost(subject: Subject) -> None:
    events = await events_of(subject.provider, of(subject, HELLO))
    used = next(event.usage for event in events if isinstance(event, c.Used))
    assert used.calls == 1
    assert used.prompt_tokens > 0
    assert used.completion_tokens > 0
    assert used.model_seconds >= 0


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_an_answer_keeps_to_its_schema(subject: Subject) -> None:
    answer = json.loads(text_of(await events_of(subject.provider, of(subject, IN_JSON))))
    assert list(answer) == SCHEMA["required"]


@pytest.mark.parametrize("subject", having("sees"), indirect=True)
async def test_the_schema_reaches_the_server(subject: Subject) -> None:
    await events_of(subject.provider, of(subject, IN_JSON))
    assert subject.last_body is not None
    body = subject.last_body()
    formats = [body.get("format"), body.get("response_format", {}).get("json_schema", {}).get("schema")]
    assert SCHEMA in formats


@pytest.mark.parametrize("subject", having("tools"), indirect=True)
async def test_a_tool_call_comes_whole(subject: Subject) -> None:
    events = await events_of(subject.provider, of(subject, TOOL))
    assert [(call.name, call.arguments) for call in calls_of(events)] == [(TOOL_CALL.name, TOOL_CALL.arguments)]
    assert events[-1] == c.Done(reason="stop")


@pytest.mark.parametrize("subject", having("thinking"), indirect=True)
async def test_thinking_is_kept_apart_from_the_answer(subject: Subject) -> None:
    events = await events_of(subject.provider, of(subject, PONDER))
    assert (thinking_of(events), text_of(events)) == ("Let me see. ", "It is so.")


@pytest.mark.parametrize("subject", having("thinking"), indirect=True)
async def test_an_answer_of_thinking_alone_ends_well_and_is_empty(subject: Subject) -> None:
    events = await events_of(subject.provider, of(subject, SILENT))
    assert (thinking_of(events), text_of(events)) == ("I would rather not say.", "")
    assert [event.kind for event in events][-2:] == ["usage", "done"]


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_closing_the_stream_stops_the_model_at_once(subject: Subject) -> None:
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(HANG_S):
        stream = subject.provider.chat(of(subject, LONG))
        async for event in stream:
            if isinstance(event, c.TextDelta):
                break
    began = loop.time()
    await stream.aclose()
    if subject.hung_up is not None:
        await subject.hung_up()
    assert loop.time() - began < 10.0, "it does not go on to its end"
    assert (await events_of(subject.provider, of(subject, HELLO)))[-1].kind == "done"


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_a_cancelled_call_passes_the_cancellation_on_and_stops_the_model(subject: Subject) -> None:
    begun = asyncio.Event()

    async def listen() -> None:
        async with aclosing(subject.provider.chat(of(subject, LONG))) as stream:
            async for event in stream:
                if isinstance(event, c.TextDelta):
                    begun.set()
                await asyncio.sleep(0)

    task = asyncio.create_task(listen())
    await asyncio.wait_for(begun.wait(), HANG_S)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    if subject.hung_up is not None:
        await subject.hung_up()
    assert (await events_of(subject.provider, of(subject, HELLO)))[-1].kind == "done"


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_calls_at_once_do_not_mix(subject: Subject) -> None:
    asked = [of(subject, HELLO), of(subject, IN_JSON)] * 2
    answers = await asyncio.gather(*(events_of(subject.provider, request) for request in asked))
    assert all(events[-1].kind == "done" for events in answers)
    assert [text_of(events)[:1] == "{" for events in answers] == [False, True, False, True]


@pytest.mark.parametrize("failure", ["busy", "server", "rejected", "incomplete", "error", "garbled", "timeout"])
@pytest.mark.parametrize("subject", having("failures"), indirect=True)
async def test_a_failure_is_named_and_ends_the_stream(subject: Subject, failure: str) -> None:
    events = await events_of(subject.provider, of(subject, asking(f"fail: {failure}")))
    failed = failure_of(events)
    assert failed.failure == failure
    assert failed.message
    assert failed.retryable == (failure in {"busy", "server", "incomplete", "timeout"})
    assert sum(event.kind in {"done", "failed"} for event in events) == 1
    assert (await events_of(subject.provider, of(subject, HELLO)))[-1].kind == "done"


@pytest.mark.parametrize("subject", having("missing"), indirect=True)
async def test_a_missing_model_is_told_without_a_retry(subject: Subject) -> None:
    events = await events_of(subject.provider, asking("Say hello.", model="nosuch"))
    failed = failure_of(events)
    assert (failed.failure, failed.retryable) == ("missing", False)
    assert "nosuch" in failed.message
    assert failed.hint
    assert not any(isinstance(event, c.Retried) for event in events)
    with pytest.raises(ModelMissing, match="nosuch"):
        await subject.provider.describe("nosuch")


@pytest.mark.parametrize("subject", having("lists"), indirect=True)
async def test_the_models_are_listed_described_and_probed_under_one_name(subject: Subject) -> None:
    provider = subject.provider
    assert [info.name for info in await provider.list_models()] == [subject.model]
    assert (await provider.describe(subject.model)).context_length > 0
    probed = await provider.probe()
    assert (probed.host, probed.models) == (provider.host, (subject.model,))


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_a_provider_can_be_preloaded_asked_and_unloaded(subject: Subject) -> None:
    await subject.provider.preload(subject.model, 4096)
    assert isinstance(await subject.provider.running(), list)
    assert (await events_of(subject.provider, of(subject, HELLO)))[-1].kind == "done"
    await subject.provider.unload(subject.model)


@pytest.mark.parametrize("subject", having(), indirect=True)
async def test_a_download_of_what_is_not_to_be_had_is_a_provider_error(subject: Subject) -> None:
    with pytest.raises(ProviderError, match=r"nosuch|does not exist"):
        _ = [progress async for progress in subject.provider.pull("nosuch")]
