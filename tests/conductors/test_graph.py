"""Laws of a graph of states: who speaks in each, when it is left, where to."""

from pathlib import Path

import pytest

from agentsh.core.errors import FileError
from tests.conductors.folded import Play, choosing, scripted, team

FRONT = "conductor: graph\nroles: [drafter, editor, director]\n"


def states(play: Play) -> list[str]:
    return [f"{turn.brief['state']}:{turn.role}" for turn in play.turns if turn.brief["part"] == "speak"]


def test_without_a_choice_states_follow_each_other(tmp_path: Path) -> None:
    front = f"{FRONT}states:\n  - {{name: a, roles: [drafter, editor], next: [b]}}\n  - {{name: b, roles: [editor]}}"
    assert states(Play(team(tmp_path, front)).boss("go")) == ["a:drafter", "a:editor", "b:editor"]


def test_the_controller_chooses_and_may_stay_while_there_are_turns(tmp_path: Path) -> None:
    front = (
        f"{FRONT}controller: director\nstates:\n"
        "  - {name: a, roles: [drafter], turns: 2, next: [b, c]}\n"
        "  - {name: b, roles: [editor], next: [a]}\n"
        "  - {name: c, roles: [editor]}"
    )
    play = Play(team(tmp_path, front), choosing(["a", "b", "c"])).boss("go")
    assert states(play) == ["a:drafter", "a:drafter", "b:editor", "a:drafter", "c:editor"]
    choices = [turn.brief["choices"] for turn in play.turns if turn.brief["part"] == "choose"]
    assert choices == [["b", "c", "a"], ["b", "c"], ["b", "c", "a"]]


@pytest.mark.parametrize(("agrees", "way"), [([False, True], ["a", "a", "good"]), ([False, False], ["a", "a", "bad"])])
def test_until_leaves_a_state_and_otherwise_says_where_to(tmp_path: Path, agrees: list[bool], way: list[str]) -> None:
    front = (
        f"{FRONT}states:\n"
        "  - {name: a, roles: [editor], act: criticise, until: criticise.agrees, turns: 2,"
        " next: [good], otherwise: bad}\n"
        "  - {name: good, roles: [drafter]}\n  - {name: bad, roles: [drafter]}"
    )
    play = Play(team(tmp_path, front), scripted([{"objections": [], "agrees": agree} for agree in agrees])).boss("go")
    assert [state.partition(":")[0] for state in states(play)] == way


def test_a_circle_ends_with_the_turns_of_the_whole(tmp_path: Path) -> None:
    front = f"{FRONT}turns: 5\nstates:\n  - {{name: a, roles: [drafter], next: [a]}}"
    assert len(states(Play(team(tmp_path, front)).boss("go"))) == 5


def test_a_role_has_a_duty_and_a_person_in_one_state_alone(tmp_path: Path) -> None:
    front = (
        f"{FRONT}begin: b\nstates:\n  - {{name: a, roles: [editor]}}\n"
        "  - {name: b, roles: [editor], query: Which one?, people: [editor], duties: {editor: the customer}, next: [a]}"
    )
    briefs = [turn.brief for turn in Play(team(tmp_path, front)).boss("go").turns]
    assert [(brief["query"], brief["duty"], brief["person"]) for brief in briefs] == [
        ("Which one?", "the customer", True),
        ("", "", False),
    ]


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("{name: a, roles: [editor], next: [z]}", "mine.md:7: there is no state 'z'"),
        ("{name: a, roles: [nobody]}", "mine.md:7: 'nobody' is not in the team"),
        ("{name: a, roles: [editor], people: [drafter]}", "mine.md:7: 'drafter' does not speak in 'a'"),
        ("{name: a, roles: [editor]}\n  - {name: a, roles: [editor]}", "mine.md:8: there are two states 'a'"),
        (
            "{name: a, roles: [editor], until: criticise.sure}",
            "the output of 'criticise' has no bool 'sure'",
        ),
    ],
)
def test_what_cannot_work_is_told_with_its_line(tmp_path: Path, state: str, told: str) -> None:
    with pytest.raises(FileError) as wrong:
        team(tmp_path, f"{FRONT}states:\n  - {state}")
    assert told in str(wrong.value)
