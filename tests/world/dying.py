"""A process that runs a world and is killed in the middle of a tick, or of a thought: `python -m tests.world.dying`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from agentsh.core.chat import ChatRequest
from agentsh.core.worlds import Level
from agentsh.world.catalogue import Catalogue
from agentsh.world.moment import Moment
from agentsh.world.systems import Stage, system
from tests.support.stage import ModelInProcess
from tests.world.sample import card, catalogue
from tests.world.stage import world_stage

TICKS = 12


def dying_in_a_tick(tick: int) -> Catalogue:
    """Return the sample, with a system that kills the process in the middle of a tick."""

    @system("dying", level=Level.CONSCIOUS, stage=Stage.ACT)
    def dying(now: Moment) -> None:
        if now.tick == tick:
            os.kill(os.getpid(), signal.SIGKILL)

    made = catalogue()
    made.systems.append(dying)
    return made


def dying_in_a_thought(number: int) -> ModelInProcess:
    """Return a model that kills the process when it is asked so often."""
    asked = 0

    def reply(request: ChatRequest) -> str:
        nonlocal asked
        asked += 1
        if asked == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return f"heard: {request.messages[-1].content}"

    return ModelInProcess(reply=reply)


async def main(path: Path, how: str, when: int) -> None:
    """Run until death."""
    made = dying_in_a_tick(when) if how == "tick" else catalogue()
    model = dying_in_a_thought(when) if how == "thought" else None
    file = card(3, 2, lock=True, ticks=TICKS, snapshot_ticks=5)
    async with world_stage(path, made, file, model=model, debug=False) as on:
        await on.session.run()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
