"""Laws of conducting: what a conductor remembers is folded from what it hears, and what it tells a role is kept."""

import json
from pathlib import Path

import pytest

from agentsh.core.chat import ChatRequest
from agentsh.core.controls import Say
from agentsh.core.errors import ExitCode
from agentsh.core.events import MessagePublished, ReactionFailed, ReactionStarted, Recorded
from agentsh.core.ids import BOSS, RoleName
from agentsh.core.model import JsonObject
from agentsh.engine.fold import Fold
from agentsh.engine.reaction import Reacts
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Ended, Heard, Told, Turn
from agentsh.store.catalogue import read_session
from tests.support.cards import action, cast_role, role_card
from tests.support.stage import ModelInProcess, Stage, stage

ANN, BOB = RoleName("ann"), RoleName("bob")
TURNS = 4
PICK = action("pick", "Round {{ turn.number }} of {{ turn.of }}: which?", does="choose")


class Relay:
    """Lets two roles choose in turn; each is told what the other chose."""

    def turns(self, state: State) -> list[Turn]:
        done = int(str(state.conduct.memory.get("turns", -1)))
        if not 0 <= done < TURNS or state.open:
            return []
        brief: JsonObject = {"number": done + 1, "of": TURNS, "choices": ["left", "right"]}
        return [Turn(role=(ANN, BOB)[done % 2], observed=(), round=done + 1, action=PICK.name, brief=brief)]

    def hear(self, heard: Heard, state: State) -> Conduct:
        match heard:
            case Told(message=message) if message.sent_from == BOSS:
                return Conduct(memory={"turns": 0, "chosen": ""})
            case Ended(opened=opened) if opened.said is not None:
                said: JsonObject = opened.said.data or {}
                turns = int(str(opened.brief["number"]))
                memory: JsonObject = {"turns": turns, "chosen": said["choice"]}
                return Conduct(memory=memory, progress=f"turn {turns}/{TURNS}")
        return state.conduct


def relay(path: Path, model: ModelInProcess):  # type: ignore[no-untyped-def]  # a context manager of a Stage
    roles: list[tuple[object, Reacts]] = [
        (card, cast_role(card, PICK)) for card in (role_card(ANN, "pick", watch={}), role_card(BOB, "pick", watch={}))
    ]
    return stage(path, roles, model=model, conductor=Relay())  # type: ignore[arg-type]


def chooses(request: ChatRequest) -> str:
    assert request.schema_ is not None
    asked = next(said.content for said in request.messages if said.content.startswith("Round"))
    return json.dumps({"why": f"It is shorter: {asked[:12]}.", "choice": "left"})


async def said(on: Stage) -> list[str]:
    found = (recorded.event for recorded in await on.events())
    return [f"{event.message.sent_from}: {event.message.content}" for event in found if _by_a_role(event)]


def _by_a_role(event: object) -> bool:
    return isinstance(event, MessagePublished) and event.message.sent_from != BOSS


async def test_what_a_conductor_keeps_in_mind_is_folded_and_shown(tmp_path: Path) -> None:
    async with relay(tmp_path / "s.db", ModelInProcess(chooses)) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert [line.partition(":")[0] for line in await said(on)] == ["ann", "bob", "ann", "bob"]
        assert on.desk.log.state.conduct.memory == {"turns": 4, "chosen": "left"}
        assert on.session.view().progress == "turn 4/4"


async def test_what_a_role_is_told_for_a_turn_is_in_its_prompt_and_in_the_journal(tmp_path: Path) -> None:
    model = ModelInProcess(chooses)
    async with relay(tmp_path / "s.db", model) as on:
        await on.session.run()
        briefs = [r.event.brief for r in await on.events() if isinstance(r.event, ReactionStarted)]
    assert [asked.partition(":")[0] for asked in model.asked] == [f"Round {n} of 4" for n in (1, 2, 3, 4)]
    assert [brief["number"] for brief in briefs] == [1, 2, 3, 4]


async def test_an_unknown_choice_cannot_come(tmp_path: Path) -> None:
    model = ModelInProcess(lambda _: '{"why": "I like it.", "choice": "up"}')
    async with relay(tmp_path / "s.db", model) as on:
        finished = await on.session.run()
        failed = [r.event for r in await on.events() if isinstance(r.event, ReactionFailed)]
    assert finished.exit_code != ExitCode.DONE
    assert len(failed) == 1
    assert "left" in failed[0].error
    assert all(
        (request.schema_ or {})["properties"]["choice"] == {"enum": ["left", "right"]} for request in model.requests
    )  # type: ignore[index, call-overload]


async def test_a_restored_state_conducts_on_like_the_one_that_never_was_stored(tmp_path: Path) -> None:
    async with relay(tmp_path / "s.db", ModelInProcess(chooses)) as on:
        await on.session.run()
    events = read_session(tmp_path / "s.db")
    whole = folded(events)
    for cut in range(len(events)):
        restored = Fold(State.model_validate_json(folded(events[:cut]).model_dump_json()), lambda _: Relay())
        for recorded in events[cut:]:
            restored.apply(recorded)
        assert restored.state == whole


async def test_a_session_that_was_left_goes_on_where_its_conductor_was(tmp_path: Path) -> None:
    silent = ModelInProcess(lambda asked: "" if "Round 3" in str(asked.messages) else chooses(asked))
    async with relay(tmp_path / "s.db", silent) as on:
        assert (await on.session.run()).exit_code != ExitCode.DONE
    async with relay(tmp_path / "s.db", ModelInProcess(chooses)) as on:
        assert on.session.view().progress == "turn 2/4"


async def test_a_boss_who_speaks_after_the_end_begins_it_anew(tmp_path: Path) -> None:
    async with relay(tmp_path / "s.db", ModelInProcess(chooses)) as on:
        await on.session.run()
        await on.session.send(Say(text="Again."))
        await on.session.run()
        assert len(await said(on)) == 2 * TURNS


@pytest.mark.parametrize("choices", [None, []])
async def test_a_conductor_that_gives_no_choices_is_told(tmp_path: Path, choices: list[str] | None) -> None:
    class Silent(Relay):
        def turns(self, state: State) -> list[Turn]:
            briefs: JsonObject = {} if choices is None else {"choices": choices}
            return [
                turn.model_copy(update={"brief": {**turn.brief, "choices": None, **briefs}})
                for turn in super().turns(state)
            ]

    card = role_card(ANN, "pick", watch={})
    async with stage(tmp_path / "s.db", [(card, cast_role(card, PICK))], conductor=Silent()) as on:
        finished = await on.session.run()
    assert finished.exit_code == ExitCode.USAGE
    assert "nothing to choose from" in finished.summary


def folded(events: list[Recorded]) -> State:
    fold = Fold(find=lambda _: Relay())
    for recorded in events:
        fold.apply(recorded)
    return fold.state
