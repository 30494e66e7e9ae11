"""Who changes files is not in a loop, even when it tells of each change in the same words."""

from pathlib import Path

from agentsh.core.errors import ExitCode
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.stage import card, stage

TIMES = 6


async def test_the_same_words_about_other_changes_are_no_loop(tmp_path: Path) -> None:
    async def mends(reaction: Reaction) -> None:
        for time in range(TIMES):
            await reaction.write([FileDraft(path="main.py", text=f"{time}\n")], "mend")
            await reaction.publish(Draft(content="Written: main.py", cause_by=ActionName("mend")))

    async with stage(tmp_path / "s.db", [(card("ann"), mends)]) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE
        assert len(await on.desk.log.journal.messages()) == 1 + TIMES


async def test_the_same_words_about_nothing_are_a_loop(tmp_path: Path) -> None:
    async def repeats(reaction: Reaction) -> None:
        for _ in range(TIMES):
            await reaction.publish(Draft(content="Working on it.", cause_by=ActionName("mend")))

    async with stage(tmp_path / "s.db", [(card("ann"), repeats)]) as on:
        ended = await on.session.run()
        assert ended.exit_code == ExitCode.NOT_RUNNING
        assert "the same" in ended.summary
