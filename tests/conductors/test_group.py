"""Laws of a group chat: who may speak, who says who does, and when it is over."""

from itertools import pairwise
from pathlib import Path

import pytest

from agentsh.core.errors import FileError
from agentsh.core.events import MessagePublished, RoleFired
from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import from_boss
from agentsh.core.model import JsonObject
from tests.conductors.folded import Play, choosing, scripted, team

THREE = "conductor: group\nroles: [host, thinker, maker, writer]\nmembers: [thinker, maker, writer]\n"
IN_TURN = f"{THREE}speaker: round_robin\n"


def test_in_order_each_speaks_after_the_one_before(tmp_path: Path) -> None:
    play = Play(team(tmp_path, f"{IN_TURN}first: maker\nend: {{turns: 5}}")).boss("go")
    assert play.speakers() == ["maker", "writer", "thinker", "maker", "writer"]


def test_by_chance_is_the_same_for_the_same_seed_alone(tmp_path: Path) -> None:
    card = team(tmp_path, f"{THREE}speaker: random\nend: {{turns: 12}}")
    first, second, other = (Play(card, seed=seed).boss("go").speakers() for seed in (1, 1, 2))
    assert first == second != other
    assert all(one != after for one, after in pairwise(first))


def test_the_moderator_chooses_among_those_who_may(tmp_path: Path) -> None:
    card = team(
        tmp_path,
        f"{THREE}moderator: host\ntransitions: {{thinker: [maker, writer], maker: [writer]}}\nend: {{turns: 3}}",
    )
    play = Play(card, choosing(["thinker", "maker"])).boss("go")
    assert play.speakers() == ["thinker", "maker", "writer"]
    choices = [turn.brief["choices"] for turn in play.turns if "choices" in turn.brief]
    assert choices == [["thinker", "maker", "writer"], ["maker", "writer"]], "only one may follow maker"


def test_nobody_may_follow_ends_it(tmp_path: Path) -> None:
    card = team(tmp_path, f"{IN_TURN}transitions: {{thinker: [maker], maker: []}}\nend: {{turns: 9}}")
    assert Play(card).boss("go").speakers() == ["thinker", "maker"]


def test_by_hand_the_choice_is_a_persons(tmp_path: Path) -> None:
    card = team(tmp_path, f"{THREE}moderator: host\nspeaker: manual\nend: {{turns: 1}}")
    play = Play(card, choosing(["writer"])).boss("go")
    assert [(turn.role, turn.brief["person"]) for turn in play.turns if "choices" in turn.brief] == [("host", True)]


@pytest.mark.parametrize(
    ("end", "words", "turns"),
    [
        ("{turns: 2}", [], 2),
        ("{text: TERMINATE}", ["a", "b TERMINATE"], 2),
        ("{tokens: 250}", [], 3),
        ("{seconds: 3.5}", [], 2),
        ("{handoff: boss}", ["a", {"handoff": "boss"}], 2),
        ("{flag: evaluate_plan.fine}", ["a", "b", {"fine": True}], 3),
        ("{turns: 4, text: STOP}", ["a", "STOP"], 2),
        ("{any: [{turns: 3}, {text: STOP}]}", ["a"], 3),
        ("{all: [{turns: 3}, {text: STOP}]}", ["STOP"], 3),
        ("{all: [{turns: 2}, {any: [{text: A}, {text: B}]}]}", ["x", "y", "B"], 3),
    ],
)
def test_it_ends(tmp_path: Path, end: str, words: list[str | JsonObject], turns: int) -> None:
    act = tmp_path / "actions" / "evaluate_plan.md"
    act.parent.mkdir()
    act.write_text("---\nname: evaluate_plan\noutput: {fine: bool}\n---\nIs it?\n")
    front = f"{IN_TURN}acts: {{thinker: evaluate_plan, maker: evaluate_plan, writer: evaluate_plan}}\nend: {end}"
    assert len(Play(team(tmp_path, front), scripted(words)).boss("go").speakers()) == turns


def test_a_word_of_the_bosss_ends_it(tmp_path: Path) -> None:
    card = team(tmp_path, f"{IN_TURN}end: {{turns: 50, external: enough}}")
    play = Play(card)

    def says(turn: object) -> str:
        if len(play.turns) == 4:
            play.says = lambda _: "so"
            play.apply(MessagePublished(message=from_boss(MessageId("boss:2"), "That is enough.")))
        return "so"

    play.says = says
    assert len(play.boss("go").speakers()) == 4


def test_a_boss_who_speaks_after_the_end_begins_another_talk(tmp_path: Path) -> None:
    play = Play(team(tmp_path, f"{IN_TURN}end: {{turns: 2}}")).boss("go")
    assert len(play.boss("again").speakers()) == 4
    assert "boss:2" in play.turns[-1].observed


def test_whom_the_boss_speaks_to_answers_and_the_talk_goes_on(tmp_path: Path) -> None:
    play = Play(team(tmp_path, f"{IN_TURN}end: {{turns: 2}}")).boss("go").boss("and you?", "writer")
    assert [(turn.role, turn.brief["part"]) for turn in play.turns[2:]] == [("writer", "reply")]


def test_who_hands_over_to_a_member_gives_it_the_word(tmp_path: Path) -> None:
    card = team(tmp_path, f"{IN_TURN}end: {{turns: 3}}")
    assert Play(card, scripted([{"handoff": "writer"}])).boss("go").speakers() == ["thinker", "writer", "thinker"]


def test_who_was_let_go_is_called_on_no_more(tmp_path: Path) -> None:
    play = Play(team(tmp_path, f"{IN_TURN}end: {{turns: 4}}"))
    play.says = lambda turn: play.apply(RoleFired(role=RoleName("maker"))) or "so"  # type: ignore[func-returns-value]
    assert play.boss("go").speakers() == ["thinker", "writer", "thinker", "writer"]


INNER = "conductor: debate\nroles: [advocate, opponent, judge]\ndebaters: [advocate, opponent]\njudge: judge\nrounds: 1"
OUTER = """conductor: group
roles: [thinker, writer]
members: [thinker, inner, writer]
teams: [inner]
speaker: round_robin
end: {turns: 4}"""


def test_a_team_within_speaks_until_it_is_over_and_the_talk_goes_on(tmp_path: Path) -> None:
    play = Play(team(tmp_path, OUTER, inner=INNER)).boss("go")
    assert play.spoke() == [
        "thinker:speak",
        "advocate:argue",
        "opponent:argue",
        "judge:give_verdict",
        "writer:speak",
        "thinker:speak",
    ]
    within = [turn.brief.get("within") for turn in play.turns]
    assert within == [None, "inner", "inner", "inner", None, None]
    assert "judge:1:1" in play.turns[4].observed, "what it came to is heard"


def test_a_procedure_within_works_too(tmp_path: Path) -> None:
    inner = "conductor: sop\nroles: [analyst]"
    play = Play(team(tmp_path, OUTER.replace("turns: 4", "turns: 3"), inner=inner)).boss("go")
    assert [turn.role for turn in play.turns] == ["thinker", "analyst", "writer"]


@pytest.mark.parametrize(
    ("front", "told"),
    [
        (f"{THREE}speaker: auto", "mine.md:7: nobody chooses the speaker"),
        (f"{IN_TURN}first: wirter", "mine.md:8: 'wirter' is no member"),
        (f"{IN_TURN}transitions: {{thinker: [nobody]}}", "mine.md:8: 'nobody' is no member"),
        (f"{IN_TURN}end: {{}}", "mine.md:8: this condition says nothing"),
        (f"{IN_TURN}end: {{all: [{{turns: 0}}]}}", "mine.md:8"),
        (f"{IN_TURN}end: {{flag: speak.done}}", "mine.md:8: the output of 'speak' has no bool 'done'"),
        (f"{IN_TURN}teams: [nowhere]", "mine.md:8: there is no team 'nowhere'"),
    ],
)
def test_what_cannot_work_is_told_with_its_line(tmp_path: Path, front: str, told: str) -> None:
    with pytest.raises(FileError) as wrong:
        team(tmp_path, front)
    assert told in str(wrong.value)
