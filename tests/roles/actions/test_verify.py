"""Laws of verifying: a failure goes back to be mended until that helps no more; no model is asked."""

import pytest

from agentsh.core.ids import BOSS, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.roles.facts import TeamFacts
from tests.support.cards import action, cast_role, message, role_card
from tests.support.reaction_on_script import ReactionOnScript

QA = RoleName("qa")
PASSED = Verdict(passed=True, gates=(GateResult(gate="compiles", passed=True, evidence=""),))


def failed(evidence: str = "NameError: x", line: int | None = 3) -> Verdict:
    compiles = GateResult(gate="compiles", passed=True, evidence="")
    tests = GateResult(gate="tests", passed=False, evidence=evidence, path="main.py", line=line)
    return Verdict(passed=False, gates=(compiles, tests))


async def verified(*verdicts: Verdict, past: tuple[Message, ...] = (), **fields: object) -> list[ReactionOnScript]:
    """Return one reaction a verdict, each knowing what the ones before published."""
    card = action("run_tests", does="verify", on_fail=["engineer"], **fields)
    role = cast_role(role_card("qa", "run_tests", watch={"write_code": []}), card)
    said = [*past]
    reactions = []
    for number, verdict in enumerate(verdicts, 1):
        observed = (message(f"engineer:{number}:1", "Written.", cause="write_code"),)
        reaction = ReactionOnScript(QA, [], observed=observed, past=said, verdicts=[verdict], number=number)
        await role.react(reaction)
        said += [*observed, *reaction.published]
        reactions.append(reaction)
    return reactions


def outcome(reaction: ReactionOnScript) -> tuple[object, object, tuple[RoleName, ...]]:
    data = reaction.published[0].data or {}
    return data["attempt"], data["gave_up"], reaction.published[0].send_to


async def test_a_failure_goes_to_who_mends_it_with_its_evidence() -> None:
    (reaction,) = await verified(failed())

    published = reaction.published[0]
    assert published.send_to == ("engineer",)
    assert published.data is not None
    assert published.data["passed"] is False
    assert published.content == (
        "The program fails, attempt 1.\n\n- compiles: passed\n- tests: failed at `main.py` line 3\n\n"
        "  ```text\n  NameError: x\n  ```"
    )
    assert reaction.requests == []


async def test_a_pass_goes_to_nobody_in_particular() -> None:
    (reaction,) = await verified(PASSED)

    assert outcome(reaction) == (1, False, ())
    assert reaction.published[0].content == "The program runs and passes.\n\n- compiles: passed"


async def test_a_failure_goes_back_as_often_as_the_action_says() -> None:
    reactions = await verified(*(failed(f"error {number}") for number in "abc"), rounds=2)

    assert [outcome(reaction) for reaction in reactions] == [
        (1, False, ("engineer",)),
        (2, False, ("engineer",)),
        (3, True, ()),
    ]
    assert "Mending does not help any more" in reactions[-1].published[0].content


async def test_the_same_failure_twice_stops_the_mending() -> None:
    reactions = await verified(failed("1 failed in 0.12s"), failed("1 failed in 0.31s"))

    assert [outcome(reaction)[1] for reaction in reactions] == [False, True]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("it serves port 40805, but breaks", "it serves port 38107, but breaks"),
        ("refused: ('127.0.0.1', 40805)", "refused: ('127.0.0.1', 38107)"),
        ("http://127.0.0.1:40805/ was not found", "http://127.0.0.1:38107/ was not found"),
        ("<Snake object at 0x7f00aa>", "<Snake object at 0x7f11bb>"),
        ("no file /tmp/agentsh-run-x7_a/tmpq3/a.txt", "no file /tmp/agentsh-run-p0sd/tmp11/a.txt"),
        ("process 4711 ended", "process 4712 ended"),
        ("at 2026-11-28 10:05:03.123456 it failed", "at 2026-11-28 10:05:04.1 it failed"),
    ],
)
async def test_what_differs_from_run_to_run_makes_no_other_failure(first: str, second: str) -> None:
    reactions = await verified(failed(first), failed(second))

    assert [outcome(reaction)[1] for reaction in reactions] == [False, True]


@pytest.mark.parametrize(
    ("first", "second"), [("assert 1 == 3", "assert 2 == 3"), ("2 of 5 tests failed", "1 of 5 tests failed")]
)
async def test_another_value_is_another_failure(first: str, second: str) -> None:
    reactions = await verified(failed(first), failed(second))

    assert [outcome(reaction)[1] for reaction in reactions] == [False, False]


async def test_another_failure_in_between_lets_the_mending_go_on() -> None:
    reactions = await verified(failed("a"), failed("b"), failed("a"), failed("a", line=4))

    assert [outcome(reaction)[1] for reaction in reactions] == [False, False, False, False]


async def test_attempts_begin_anew_after_a_pass() -> None:
    reactions = await verified(failed("a"), PASSED, failed("a"))

    assert [outcome(reaction)[0] for reaction in reactions] == [1, 2, 1]


async def test_another_roles_verdicts_are_not_counted() -> None:
    foreign = message("tester:1:1", "fails", cause="run_tests", data={"passed": False, "gave_up": False})
    (reaction,) = await verified(failed(), past=(foreign,))

    assert outcome(reaction)[0] == 1


async def planned(data: object, *, context: str = "write_design", files: tuple[str, ...] = ("snake.py",)) -> VerifyPlan:
    design = message("architect:1:1", "design", cause="write_design", data=data)  # type: ignore[arg-type]
    card = action("run_tests", does="verify", context=[context])
    reaction = ReactionOnScript(QA, [], past=[design], verdicts=[PASSED])
    reaction.files = dict.fromkeys(files, "")
    await cast_role(role_card("qa", "run_tests"), card).react(reaction)
    return reaction.plans[0]


async def test_the_program_is_started_as_it_was_designed() -> None:
    plan = await planned({"entry": "snake.py", "entry_args": ["--steps", "3"], "entry_stdin": "q\n"})

    assert plan == VerifyPlan(entry="snake.py", entry_args=("--steps", "3"), entry_stdin="q\n")


async def test_a_python_file_that_was_to_be_started_and_is_not_there_is_for_the_gates_to_tell() -> None:
    assert await planned({"entry": "missing.py"}) == VerifyPlan(entry="missing.py")


@pytest.mark.parametrize("entry", ["missing.js", "../snake.py", "/bin/sh", "python snake.py", "-c.py", 3, None])
async def test_an_entry_that_is_no_file_is_not_started(entry: object) -> None:
    assert await planned({"entry": entry}) == VerifyPlan()


async def test_the_teams_own_command_goes_before_everything() -> None:
    facts = TeamFacts(name="company", verify_command="python main.py --check")
    role = cast_role(role_card("qa", "run_tests"), action("run_tests", does="verify"), facts=facts)
    reaction = ReactionOnScript(QA, [], verdicts=[PASSED])
    await role.react(reaction)

    assert reaction.plans == [VerifyPlan(command="python main.py --check")]


async def test_who_mends_sees_the_verdict_and_which_round_it_is() -> None:
    verdict = message(
        "qa:2:1",
        "The program fails.",
        cause="run_tests",
        data=failed().model_dump(mode="json") | {"attempt": 2, "gave_up": False},
        to=("engineer", BOSS),
    )
    prompt = "Round {{ round }}: {{ verdict.failure.gate }} at line {{ verdict.failure.line }}."
    card = role_card("engineer", "fix", watch={"run_tests": ["fix"]})
    reaction = ReactionOnScript(RoleName("engineer"), ["```python main.py\nx = 1\n```"], observed=(verdict,))
    role = cast_role(card, action("fix", prompt, does="write_files"), action("run_tests", does="verify"))
    await role.react(reaction)

    assert reaction.requests[0].messages[-1].content == "Round 2: tests at line 3."
    assert reaction.published[0].reply_to == MessageId("qa:2:1")


async def test_a_run_of_the_program_ends_after_the_time_that_the_action_says() -> None:
    card = action("run_tests", does="verify", timeout_s=3)
    reaction = ReactionOnScript(QA, [], verdicts=[PASSED])
    await cast_role(role_card("qa", "run_tests"), card).react(reaction)

    assert reaction.plans == [VerifyPlan(wall_s=3)]
