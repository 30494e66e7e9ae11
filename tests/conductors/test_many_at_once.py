"""Laws of debates, task forces and hierarchies: who speaks side by side, who waits for whom, what decides."""

from pathlib import Path

import pytest

from agentsh.core.model import JsonObject
from agentsh.engine.turns import Turn
from tests.conductors.folded import Play, team

VOTE = "conductor: debate\nhow: vote\nroles: [thinker, maker, writer, judge]\ndebaters: [thinker, maker, writer]\n"


def votes(**choices: str) -> object:
    def says(turn: Turn) -> str | JsonObject:
        return {"why": "", "choice": choices[turn.role]} if turn.action == "vote" else "so"

    return says


def test_proposals_and_votes_are_made_side_by_side(tmp_path: Path) -> None:
    says = votes(thinker="writer", maker="writer", writer="maker")
    play = Play(team(tmp_path, f"{VOTE}judge: judge"), says).boss("go")  # type: ignore[arg-type]
    everybody = ["thinker", "maker", "writer"]
    assert play.at_once == [everybody, everybody, ["judge"]]
    assert all(not turn.observed[1:] for turn in play.turns[:3]), "nobody sees another's proposal"
    assert (play.turns[-1].brief["winner"], play.turns[-1].brief["votes"]) == (
        "writer",
        {"thinker": 0, "maker": 1, "writer": 2},
    )


def test_of_equals_the_first_wins_and_says_so_where_nobody_judges(tmp_path: Path) -> None:
    says = votes(thinker="writer", maker="thinker", writer="maker")
    play = Play(team(tmp_path, VOTE), says).boss("go")  # type: ignore[arg-type]
    assert (play.turns[-1].role, play.turns[-1].action) == ("thinker", "give_verdict")


FORCE = (
    "conductor: recruit\nroles: [recruiter, expert as a, expert as b, expert as c, evaluator]\nrecruiter: recruiter\n"
    "experts: [a, b, c]\nevaluator: evaluator\nrounds: 2\n"
)


def force(*scores: int, duties: int = 3, agrees: bool = True) -> object:
    left = list(scores)

    def says(turn: Turn) -> str | JsonObject:
        match turn.action:
            case "recruit_experts":
                return {"duties": [f"expert {number}" for number in range(duties)]}
            case "criticise":
                return {"objections": [], "agrees": agrees}
            case "evaluate":
                return {"score": left.pop(0), "advice": "Say more."}
        return "so"

    return says


@pytest.mark.parametrize(
    ("decide", "waves"),
    [
        ("horizontal", [["a"], ["b"], ["c"], ["a"]]),
        ("brainstorm", [["a", "b", "c"], ["a"]]),
        ("concurrent", [["a", "b", "c"], ["a"]]),
        ("vertical", [["a"], ["b", "c"]]),
    ],
)
def test_experts_decide(tmp_path: Path, decide: str, waves: list[list[str]]) -> None:
    play = Play(team(tmp_path, f"{FORCE}decide: {decide}"), force(9)).boss("go")  # type: ignore[arg-type]
    assert play.at_once == [["recruiter"], *waves, ["evaluator"]]
    assert [turn.brief["duty"] for turn in play.turns if turn.role == "c"] == ["expert 2"]


def test_who_objects_is_answered_as_often_as_it_says(tmp_path: Path) -> None:
    card = team(tmp_path, f"{FORCE}decide: vertical\ntalks: 2")
    play = Play(card, force(9, agrees=False)).boss("go")  # type: ignore[arg-type]
    assert play.at_once[1:-1] == [["a"], ["b", "c"], ["a"], ["b", "c"], ["a"]]


def test_advice_feeds_the_next_round_until_it_is_good_or_there_are_no_more(tmp_path: Path) -> None:
    play = Play(team(tmp_path, FORCE), force(3, 4, duties=1)).boss("go")  # type: ignore[arg-type]
    recruiting = [turn.brief for turn in play.turns if turn.role == "recruiter"]
    assert [(brief["number"], brief["advice"], brief["scores"]) for brief in recruiting] == [
        (1, "", []),
        (2, "Say more.", [3]),
    ]
    assert play.fold.state.conduct.progress == "round 2/2, scored 4"
    assert len(Play(team(tmp_path, FORCE), force(8)).boss("go").speakers("wave")) == 6  # type: ignore[arg-type]


BOSSED = (
    "conductor: hierarchical\nroles: [manager, researcher, thinker, writer]\nmanager: manager\n"
    "workers: [researcher, thinker, writer]\n"
)


def step(id_: str, by: str, *after: str) -> JsonObject:
    return {"id": id_, "text": id_, "by": by, "after": list(after)}


def managing(*steps: JsonObject) -> object:
    def says(turn: Turn) -> str | JsonObject:
        if turn.action == "delegate":
            return {"steps": list(steps)}
        return {"answer": "so", "missing": "", "complete": True} if turn.action == "combine" else "so"

    return says


def test_tasks_that_do_not_wait_for_each_other_are_done_side_by_side(tmp_path: Path) -> None:
    says = managing(step("c", "writer", "a", "b"), step("a", "researcher"), step("b", "thinker"), step("d", "thinker"))
    play = Play(team(tmp_path, BOSSED), says).boss("go")  # type: ignore[arg-type]
    assert play.at_once == [["manager"], ["researcher", "thinker"], ["writer", "thinker"], ["manager"]]


def test_a_broadcast_asks_all_at_once_and_is_combined(tmp_path: Path) -> None:
    play = Play(team(tmp_path, f"{BOSSED}how: broadcast"), managing()).boss("go")  # type: ignore[arg-type]
    assert play.at_once == [["researcher", "thinker", "writer"], ["manager"]]


def test_what_is_missing_is_given_again_only_so_often(tmp_path: Path) -> None:
    def says(turn: Turn) -> str | JsonObject:
        if turn.action == "delegate":
            return {"steps": [step("a", "writer")]}
        return {"answer": "", "missing": "all of it", "complete": False} if turn.action == "combine" else "so"

    play = Play(team(tmp_path, f"{BOSSED}rounds: 3"), says).boss("go")
    given = [turn.brief["why"] for turn in play.turns if turn.action == "delegate"]
    assert given == ["", "Something is missing: all of it", "Something is missing: all of it"]
