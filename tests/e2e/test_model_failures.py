"""Each failure of a model server through the process: it goes on, or stops with a named error and can be resumed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from agentsh.core.events import ReactionFailed, Recorded, StepFailed
from agentsh.core.model import JsonObject
from agentsh.store.catalogue import read_session
from tests.cli.process import Ended
from tests.e2e import company
from tests.e2e.agent import Agent, crashed
from tests.e2e.story import answered, assert_the_program, call_of_body, story
from tests.support.model_server import Logged
from tests.support.ollama_server import OllamaServer

HALF = company.fenced("counter.py", company.COUNTER[:60])
QUICK = "[model]\nfirst_token_s = 3\nbetween_tokens_s = 3\n"
"""For a server that stalls; any other has all the time that a busy machine takes."""


@dataclass
class Trial:
    """A run against a server that fails in its own way, and can be resumed."""

    agent: Agent
    server: OllamaServer

    @classmethod
    @asynccontextmanager
    async def with_rules(cls, root: Path, *failing: JsonObject) -> AsyncIterator["Trial"]:
        """Serve these rules before the company's own."""
        async with OllamaServer.on(*company.rules(failing), models=[company.MODEL]) as server:
            agent = Agent(root, server.host)
            agent.shell.home.mkdir(parents=True)
            yield cls(agent, server)

    async def ended(self) -> Ended:
        """Run it, or go on with it, to its end."""
        known = answered(self.events)
        before = len(self.server.chats)
        ended = await self.agent.ended(*(self.agent.resume() if self.events else self.agent.run(company.IDEA)))
        assert not crashed(ended), ended
        assert not known & {call_of_body(chat) for chat in self.server.chats[before:]}, "asked again"
        return ended

    @property
    def events(self) -> list[Recorded]:
        """What is recorded."""
        return read_session(self.agent.file) if self.agent.file.exists() else []

    @property
    def failures(self) -> list[str]:
        """The kinds of the steps that failed, oldest first."""
        return [recorded.event.failure for recorded in self.events if isinstance(recorded.event, StepFailed)]

    def asked(self, words: str) -> list[Logged]:
        """Return the calls whose last message holds these words."""
        return [chat for chat in self.server.chats if words in str(chat.body["messages"][-1]["content"])]  # type: ignore[index,call-overload]

    def assert_whole(self) -> None:
        """The program is the one that the company makes, and it passed."""
        assert_the_program(story(self.agent), company.FILES)


def at(match: str, **failing: JsonValue) -> JsonObject:
    """Return the rule of what goes wrong once, when this is asked; the company's own rules come after it."""
    return {"match": match, "times": 1, **failing}


async def test_what_passes_is_tried_again_and_the_run_goes_on(tmp_path: Path) -> None:
    failing = [
        at("^Write the product requirement document", status=503),
        at("^Design the program", status=429),
        at("^Break the design above", status=502),
        at("now: `counter.py`", status=500),
        at("now: `main.py`", fault="drop"),
        at("now: `requirements.txt`", fault="cut"),
        at("now: `README.md`", fault="reset"),
        at("^Write its tests", fault="no_done"),
    ]
    async with Trial.with_rules(tmp_path, *failing) as trial:
        ended = await trial.ended()
        assert ended.code == 0, ended
        assert ended.err.count("asked again (attempt 1)") == len(failing)
        assert len(trial.server.chats) == 14 + len(failing)
        assert trial.failures == []
        trial.assert_whole()


async def test_an_answer_that_cannot_be_used_goes_back_with_what_is_wrong_with_it(tmp_path: Path) -> None:
    fine = [("product_manager", company.PRD), ("architect", company.DESIGN), ("project_manager", company.TASKS)]
    again = "^That answer cannot be used"
    failing = [
        at("^Write the product requirement document", reply=""),
        at("^Design the program", reply='{"approach": "no more'),
        at("^Break the design above", reply="", thinking="Tasks, then."),
        at("now: `main.py`", reply="<think>Only thoughts.</think>"),
        at("now: `requirements.txt`", reply="Nothing is required."),
        at("now: `README.md`", reply="I will do it now. " * 2000, chunks=200),
        at("^This is the whole program as it stands", reply="Gladly! It is complete."),
        {"system": "^You are project_manager", **at(again, json={"tasks": "none"})},
        *({"system": f"^You are {role}", "match": again, "json": data} for role, data in fine),
        {"match": f"{again}.*JSON", "json": company.COMPLETE},
        *(
            {"match": again, "anywhere": f"now: `{path}`", "reply": company.fenced(path, company.FILES[path])}
            for path in ("main.py", "requirements.txt", "README.md")
        ),
    ]
    async with Trial.with_rules(tmp_path, *failing) as trial:
        ended = await trial.ended()
        assert ended.code == 0, ended
        complaints = [str(chat.body["messages"][-1]["content"]) for chat in trial.asked("That answer cannot be used")]  # type: ignore[index,call-overload]
        assert len(complaints) == 8, "each once, and the tasks twice"
        for part in ("The answer is empty.", "tasks", "says the same again and again", "There is no file in it."):
            assert any(part in complaint for complaint in complaints), part
        trial.assert_whole()


async def test_an_answer_that_was_cut_for_its_length_is_asked_for_again_with_twice_the_room(tmp_path: Path) -> None:
    shorter = {"match": "was cut off at its limit", "reply": company.fenced("counter.py", company.COUNTER)}
    cut = at("now: `counter.py`", reply=HALF, finish="length")
    async with Trial.with_rules(tmp_path, cut, shorter) as trial:
        ended = await trial.ended()
        assert ended.code == 0, ended
        (first,), (second,) = trial.asked("now: `counter.py`"), trial.asked("was cut off at its limit")
        assert room(second) > room(first)
        trial.assert_whole()


STOPS: list[tuple[str, str, JsonObject]] = [
    ("busy", "is busy (HTTP 503)", {"status": 503, "times": 4}),
    ("server", "llama runner died", {"status": 500, "message": "llama runner died", "times": 2}),
    ("error", "out of memory", {"fault": "error_line", "after": 2, "message": "out of memory"}),
    ("garbled", "not an Ollama server?", {"fault": "html"}),
    ("garbled", "not an Ollama server?", {"fault": "blank"}),
    ("garbled", "not an Ollama server?", {"fault": "garbage", "after": 2}),
    ("incomplete", "broke: peer closed connection", {"fault": "cut", "after": 2}),
    ("incomplete", "before it was whole", {"fault": "no_done", "after": 4}),
    ("timeout", "no first token", {"fault": "stall"}),
    ("timeout", "no next token", {"fault": "stall", "after": 2}),
    ("missing", "agentsh models pull tiny:latest", {"status": 404, "message": "model 'tiny:latest' not found"}),
    ("rejected", "no such option", {"status": 400, "message": "no such option"}),
]


async def test_what_stays_stops_the_run_by_name_and_it_can_be_resumed_each_time(tmp_path: Path) -> None:
    whole = company.fenced("counter.py", company.COUNTER)
    failing = [at("now: `counter.py`", **({"reply": whole} if "fault" in how else {}) | how) for _, _, how in STOPS]
    async with Trial.with_rules(tmp_path, *failing) as trial:
        for number, (failure, said, _) in enumerate(STOPS, start=1):
            (trial.agent.shell.home / "agentsh.toml").write_text(QUICK if failure == "timeout" else "")
            ended = await trial.ended()
            assert ended.code == 5, ended
            assert said in ended.err
            assert "agentsh resume wc --headless" in ended.err
            assert len(trial.failures) == number, ended
            assert trial.failures[-1] == failure
            assert not (trial.agent.workspace / "counter.py").exists(), "a cut answer was taken as whole"
        ended = await trial.ended()
        assert ended.code == 0, ended
        trial.assert_whole()


async def test_data_that_stays_invalid_stops_the_run_with_the_raw_text_kept(tmp_path: Path) -> None:
    cut: JsonObject = {"reply": '{"cut', "finish": "length"}
    failing = [
        at("^Design the program", reply="No JSON today."),
        at("^That answer cannot be used", reply="Nor now."),
        at("^That answer cannot be used", reply="Never."),
        at("^Design the program", **cut),
        at("was cut off at its limit", **cut),
    ]
    async with Trial.with_rules(tmp_path, *failing) as trial:
        for tries, raw in ((3, "Never."), (2, '{"cut')):
            before = len(trial.server.chats)
            ended = await trial.ended()
            assert ended.code == 6, ended
            assert "write_design" in ended.err
            assert "prompts/actions/write_design.md" in ended.err
            asked = [chat for chat in trial.server.chats[before:] if "Design the program" in str(chat.body)]
            assert len(asked) == tries
            failed = [recorded.event for recorded in trial.events if isinstance(recorded.event, ReactionFailed)]
            assert failed[-1].raw == raw
        ended = await trial.ended()
        assert ended.code == 0, ended
        trial.assert_whole()


async def test_a_server_that_goes_away_in_the_middle_is_named_with_what_to_type(tmp_path: Path) -> None:
    async with Trial.with_rules(tmp_path) as trial:
        async with trial.agent.start(*trial.agent.run(company.IDEA)) as running:
            await trial.server.until(lambda server: len(server.chats) == 3)
            await trial.server.close()
            ended = await running.ended()
        assert ended.code == 5, ended
        assert not crashed(ended)
        assert trial.server.host.removeprefix("http://") in ended.err
        assert "ollama serve" in ended.err
        before = trial.events
        ended = await trial.agent.ended(*trial.agent.resume())
        assert ended.code == 5, ended
        assert trial.events == before, "a resume without a server changes nothing"
    async with OllamaServer(trial.server.script, port=trial.server.port) as back:
        ended = await Trial(trial.agent, back).ended()
        assert ended.code == 0, ended
        trial.assert_whole()


# Before it begins.


async def test_no_server_is_exit_5_with_what_was_tried_and_nothing_is_made(tmp_path: Path) -> None:
    async with OllamaServer.on({"reply": "x"}) as gone:
        agent = Agent(tmp_path, gone.host)
    ended = await agent.ended(*agent.run(company.IDEA))
    assert ended.code == 5, ended
    assert gone.host in ended.err
    assert "ollama serve" in ended.err
    assert not agent.sessions.exists()


async def test_a_missing_model_is_exit_5_with_the_command_that_gets_it(tmp_path: Path) -> None:
    async with OllamaServer.on({"reply": "x"}, models=[company.MODEL]) as server:
        agent = Agent(tmp_path, server.host)
        ended = await agent.ended(*agent.run(company.IDEA, "--model", "qwen3:8b"))
    assert ended.code == 5, ended
    assert f"model 'qwen3:8b' is not on {server.host}\n  Type: agentsh models pull qwen3:8b\n" in ended.err
    assert not agent.sessions.exists()


async def test_a_web_server_in_its_place_is_told_as_such(tmp_path: Path) -> None:
    async with OllamaServer.on({"reply": "x"}) as server:
        agent = Agent(tmp_path, f"{server.host}/elsewhere")
        ended = await agent.ended(*agent.run(company.IDEA))
    assert ended.code == 5, ended
    assert "not an Ollama server?" in ended.err


def room(chat: Logged) -> int:
    return int(chat.body["options"]["num_predict"])  # type: ignore[index,call-overload,arg-type]
