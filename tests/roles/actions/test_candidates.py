"""Several answers to one question: the gates choose, and only what they chose is ever written."""

from pathlib import Path

from agentsh.core.events import StepFinished, StepStarted
from tests.e2e.flaws import FLAWS, GOOD, Files
from tests.support.workshop import Made, Workshop

SYNTAX, WRONG, LOOP = (FLAWS[kind].files for kind in ("syntax", "failing test", "endless loop"))


async def made(root: Path, *answers: Files | str, first: Files = SYNTAX, candidates: int = 3) -> Made:
    """Let a team mend its first draft with these answers, one after the other."""
    return await Workshop(root, candidates=candidates, timeout_s=6).make(first, *answers)


def tried(found: Made) -> list[object]:
    """Return what is told of each candidate of the first mending."""
    told = found.told("mend")[0].get("tried", [])
    assert isinstance(told, list)
    return [(one["passed"], one["failed_at"]) for one in told if isinstance(one, dict)]


def program(found: Made) -> dict[str, str]:
    return {path: text for path, text in found.workspace.items() if path != "README.md"}


def asked(found: Made) -> int:
    """Return how many answers the mending took."""
    begun = (one.event for one in found.events if isinstance(one.event, StepStarted))
    return sum(step.step == "model" and step.role == "maker" for step in begun) - 1


async def test_an_answer_that_passes_is_taken_and_no_other_is_asked_for(tmp_path: Path) -> None:
    found = await made(tmp_path, GOOD, WRONG)
    assert (found.finished.status, program(found)) == ("finished", dict(GOOD))
    assert (asked(found), tried(found)) == (1, [(True, None)])


async def test_of_several_answers_the_one_that_passes_is_written_and_none_of_the_others(tmp_path: Path) -> None:
    found = await made(tmp_path, WRONG, GOOD, LOOP)
    assert (found.finished.status, program(found)) == ("finished", dict(GOOD))
    assert (asked(found), tried(found)) == (3, [(False, "tests"), (True, None), (False, "entry")])
    written = [one.event for one in found.events if isinstance(one.event, StepFinished) and one.event.step == "write"]
    assert "Hallo" not in str(written)
    said = [one.event.message for one in found.events if one.event.kind == "message.published"]
    assert any("Chosen by running 3 drafts, of which 1 passed." in message.content for message in said)


async def test_of_answers_that_all_fail_the_one_that_gets_furthest_is_written(tmp_path: Path) -> None:
    found = await made(tmp_path, SYNTAX, WRONG, LOOP, "I cannot.")
    assert (found.finished.status, program(found)) == ("failed", dict(WRONG))
    assert tried(found) == [(False, "compiles"), (False, "tests"), (False, "entry")]


async def test_the_others_are_tried_side_by_side(tmp_path: Path) -> None:
    found = await made(tmp_path, SYNTAX, LOOP, WRONG)
    begun = [one.event for one in found.events if isinstance(one.event, StepStarted) and _is_trial(one.event)]
    places = [step.ordinal for step in begun]
    steps = [one.event for one in found.events if isinstance(one.event, StepStarted | StepFinished)]
    trials = [
        (type(step), places.index(step.ordinal))
        for step in steps
        if step.reaction == begun[0].reaction and step.ordinal in places
    ]
    assert trials[:4] == [(StepStarted, 0), (StepFinished, 0), (StepStarted, 1), (StepStarted, 2)]


async def test_an_answer_that_holds_no_file_is_left_out(tmp_path: Path) -> None:
    found = await made(tmp_path, WRONG, "No.", GOOD)
    assert (found.finished.status, program(found)) == ("finished", dict(GOOD))
    assert tried(found) == [(False, "tests"), (True, None)]


async def test_the_same_answer_twice_is_tried_once(tmp_path: Path) -> None:
    found = await made(tmp_path, WRONG, WRONG, GOOD)
    assert (found.finished.status, tried(found)) == ("finished", [(False, "tests"), (True, None)])


async def test_a_single_answer_is_written_as_it_comes(tmp_path: Path) -> None:
    found = await made(tmp_path, GOOD, candidates=1)
    assert found.finished.status == "finished"
    assert "tried" not in found.told("mend")[0]


def _is_trial(step: StepStarted) -> bool:
    return isinstance(step.request, dict) and "trial" in step.request
