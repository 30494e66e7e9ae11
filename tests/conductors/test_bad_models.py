"""A model invents a speaker, a state, a plan in a circle: one clear message, and the team goes on when it is mended."""

import dataclasses
from pathlib import Path

import pytest

from agentsh.core.controls import Retry
from agentsh.core.errors import ExitCode
from agentsh.core.events import ReactionFailed
from agentsh.core.model import JsonObject
from tests.conductors.bench import Bench, server_for
from tests.conductors.ways import Way, debate, group_chat, hierarchy, rule, sop_graph

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
        bench = Bench(way, tmp_path, server.host)
        async with bench.started() as session:
            finished = await bench.ended(session)
    assert finished.exit_code == ExitCode.NOT_RUNNING
    failed = [item.event for item in bench.events() if isinstance(item.event, ReactionFailed)]
    assert len(failed) == 1
    assert told in failed[0].error
    assert "3 tries" in failed[0].error
    async with server_for(way) as server, bench.reopened(host=server.host) as session:
        await session.send(Retry())
        assert (await bench.ended(session)).exit_code == way.exit_code
