"""Laws of function first as an action: drafts are run, what is right gets a program, and what is not is told."""

import json
import subprocess
import sys

import pytest

from agentsh.core.code import Command, RunResult
from agentsh.core.errors import OutputInvalid
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.verdict import Verdict
from tests.support.cards import action, boss_says, cast_role, message, role_card
from tests.support.reaction_on_script import ReactionOnScript, Said

ENGINEER = RoleName("engineer")
IDEA = "Write a tool is_palindrome(word) that says whether a word is a palindrome: level -> True, banana -> False"
RIGHT = "```python\ndef is_palindrome(word):\n    return word == word[::-1]\n```"
WRONG = "```python\ndef is_palindrome(word):\n    return True\n```"
PROMPT = "Write `def {{ item.signature }}` {{ item.purpose }} ({{ item.form }})."


def for_real(command: Command) -> RunResult:
    """Run it here: the drafts of these tests are our own."""
    done = subprocess.run(
        [sys.executable, *command.argv[1:]], capture_output=True, text=True, timeout=command.limits.wall_s, check=False
    )
    return RunResult(exit_code=done.returncode, stdout=done.stdout, stderr=done.stderr)


def refused(command: Command) -> RunResult:
    return RunResult(exit_code=126, stderr="not allowed: --approve never")


async def written(
    *answers: Said, idea: str = IDEA, seen: tuple[Message, ...] = (), **fields: object
) -> ReactionOnScript:
    runner = fields.pop("runner", for_real)
    card = action("write_function", PROMPT, does="write_function", **{"candidates": 3, "max_tokens": 200, **fields})
    reaction = ReactionOnScript(ENGINEER, answers, observed=seen or (boss_says(idea),), idea=idea)
    reaction.runner = runner  # type: ignore[assignment]
    await cast_role(role_card("engineer", "write_function"), card).react(reaction)
    return reaction


async def test_the_draft_that_fulfils_the_examples_gets_a_program_around_it() -> None:
    reaction = await written(WRONG, RIGHT, "I cannot.")

    assert "return word == word[::-1]" in reaction.files["is_palindrome.py"]
    assert {"main.py", "test_main.py", "README.md"} <= set(reaction.files)
    data = reaction.published[0].data
    assert data is not None
    assert data["succeeded"] is True
    assert (data["entry"], data["entry_args"]) == ("main.py", ["level"])
    assert [step.kind for step in reaction.steps] == ["model", "model", "model", "run", "write", "publish"]


async def test_the_program_is_verified_as_it_was_written() -> None:
    wrote = (await written(RIGHT, RIGHT, RIGHT)).published[0]
    qa = ReactionOnScript(RoleName("qa"), observed=(wrote,), verdicts=[Verdict(passed=True, gates=())])
    qa.files = {"main.py": ""}
    card = action("verify", does="verify", context=["write_function"])
    await cast_role(role_card("qa", "verify", watch={"write_function": []}), card).react(qa)

    assert (qa.plans[0].entry, qa.plans[0].entry_args) == ("main.py", ("level",))


async def test_a_draft_is_asked_for_without_history_and_with_the_roles_own_front() -> None:
    reaction = await written(RIGHT, RIGHT, RIGHT)

    for request in reaction.requests:
        assert [said.role for said in request.messages] == ["system", "user"]
    assert len({request.messages[0] for request in reaction.requests}) == 1
    assert reaction.requests[0].messages[1].content.startswith("Write `def is_palindrome(word)` that says whether")


async def test_every_draft_has_a_seed_of_its_own() -> None:
    reaction = await written(WRONG, WRONG, WRONG)

    assert len({request.options.seed for request in reaction.requests}) == 3


async def test_without_a_right_draft_there_is_no_program_and_that_is_told() -> None:
    reaction = await written(WRONG, "no", WRONG)

    assert reaction.files == {}
    data = reaction.published[0].data
    assert data is not None
    assert data["succeeded"] is False
    assert "entry" not in data
    assert "1 of 2 examples" in reaction.published[0].content


async def test_drafts_that_may_not_be_run_are_not_taken() -> None:
    reaction = await written(RIGHT, RIGHT, RIGHT, runner=refused)

    assert reaction.files == {}
    assert "--approve never" in reaction.published[0].content


async def test_what_the_idea_leaves_open_is_proposed_and_checked() -> None:
    good = {"examples": [{"args": ["level"], "result": True}, {"args": ["banana"], "result": False}]}
    bad = {"examples": [{"args": [], "result": True}]}
    reaction = await written(
        json.dumps(bad),
        json.dumps(good),
        RIGHT,
        RIGHT,
        RIGHT,
        idea="Write is_palindrome(word) that says whether a word is a palindrome",
    )

    assert "No example fits" in reaction.requests[1].messages[-1].content
    assert reaction.requests[0].schema_ is not None
    assert "examples that a model proposed" in reaction.published[0].content
    assert "is_palindrome.py" in reaction.files


async def test_an_idea_that_nothing_could_judge_is_told_before_a_model_is_asked() -> None:
    with pytest.raises(OutputInvalid, match="names no function") as caught:
        await written(idea="Write a cli snake game")
    assert "--team software-company" in caught.value.hint


async def test_after_a_failure_the_function_is_still_the_bosss() -> None:
    verdict = message("qa:1:1", "The program fails.", cause="verify", data={"passed": False, "attempt": 1})
    reaction = await written(RIGHT, RIGHT, RIGHT, seen=(boss_says(IDEA), verdict))

    assert "is_palindrome.py" in reaction.files
