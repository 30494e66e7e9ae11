"""Laws of a dialogue: who speaks when, what is really said of several proposals, and when it ends."""

from dataclasses import replace
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode
from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.engine.turns import Turn
from tests.conductors.bench import Bench, messages, server_for
from tests.conductors.play import Play
from tests.conductors.ways.role_play_critic import WAY

ROLES = ("boss_of", "hand", "spec", "plan", "judge")
TWO: JsonObject = {"instructor": "boss_of", "assistant": "hand", "turns": 2}


def dialogue(**more: object) -> Play:
    return Play("dialogue", ROLES, {**TWO, **more})  # type: ignore[arg-type, dict-item]


def ends_at(turn_number: int, choice: str = "1") -> object:
    def answer(turn: Turn) -> JsonObject:
        if turn.brief["part"] == "judge":
            return {"why": "", "choice": choice}
        return {"done": turn.brief["part"] == "instruct" and turn.brief["turn"] == turn_number}

    return answer


def test_it_ends_after_so_many_turns_or_when_the_instructor_says_so() -> None:
    play = dialogue()
    play.boss()
    assert play.run() == ["boss_of give_instruction", "hand give_answer"] * 2
    play = dialogue()
    play.answers = ends_at(2)  # type: ignore[assignment]
    play.boss()
    assert play.run() == ["boss_of give_instruction", "hand give_answer", "boss_of give_instruction"]
    assert play.turns() == []


def test_nothing_is_done_before_anything_was_answered() -> None:
    play = dialogue()
    play.answers = ends_at(1)  # type: ignore[assignment]
    play.boss()
    assert play.run()[:2] == ["boss_of give_instruction", "hand give_answer"]


def test_the_task_is_made_definite_and_planned_before() -> None:
    play = dialogue(specifier="spec", planner="plan")
    boss = play.boss()
    assert play.run()[:3] == ["spec specify_task", "plan plan_task", "boss_of give_instruction"]
    assert play.taken[2].observed == (boss, "spec:1:0", "plan:1:0")


@pytest.mark.parametrize(
    ("choice", "chosen", "left"), [("1", "boss_of:1:0", "boss_of:2:0"), ("2", "boss_of:2:0", "boss_of:1:0")]
)
def test_of_several_proposals_only_the_chosen_one_was_said(choice: str, chosen: str, left: str) -> None:
    play = dialogue(critic="judge", proposals=2)
    play.answers = ends_at(9, choice)  # type: ignore[assignment]
    play.boss()
    assert play.run()[:4] == ["boss_of give_instruction"] * 2 + ["judge choose_proposal", "hand give_answer"]
    assert play.taken[2].brief["choices"] == ["1", "2"]
    assert play.taken[2].observed[-2:] == ("boss_of:1:0", "boss_of:2:0")
    assert chosen in play.taken[3].observed
    assert left not in play.taken[3].observed


def test_only_the_newest_words_are_shown_and_kept() -> None:
    play = dialogue(turns=50, window=4)
    play.boss()
    play.run(most=200)
    assert max(len(turn.observed) for turn in play.taken) == 5
    assert len(play.state.conduct.model_dump_json()) < 500


def test_a_boss_is_heard_meanwhile_and_begins_another_one_after_the_end() -> None:
    play = dialogue()
    first = play.boss()
    turn = play.turns()[0]
    reaction = play.begin(turn)
    second = play.boss("Shorter")
    play.end(turn, reaction)
    assert play.turns()[0].observed[:2] == (first, second)
    play.run()
    play.boss("Again")
    assert play.run() == ["boss_of give_instruction", "hand give_answer"] * 2


def test_in_the_end_somebody_puts_together_what_came_of_it() -> None:
    play = dialogue(reporter="hand")
    play.boss()
    assert play.run()[-2:] == ["hand give_answer", "hand report_result"]
    assert "hand:2:0" in play.taken[-1].observed
    assert play.turns() == []


def test_progress_counts_turns() -> None:
    play = dialogue()
    play.boss()
    play.run()
    assert play.state.conduct.progress == "turn 2/2"


async def test_a_person_can_be_the_critic(tmp_path: Path) -> None:
    picks: JsonObject = {"has 2 proposals": "2"}
    way = replace(WAY, person=picks, rules=[rule for rule in WAY.rules if "critic" not in str(rule)])
    async with server_for(way) as server:
        bench = Bench(way, tmp_path, server.host)
        async with bench.started(humans=(RoleName("critic"),)) as session:
            assert (await bench.ended(session)).exit_code == ExitCode.DONE
    picked = [said for said in messages(bench.events()) if said.sent_from == "critic"]
    assert {(said.data or {})["choice"] for said in picked} == {"2"}
    assert len(picked) == 3
