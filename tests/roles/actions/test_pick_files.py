"""Files are picked from a map that fits the window, and only such as are there."""

import json

from agentsh.core.tokens import estimate_prompt
from tests.support.cards import action, boss_says, cast_role, role_card
from tests.support.reaction_on_script import ReactionOnScript

FILES = {"a.py": "def one(): ...\n", "pkg/b.py": "class Two: ...\n", "data.bin": "x"}
CARD = action("pick", "These:\n\n{{ map }}\n\nWhich?", does="pick_files")


async def picked(*answers: list[str], files: dict[str, str] | None = None, num_ctx: int = 8192) -> ReactionOnScript:
    reaction = ReactionOnScript(
        role=role_card("ann").name,
        answers=[json.dumps({"why": "They matter.", "files": paths}) for paths in answers],
        observed=(boss_says("Change it"),),
        files=FILES if files is None else files,
    )
    await cast_role(role_card("ann", "pick"), CARD, num_ctx=num_ctx).react(reaction)
    return reaction


async def test_what_is_picked_is_published_as_paths() -> None:
    done = await picked(["./pkg/b.py", "a.py", "a.py"])
    assert "a.py (1 lines)\n  def one()" in done.requests[0].messages[-1].content
    assert (done.published[0].data or {})["files"] == ["pkg/b.py", "a.py"]
    assert done.steps[0].kind == "survey"
    assert "read" not in [step.kind for step in done.steps]


async def test_a_file_that_is_not_there_goes_back_with_those_that_are_like_it() -> None:
    done = await picked(["pkg/bb.py"], ["pkg/b.py"])
    assert "There is no file 'pkg/bb.py'. There is: pkg/b.py" in done.requests[1].messages[-1].content
    assert (done.published[0].data or {})["files"] == ["pkg/b.py"]


async def test_of_nothing_nothing_is_picked_and_nobody_is_asked() -> None:
    done = await picked(files={})
    assert done.requests == []
    assert (done.published[0].data or {})["files"] == []


async def test_the_map_of_a_large_project_fits_a_small_window_and_says_what_it_leaves_out() -> None:
    many = {f"src/part{n % 40}/module{n}.py": f"def function_{n}(argument): ...\n" * 9 for n in range(1500)}
    done = await picked(["src/part0/module0.py"], files=many, num_ctx=4096)
    asked = done.requests[0]
    assert estimate_prompt(asked.messages) <= 4096 - asked.options.num_predict
    assert "src/part7/ (" in asked.messages[-1].content
    assert len(asked.messages[-1].content) > 500
