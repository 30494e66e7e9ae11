import asyncio

import pytest

from agentsh.core import chat as c
from agentsh.core.canonical import request_hash
from agentsh.core.errors import ProviderError
from agentsh.providers.recorded import RecordedProvider
from tests.providers.asking import asking, calls_of, events_of, failure_of, text_of, thinking_of

REQUEST = asking("Write a game.")
KEY = request_hash(REQUEST.model_dump(mode="json", by_alias=True))


async def replay(answer: c.Answer, speed: float | None = None) -> list[c.ChatEvent]:
    return await events_of(RecordedProvider({KEY: answer}, speed=speed), REQUEST)


async def test_an_answer_is_said_again_as_it_was() -> None:
    call = c.ToolCallRequest(name="run", arguments={"n": 1}, id="7")
    usage = c.Usage(prompt_tokens=5, completion_tokens=6, model_seconds=2.0, calls=1)
    text = "<think> is a tag.\n" * 20
    events = await replay(c.Answer(text=text, thinking="Hm.", tool_calls=(call,), reason="repeat", usage=usage))
    assert (text_of(events), thinking_of(events), calls_of(events)) == (text, "Hm.", [call])
    assert events[-2:] == [c.Used(usage=usage), c.Done(reason="repeat")]


async def test_an_answer_that_a_person_cut_is_said_again_as_cut() -> None:
    assert (await replay(c.Answer(text="half", reason="interrupted")))[-1] == c.Done(reason="length")


async def test_an_empty_answer_ends_like_any_other() -> None:
    assert [event.kind for event in await replay(c.Answer(text=""))] == ["usage", "done"]


async def test_a_request_that_was_never_made_fails_and_says_so() -> None:
    other = REQUEST.model_copy(update={"model": "other"})
    failed = failure_of(await events_of(RecordedProvider({KEY: c.Answer(text="x")}), other))
    assert (failed.failure, failed.retryable) == ("rejected", False)
    assert "Write a game." in failed.message


async def test_it_streams_at_the_models_pace_times_the_speed() -> None:
    loop = asyncio.get_running_loop()
    answer = c.Answer(text="word " * 50, usage=c.Usage(model_seconds=10.0))
    began = loop.time()
    await replay(answer, speed=100.0)
    assert 0.08 < loop.time() - began < 9.0, "ten seconds at its own pace"


async def test_a_recording_has_neither_vectors_nor_downloads() -> None:
    provider = RecordedProvider({})
    with pytest.raises(ProviderError):
        await provider.embed("m", ["x"])
    with pytest.raises(ProviderError):
        provider.pull("m")
