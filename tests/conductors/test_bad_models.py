"""A model invents a speaker, a state, a plan in a circle: one clear message, and the team goes on when it is mended."""

import dataclasses
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode
from agentsh.core.events import ReactionFailed
from agentsh.core.model import JsonObject
from tests.conductors.bench import MODEL, NAME, Bench, server_for
from tests.conductors.ways import Way, debate, group_chat, hierarchy, rule, sop_graph
from tests.e2e.agent import Agent, crashed

INVENTED: JsonObject = {"why": "I know one.", "choice": "somebody_else"}


@pytest.mark.parametrize(
    ("way", "bad", "told"),
    [
        (group_chat.WAY, rule("host", "turn 2, so|That answer cannot", json=INVENTED), "'maker' or 'writer'"),
        (sop_graph.WAY, rule("director", "stands at|That answer", json=INVENTED), "'draft', 'finish' or 'critique'"),
        (hierarchy.WAY, rule("manager", "Give tasks|in a circle", json=hierarchy.CIRCLE), "in a circle: facts"),
        (debate.WAY, rule("judge", "over|That answer", reply=" "), "The answer is empty"),
    ],
    ids=["speaker", "state", "plan", "silence"],
)
async def test_what_a_model_invents_is_told_once_and_the_team_goes_on_when_it_is_mended(
    tmp_path: Path, way: Way, bad: JsonObject, told: str
) -> None:
    async with server_for(dataclasses.replace(way, rules=[bad, *way.rules])) as server:
        agent = Agent(tmp_path, server.host, session=NAME)
        ended = await agent.ended(*agent.run(way.idea, "--team", way.team, "--model", MODEL))
    assert ended.code == ExitCode.NOT_RUNNING, ended
    assert ended.out.startswith("the team is stuck: "), "there may be no program"
    assert ended.err.count("got no answer that can be used") == 2, "once when it happens, once in the end"
    assert told in ended.err
    assert not crashed(ended)
    bench = Bench(way, tmp_path, server.host)
    (failed,) = [item.event for item in bench.events() if isinstance(item.event, ReactionFailed)]
    assert told in failed.error
    assert "3 tries" in failed.error
    async with server_for(way) as server:
        went_on = await agent.ended(*agent.resume("--host", server.host))
    assert went_on.code == way.exit_code, went_on
