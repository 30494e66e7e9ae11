"""Law 2: a step's result is in the journal before the reaction sees it, and no finished step is done again."""

from pathlib import Path

from agentsh.core import chat as c
from agentsh.core.code import Command
from agentsh.core.controls import Retry
from agentsh.core.errors import ExitCode
from agentsh.core.events import ReactionDiverged, StepFinished
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.core.verdict import VerifyPlan
from agentsh.engine.reaction import Reaction
from agentsh.store.catalogue import read_session
from tests.support.stage import ModelInProcess, React, card, request, stage


def works(path: Path, *questions: str, found: list[bool] | None = None) -> React:
    """Return a role that does one step of each kind; it notes whether a result was in the journal when it came."""

    def note(ordinal: int) -> None:
        steps = [r.event for r in read_session(path) if isinstance(r.event, StepFinished)]
        if found is not None:
            found.append(ordinal in {step.ordinal for step in steps})

    async def react(reaction: Reaction) -> None:
        for ordinal, question in enumerate(questions):
            await reaction.ask_model(request(question))
            note(ordinal)
        await reaction.write([FileDraft(path="main.py", text="print(1)\n")], "write")
        note(len(questions))
        await reaction.run(Command(argv=("python", "main.py")))
        note(len(questions) + 1)
        await reaction.read(["main.py"])
        note(len(questions) + 2)
        await reaction.verify(VerifyPlan())
        note(len(questions) + 3)
        await reaction.ask_model(request("last"))
        await reaction.publish(Draft(content="done", cause_by=ActionName("work")))

    return react


def fails_at(words: str) -> ModelInProcess:
    """Return a model that is down when it is asked this."""
    down = c.Failed(failure="server", retryable=True, message="down")
    return ModelInProcess(lambda asked: down if words in asked.messages[-1].content else "fine")


async def test_a_result_is_in_the_journal_when_the_reaction_gets_it(tmp_path: Path) -> None:
    path, found = tmp_path / "s.db", list[bool]()
    async with stage(path, [(card("ann"), works(path, "one", "two", found=found))]) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE
    assert found == [True] * 6


async def test_no_finished_step_of_any_kind_is_done_again(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stage(path, [(card("ann"), works(path, "one", "two"))], model=fails_at("last")) as on:
        assert (await on.session.run()).exit_code == ExitCode.NO_MODEL
        assert on.model.asked == ["one", "two", "last"]
        assert len(on.sandbox.ran) == 1
    async with stage(path, [(card("ann"), works(path, "one", "two"))]) as on:
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert on.model.asked == ["last"]
        assert on.sandbox.ran == []
        assert on.workspace.texts == {}
        kinds = await on.kinds()
    assert kinds.count("step.finished") == 7
    assert "reaction.diverged" not in kinds


async def test_an_edited_question_diverges_keeps_the_old_step_and_goes_on_live(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stage(path, [(card("ann"), works(path, "one", "two"))], model=fails_at("last")) as on:
        await on.session.run()
        before = await on.events()
    async with stage(path, [(card("ann"), works(path, "one", "two, edited"))]) as on:
        await on.session.send(Retry())
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert on.model.asked == ["two, edited", "last"]
        assert len(on.sandbox.ran) == 1
        events = await on.events()
    assert events[: len(before)] == before
    (diverged,) = [r.event for r in events if isinstance(r.event, ReactionDiverged)]
    assert diverged.ordinal == 1
    assert diverged.recorded_hash != diverged.request_hash
