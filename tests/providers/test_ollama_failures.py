"""The table of what can happen between us and Ollama, row by row, over the real protocol."""

import asyncio
import socket
from contextlib import aclosing

import pytest

from agentsh.core import chat as c
from agentsh.providers.ollama import OllamaProvider
from agentsh.providers.wire import LONGEST_LINE_BYTES
from tests.providers.asking import (
    AT_ONCE,
    MODEL,
    asking,
    events_of,
    failure_of,
    hurried,
    retries_of,
    text_of,
)
from tests.providers.conftest import Answering
from tests.providers.serving import served
from tests.support.ollama_server import OllamaServer
from tests.support.patience import HANG_S, least

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
async def test_a_line_of_json_that_is_no_answer_is_garbled(line: bytes, answering: Answering) -> None:
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(line), line)) as provider:
        assert failure_of(await events_of(provider, asking("hi"))).failure == "garbled"


async def test_a_line_that_never_ends_is_garbled_and_not_kept(answering: Answering) -> None:
    flood = b"HTTP/1.1 200 OK\r\n\r\n" + b"a" * (LONGEST_LINE_BYTES * 2)
    async with answering(flood) as provider:
        failed = failure_of(await events_of(provider, asking("hi")))
    assert (failed.failure, "longer than" in failed.message) == ("garbled", True)


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
async def test_other_servers_are_told_apart(answer: bytes, kind: str, answering: Answering) -> None:
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


async def test_an_answer_that_said_it_was_whole_is_taken_though_the_connection_broke_after_it(
    answering: Answering,
) -> None:
    line = b'{"message": {"content": "All of it."}, "done": true, "done_reason": "stop"}\n'
    async with answering(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n" + line) as provider:
        events = await events_of(provider, asking("hi"))
    assert (text_of(events), events[-1]) == ("All of it.", c.Done(reason="stop"))


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
    async with served({"delay_s": 60, "reply": "x"}, settings=hurried(first_token_s=1)) as (server, provider):
        failed = failure_of(await events_of(provider, asking("hi")))
        await server.until(lambda server: server.chats[0].outcome == "hung_up")
        assert len(server.chats) == 1
    assert failed.failure == "timeout"
    assert "no first token" in failed.message
    assert "within 1 s" in failed.message


async def test_a_server_that_stalls_in_the_middle_is_given_up_after_the_time_between_tokens() -> None:
    stall = {"fault": "stall", "reply": "one two", "after": 2}
    async with served(stall, settings=hurried(between_tokens_s=1)) as (server, provider):
        events = await events_of(provider, asking("hi"))
        await server.until(lambda server: server.chats[0].outcome == "hung_up")
    assert text_of(events) == "one "
    assert "no next token" in failure_of(events).message


async def test_a_call_ends_at_its_time_as_a_whole_however_steadily_tokens_come() -> None:
    steady = {"reply": "word " * 1000, "chunks": 1000, "chunk_s": 0.005}
    async with served(steady, settings=hurried(role_s=1)) as (_, provider):
        events = await events_of(provider, asking("hi"))
    assert "longer than 1 s" in failure_of(events).message
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
    loop = asyncio.get_running_loop()
    async with served({"reply": "word " * 1000, "chunks": 1000, "chunk_s": 0.01}) as (server, provider):

        async def took_s(n: int) -> float:
            async with aclosing(provider.chat(asking(f"call {n}"))) as stream:
                async for event in stream:
                    if isinstance(event, c.TextDelta):
                        break
                began = loop.time()
            await server.until(lambda server: server.chats[-1].outcome == "hung_up")
            return loop.time() - began

        assert await least(took_s, 0.2) < 0.2


async def test_closing_while_the_model_is_still_silent_reaches_the_server_too() -> None:
    async with served({"delay_s": 60, "reply": "x"}) as (server, provider):
        task = asyncio.create_task(events_of(provider, asking("hi")))
        await server.until(lambda server: bool(server.chats))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await server.until(lambda server: server.chats[0].outcome == "hung_up", timeout_s=HANG_S)


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
