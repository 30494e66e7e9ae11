"""What somebody changed by hand is never overwritten unawares: the Boss decides, and it stays when nobody is there."""

import asyncio
from pathlib import Path

import pytest

from agentsh.core.code import Command, RunResult, SandboxStatus
from agentsh.core.controls import AnswerQuestion, Say
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.core.verdict import VerifyPlan
from agentsh.engine.reaction import Reaction
from tests.support.stage import Stage, WorkspaceInMemory, card, stage


def writer(*, reads: bool, cause: str = "write") -> object:
    """Return a role that writes what it is told into main.py."""

    async def react(reaction: Reaction) -> None:
        if reads:
            await reaction.read(["main.py"])
        await reaction.write([FileDraft(path="main.py", text=reaction.observed[-1].content)], "write")
        await reaction.publish(Draft(content="written", cause_by=ActionName(cause)))

    return react


async def second_write(on: Stage, by_hand: str | None) -> "asyncio.Task[object]":
    """Let the role write, change the file by hand, and let it write again."""
    await on.session.run()
    if by_hand is None:
        del on.workspace.texts["main.py"]
    else:
        on.workspace.texts["main.py"] = by_hand
    await on.session.send(Say(text="second"))
    return asyncio.create_task(on.session.run())


async def test_without_anybody_there_the_version_made_by_hand_stays_and_the_role_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), writer(reads=False))]) as on:
        await (await second_write(on, "mine"))
        assert on.workspace.texts["main.py"] == "mine"
        told = [item.event for item in await on.events() if item.event.kind == "file.conflict"]
        assert [(event.role, event.path, event.kept) for event in told] == [("ann", "main.py", "hand")]
        word = [said for said in await on.desk.log.journal.messages() if said.cause_by == "edited_by_hand"]
        assert word[0].send_to == ("ann",)
        assert "My version stays" in word[0].content
        assert on.session.view().roles[0].due == 0, "word of it sets nobody off"


@pytest.mark.parametrize(("choice", "kept"), [("keep mine", "mine"), ("take ann's", "second")])
async def test_somebody_who_is_there_chooses(tmp_path: Path, choice: str, kept: str) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), writer(reads=False))], present=True) as on:
        running = await second_write(on, "mine")
        asked = await on.until(lambda event: event.kind == "human.asked")
        assert "main.py" in asked.prompt
        assert asked.choices == ("keep mine", "take ann's")
        await on.session.send(AnswerQuestion(question=asked.question, answer=choice))
        await running
        assert on.workspace.texts["main.py"] == kept


async def test_a_role_that_has_read_the_change_may_write_over_it(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), writer(reads=True))]) as on:
        await (await second_write(on, "mine"))
        assert on.workspace.texts["main.py"] == "second"
        assert "file.conflict" not in await on.kinds()


async def test_a_file_removed_by_hand_does_not_come_back_unawares(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), writer(reads=False))]) as on:
        await (await second_write(on, None))
        assert "main.py" not in on.workspace.texts
        assert "file.conflict" in await on.kinds()


async def test_a_change_made_while_no_process_ran_is_noticed_too(tmp_path: Path) -> None:
    path, files = tmp_path / "s.db", WorkspaceInMemory()
    async with stage(path, [(card("ann"), writer(reads=False))], workspace=files) as on:
        await on.session.run()
    files.texts["main.py"] = "mine"
    async with stage(path, [(card("ann"), writer(reads=False))], workspace=files) as on:
        await on.session.send(Say(text="second"))
        await on.session.run()
    assert files.texts["main.py"] == "mine"


async def test_roles_of_a_team_write_over_each_other_as_ever(tmp_path: Path) -> None:
    roles = [(card("ann"), writer(reads=False)), (card("bob", "write"), writer(reads=False, cause="done"))]
    async with stage(tmp_path / "s.db", roles) as on:
        await on.session.run()
        assert on.workspace.texts["main.py"] == "written"
        assert "file.conflict" not in await on.kinds()


class RewritesItsData:
    """A sandbox whose programs change a file of the team's."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.status = SandboxStatus(tier="bubblewrap", line="on paper")
        self._texts = texts

    async def run(self, command: Command) -> RunResult:
        self._texts["main.py"] = "changed by the program"
        return RunResult(exit_code=0)


async def test_what_the_team_s_own_program_changes_is_no_change_by_hand(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        for text in ("one", "two"):
            await reaction.write([FileDraft(path="main.py", text=text)], "write")
            await reaction.run(Command(argv=("python", "main.py")))
        await reaction.verify(VerifyPlan())

    async with stage(tmp_path / "s.db", [(card("ann"), react)]) as on:
        object.__setattr__(on.desk, "sandbox", RewritesItsData(on.workspace.texts))
        await on.session.run()
        changed = [item.event for item in await on.events() if item.event.kind == "file.changed"]
        assert [event.ran for event in changed] == [False, True, False, True]
        assert "file.conflict" not in await on.kinds()
        state = on.desk.log.state
        assert state.changed_seq < state.verified_seq, "what it changed itself need not be verified again"
