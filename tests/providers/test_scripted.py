import asyncio
from pathlib import Path

import pytest

from agentsh.core import chat as c
from agentsh.core.errors import FileError, ProviderError
from agentsh.providers.scripted import ScriptedProvider
from tests.providers.asking import asking, events_of, failure_of, hurried, text_of


async def test_a_file_answers(tmp_path: Path) -> None:
    path = tmp_path / "demo.yaml"
    path.write_text("rules:\n  - match: snake\n    reply: Hiss.\n")
    provider = ScriptedProvider(path)
    assert text_of(await events_of(provider, asking("a snake"))) == "Hiss."
    assert (provider.name, provider.host) == ("scripted", str(path))


async def test_a_request_that_no_rule_fits_says_what_was_asked() -> None:
    provider = ScriptedProvider({"rules": [{"match": "snake", "reply": "Hiss."}]})
    failed = failure_of(await events_of(provider, asking("a fish", system="You are the architect.")))
    assert (failed.failure, failed.retryable) == ("rejected", False)
    assert "a fish" in failed.message
    assert "architect" in failed.message
    assert failed.hint


async def test_the_same_call_costs_the_same_and_streams_in_the_same_pieces_each_time() -> None:
    script = {"rules": [{"thinking": "Hm. ", "reply": "It is so.", "chunks": 3, "chunk_s": 0.001}]}
    first, second = [await events_of(ScriptedProvider(script), asking("x")) for _ in range(2)]
    assert first == second
    assert sum(isinstance(event, c.TextDelta) for event in first) == 3


async def test_a_scripted_failure_is_told_in_the_scripts_words_and_passes() -> None:
    provider = ScriptedProvider({"rules": [{"fail": "busy", "message": "tea time", "times": 1}, {"reply": "yes"}]})
    assert failure_of(await events_of(provider, asking("x"))).message == "tea time"
    assert text_of(await events_of(provider, asking("x"))) == "yes"


async def test_calls_that_overlap_are_answered_by_their_content() -> None:
    rules = [{"match": f"task {n}$", "reply": f"answer {n}", "delay_s": (9 - n) / 1000} for n in range(10)]
    provider = ScriptedProvider({"rules": rules})
    answers = await asyncio.gather(*(events_of(provider, asking(f"task {n}")) for n in range(10)))
    assert [text_of(events) for events in answers] == [f"answer {n}" for n in range(10)]


async def test_a_scripted_delay_runs_into_the_same_deadlines_as_a_servers() -> None:
    slow = {"rules": [{"reply": "x", "delay_s": 60}]}
    provider = ScriptedProvider(slow, settings=hurried(first_token_s=0.02))
    assert failure_of(await events_of(provider, asking("x"))).failure == "timeout"


async def test_any_model_is_there_unless_the_script_names_some() -> None:
    free = ScriptedProvider({"rules": [{"reply": "x"}]})
    assert (await free.describe("whatever")).name == "whatever"
    assert [info.name for info in await free.list_models()] == ["scripted"]
    bound = ScriptedProvider({"models": ["a", "b"], "rules": [{"reply": "x"}]})
    assert [info.name for info in await bound.list_models()] == ["a", "b"]
    assert failure_of(await events_of(bound, asking("x", model="c"))).failure == "missing"


async def test_a_script_has_no_vectors() -> None:
    with pytest.raises(ProviderError, match="cannot embed"):
        await ScriptedProvider({"rules": [{"reply": "x"}]}).embed("m", ["x"])


def test_a_bad_script_is_told_at_once() -> None:
    with pytest.raises(FileError):
        ScriptedProvider({"rules": [{"replay": "x"}]})
