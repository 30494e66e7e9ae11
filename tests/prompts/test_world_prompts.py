"""The prompts of worlds, filled with what the worlds that ship really ask."""

from collections.abc import Iterator

import pytest

from agentsh.core.ids import ActionName
from agentsh.core.model import JsonObject
from agentsh.core.tokens import estimate_tokens
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.worlds import TASKS
from agentsh.wiring.worlds import world_errors
from agentsh.world.shipped import shipped_catalogue
from tests.world.playing import Playing, does, play, shipped, waits
from tests.world.test_life_laws import whims

SHELF = Shelf([shipped_prompts()])
WORLDS = sorted(SHELF.paths("world"))
BARE: JsonObject = dict.fromkeys(("idea", "round", "role"), "") | dict.fromkeys(
    ("context", "observed", "item", "files", "verdict", "others", "vars", "examples")
)
TICKS = {"town": 12}


def questions(name: str, seed: int = 1) -> Iterator[tuple[str, JsonObject]]:
    """Yield what is asked in a world: (task, data)."""
    on = play(shipped(name), whims(seed), debug=False)
    on.tick(TICKS.get(name, 40))
    yield from ((str(data["task"]), data) for _, data in on.asked)


def rendered(task: str, data: JsonObject) -> str:
    card = SHELF.action(task)
    return SHELF.renderer.render(card.prompt, BARE | {"world": data | {"whispers": []}}, source=card.source).strip()


def test_four_worlds_ship_and_can_be_run() -> None:
    assert WORLDS == ["classroom", "magic-sword", "tavern", "town"]
    for name in WORLDS:
        assert list(world_errors(shipped(name), shipped_catalogue())) == []
        assert shipped(name).card.summary


@pytest.mark.parametrize("name", WORLDS)
def test_every_question_of_a_world_fills_its_prompt_plainly_and_briefly(name: str) -> None:
    for task, data in questions(name):
        text = rendered(task, data)
        assert "\n\n\n" not in text
        assert "None" not in text
        assert estimate_tokens(text) < 1_600, text
        if task == "think":
            assert all(f"- {option}" in text for option in data["options"])  # type: ignore[union-attr]
            assert all(str(seen) in text for seen in data["perceived"])  # type: ignore[union-attr]


def test_every_task_is_asked_somewhere() -> None:
    asked = {task for seed in (1, 2, 3) for name in WORLDS for task, _ in questions(name, seed)}
    assert asked == set(TASKS)


def test_every_answer_is_bounded_and_its_action_is_a_choice() -> None:
    for task, data in questions("magic-sword"):
        schema = data["schema"]
        assert isinstance(schema, dict)
        assert schema["additionalProperties"] is False
        if task == "think":
            action = schema["properties"]["action"]  # type: ignore[index,call-overload]
            assert action["enum"] == data["options"]  # type: ignore[index,call-overload]


def test_a_prompt_says_what_is_there_and_what_is_wanted() -> None:
    on: Playing = play(
        shipped("magic-sword"),
        lambda role, data: does("look at Bran") if data["task"] == "think" else waits(role, data),
    )
    on.tick(4)
    data = next(data for role, data in reversed(on.asked) if role == "aria" and data["task"] == "think")
    text = rendered("think", data)
    for said in (
        "It is day 1, 09:03. You are Aria, in Great Hall. A cold hall with a stone table in its middle.",
        "With you: Cora (a scholar with ink on her fingers), whom you have not met.",
        "Here is: Magic Sword (a sword whose blade glows blue).",
        "Your goal: get a powerful weapon. Next step: ",
        "- take Magic Sword",
        "- speak: say words that everybody in the room hears; the words stand in `words`",
    ):
        assert said in text
    assert SHELF.action(ActionName("think")).max_tokens <= 300
