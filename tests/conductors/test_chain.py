"""Laws of a chain: what phases do one after the other, side by side and in cycles, and what each of them sees."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core import events as e
from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.engine.turns import Turn
from tests.conductors.play import Play

ROLES = ("ann", "bob", "cid", "dan", "eve")


def phase(name: str, assistant: str = "ann", **more: object) -> JsonObject:
    return {"name": name, "assistant": assistant, "prompt": name, **more}  # type: ignore[dict-item]


def chain(*phases: JsonObject, **more: object) -> Play:
    return Play("chain", ROLES, {"phases": [*phases], **more})  # type: ignore[arg-type, dict-item]


def done_on(action: str, time: int, flag: str = "done") -> JsonObject:
    """Return answers in which an action holds `flag` from its `time`-th answer on."""
    return {"action": action, "time": time, "flag": flag}


def answering(play: Play, *ends: JsonObject) -> Play:
    counted: Counter[str] = Counter()

    def answer(turn: Turn) -> JsonObject | None:
        counted[str(turn.action)] += 1
        flags = [end for end in ends if end["action"] == turn.action]
        return {str(end["flag"]): counted[str(turn.action)] >= int(str(end["time"])) for end in flags} or None

    play.answers = answer
    return play


def test_nothing_begins_before_the_boss_has_spoken() -> None:
    assert chain(phase("one")).turns() == []


def test_phases_follow_each_other_and_see_what_came_of_those_before() -> None:
    play = chain(phase("one"), phase("two", "bob"), phase("three", "cid", context=["one"]))
    boss = play.boss()
    assert play.run() == ["ann one", "bob two", "cid three"]
    assert [turn.observed for turn in play.taken] == [(boss,), (boss, "ann:1:0"), (boss, "ann:1:0")]
    assert [turn.round for turn in play.taken] == [1, 2, 3]


def test_a_talk_goes_to_and_fro_until_its_flag_holds() -> None:
    play = answering(chain(phase("talk", user="bob", turns=4, until="done"), phase("next")), done_on("talk", 3))
    play.boss()
    assert play.run() == ["ann talk", "bob instruct", "ann talk", "bob instruct", "ann talk", "ann next"]
    assert play.taken[3].observed[-3:] == ("ann:1:0", "bob:1:0", "ann:2:0")
    assert [turn.brief["partner"] for turn in play.taken[:2]] == ["bob", "ann"]


def test_a_talk_without_an_end_is_concluded_by_a_third() -> None:
    play = chain(phase("talk", user="bob", turns=2, until="done", reflect="cid"), phase("next", "bob"))
    play.boss()
    assert play.run() == ["ann talk", "bob instruct", "ann talk", "cid conclude", "bob next"]
    assert play.taken[-1].observed[-1] == "cid:1:0"


@pytest.mark.parametrize(
    ("clear_from", "expected"),
    [
        (1, ["ann clarify", "ann code"]),
        (2, ["ann clarify", "bob explain", "ann clarify", "ann code"]),
        (9, ["ann clarify", "bob explain", "ann clarify", "bob explain", "ann code"]),
    ],
)
def test_who_answers_may_ask_back_first(clear_from: int, expected: list[str]) -> None:
    play = answering(chain(phase("code", user="bob", ask_back=2)), done_on("clarify", clear_from, "clear"))
    play.boss()
    assert play.run() == expected
    assert ("bob:1:0" in play.taken[-1].observed) == (clear_from > 1)


def test_cycles_end_at_once_when_their_flag_holds_or_after_so_many() -> None:
    inner = [phase("look", "bob"), phase("mend")]
    cycle: JsonObject = {"name": "review", "repeat": 3, "until": "look.fine", "phases": [*inner]}
    breaking = answering(chain(cycle, phase("next")), done_on("look", 2, "fine"))
    breaking.boss()
    assert breaking.run() == ["bob look", "ann mend", "bob look", "ann next"]
    ending = chain(cycle, phase("next"))
    ending.boss()
    assert ending.run() == ["bob look", "ann mend"] * 3 + ["ann next"]
    assert [turn.brief["cycle"] for turn in ending.taken] == [1, 1, 2, 2, 3, 3, 1]


def test_a_cycle_sees_what_the_one_before_came_to_and_only_the_newest() -> None:
    cycle: JsonObject = {"name": "c", "repeat": 3, "phases": [phase("look", "bob"), phase("mend")]}
    play = chain(cycle)
    boss = play.boss()
    play.run()
    assert play.taken[4].observed == (boss, "bob:2:0", "ann:2:0")


def test_cycles_within_cycles_begin_anew_each_time() -> None:
    inner: JsonObject = {"name": "inner", "repeat": 2, "phases": [phase("a"), phase("b", "bob")]}
    play = chain({"name": "outer", "repeat": 2, "phases": [inner, phase("c", "cid")]})
    play.boss()
    assert play.run() == (["ann a", "bob b"] * 2 + ["cid c"]) * 2


def test_what_a_phase_does_not_say_it_has_from_those_around_it() -> None:
    inner: JsonObject = {"name": "in", "prompt": "in", "assistant": "cid"}
    around: JsonObject = {"name": "out", "user": "ann", "turns": 2, "phases": [{"name": "x", "prompt": "x"}, inner]}
    play = chain(around, {"name": "last", "prompt": "last"}, defaults={"assistant": "bob", "user": "cid"})
    play.boss()
    assert play.run() == ["bob x", "ann instruct", "bob x", "cid in", "ann instruct", "cid in", "bob last"]


def test_phases_that_wait_for_nobody_run_side_by_side_and_know_nothing_of_each_other() -> None:
    play = chain(
        phase("a"), phase("b", "bob", after=["a"]), phase("c", "cid", after=["a"]), phase("d", after=["b", "c"])
    )
    play.boss()
    play.end(play.turns()[0], play.begin(play.turns()[0]))
    both = play.turns()
    assert [turn.action for turn in both] == ["b", "c"]
    assert both[0].observed == both[1].observed
    begun = [(turn, play.begin(turn)) for turn in both]
    for turn, reaction in reversed(begun):
        play.end(turn, reaction)
    assert play.turns()[0].observed[1:] == ("ann:1:0", "bob:1:0", "cid:1:0")


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_who_is_quicker_changes_nothing_that_anybody_sees(choices: list[int]) -> None:
    def seen(picks: list[int]) -> list[str]:
        left = iter(picks)
        play = chain(
            phase("a"),
            phase("b", "bob", after=["a"], user="eve", turns=3),
            {"name": "c", "after": ["a"], "repeat": 2, "phases": [phase("x", "cid"), phase("y", "dan", after=[])]},
            phase("d", "bob", after=["b", "c"]),
        )
        play.boss()
        play.run(pick=lambda count: next(left, 0) % count)
        return sorted(f"{turn.role} {turn.action} {turn.observed} {turn.round}" for turn in play.taken)

    assert seen(choices) == seen([0] * 30)


def test_a_boss_who_speaks_meanwhile_is_heard_in_the_next_turn() -> None:
    play = chain(phase("one"), phase("two", "bob"))
    first = play.boss()
    turn = play.turns()[0]
    reaction = play.begin(turn)
    second = play.boss("And be quick")
    play.end(turn, reaction)
    assert play.turns()[0].observed == (first, second, "ann:1:0")


def test_a_boss_who_speaks_after_the_end_begins_anew_and_what_was_said_before_is_known() -> None:
    play = chain(phase("one"), phase("two", "bob"))
    first = play.boss()
    assert play.run() == ["ann one", "bob two"]
    assert play.turns() == []
    second = play.boss("Now in red")
    assert play.run() == ["ann one", "bob two"]
    assert play.taken[2].observed == (first, second)


def test_a_phase_whose_role_has_left_is_left_out() -> None:
    play = chain(phase("one"), phase("two", "bob"), phase("three", "cid"))
    play.boss()
    play.happens(e.RoleFired(role=RoleName("bob")))
    assert play.run() == ["ann one", "cid three"]


def test_progress_names_the_phase_and_how_many_there_are() -> None:
    play = chain(phase("one"), phase("two", "bob"))
    play.boss()
    words = [play.state.conduct.progress]
    for _ in range(2):
        turn = play.turns()[0]
        play.end(turn, play.begin(turn))
        words.append(play.state.conduct.progress)
    assert words == ["phase 1/2 one", "phase 2/2 two", "phase 2/2"]


def test_what_is_kept_in_mind_does_not_grow_with_what_is_said() -> None:
    play = chain({"name": "c", "repeat": 20, "phases": [phase("look", "bob", user="ann", turns=3), phase("mend")]})
    sizes = []
    for _ in range(9):
        play.boss()
        play.run(most=2000)
        sizes.append(len(play.state.conduct.model_dump_json()))
    assert max(sizes) < 1.5 * sizes[0]
