"""kill -9 in the middle of a tick or of a thought: the world goes on as if nothing had happened."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from agentsh.core.events import TickFinished
from tests.world.dying import TICKS
from tests.world.sample import card, catalogue
from tests.world.stage import world_stage


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[TickFinished]:
    """Return the ticks of a world that nobody kills."""

    async def live() -> list[TickFinished]:
        file = card(3, 2, lock=True, ticks=TICKS, snapshot_ticks=5)
        async with world_stage(tmp_path_factory.mktemp("whole") / "w.db", catalogue(), file, debug=False) as on:
            await on.session.run()
            return await on.ticks()

    return asyncio.run(live())


@pytest.mark.parametrize(("how", "when"), [("tick", 1), ("tick", 8), ("thought", 2), ("thought", 8)])
async def test_a_killed_world_goes_on_as_if_it_had_not_been(
    tmp_path: Path, whole: list[TickFinished], how: str, when: int
) -> None:
    path = tmp_path / "w.db"
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.world.dying", str(path), how, str(when))
    assert await process.wait() == -signal.SIGKILL
    async with world_stage(path, catalogue(), debug=False) as on:
        before = on.world.tick
        finished = await on.session.run()
        assert finished.exit_code == 0
        assert before < TICKS
        assert await on.ticks() == whole
        assert "notice" not in [event.kind for event in await on.events()]
