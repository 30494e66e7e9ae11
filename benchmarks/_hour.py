"""An hour of a busy team in the app, as fast as it goes: a process of `tui_memory`. All panes are open.

Four roles write 50 tokens a second each, do a step every two seconds and say something every ten.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from agentsh.cli.lobby import HomeLobby
from agentsh.core import events as e
from agentsh.core.chat import PullProgress
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.settings import Settings
from agentsh.library.home import find_home
from agentsh.session.facade import Session
from agentsh.tui.app import Shell
from agentsh.tui.lobby import Reopen, Wanted
from benchmarks._long_session import ROLES, TEXT, said
from benchmarks._terminal import resident_mb

HOUR_S = 3_600
SLICE_S = 300
PIECES_A_S = 4
PIECE = "The board is a pure function of its state, and **nothing** else is drawn. "
STEP_EVERY_S = 2
SAID_EVERY_S = 10
MOST_WAITING = 2_000
SAMPLES = "samples.json"
OVER = "the hour is over"
"""What is said at the end."""


def second(number: int) -> Iterator[e.Event | e.Delta]:
    """Yield what happens in one second of the hour."""
    turn, place = divmod(number, SAID_EVERY_S)
    for role in ROLES:
        reaction = ReactionId(f"{role}:{turn}")
        for _ in range(PIECES_A_S):
            yield e.Delta(role=role, reaction=reaction, ordinal=0, kind="text", text=PIECE)
        if place == 0:
            yield e.ReactionStarted(role=role, reaction=reaction, observed=())
        if place % STEP_EVERY_S == 0:
            yield from _step(role, reaction, place + 1)
        if place == SAID_EVERY_S - 1:
            yield said(turn * len(ROLES) + ROLES.index(role))
            yield e.ReactionFinished(role=role, reaction=reaction)


def _step(role: RoleName, reaction: ReactionId, ordinal: int) -> Iterator[e.Event]:
    step = {"reaction": reaction, "role": role, "ordinal": ordinal, "step": "read", "request_hash": "00"}
    yield e.StepStarted.model_validate({**step, "request": {"paths": ["main.py"]}})
    yield e.StepFinished.model_validate({**step, "result": {"main.py": TEXT}, "seconds": 0.1})


async def _hour(session: Session, app: Shell, samples: Path) -> None:
    """Let it pass; the memory after each slice of it goes into a file."""
    screen = app.session_screen
    assert screen is not None
    log, feed, found = session._desk.log, screen._feed, [resident_mb()]
    screen.look.show_text(TEXT * 20, "board.md", "markdown")
    for number in range(HOUR_S):
        for item in second(number):
            if isinstance(item, e.Delta):
                log.show(item)
            else:
                log.submit(item)
        await log.settle()
        while feed.waiting > MOST_WAITING:
            await asyncio.sleep(0.01)
        if (number + 1) % SLICE_S == 0:
            while feed.waiting:
                await asyncio.sleep(0.1)
            found.append(resident_mb())
    samples.write_text(json.dumps(found))
    app.exit()


class _Busy(HomeLobby):
    def open(self, wanted: Wanted, progress: Callable[[PullProgress], None]) -> AbstractAsyncContextManager[Session]:
        return self._busy(super().open(wanted, progress))

    @asynccontextmanager
    async def _busy(self, opening: AbstractAsyncContextManager[Session]) -> AsyncIterator[Session]:
        async with opening as session:
            tasks: list[asyncio.Task[None]] = []
            asyncio.get_running_loop().call_later(1.0, lambda: tasks.append(asyncio.create_task(self._go(session))))
            yield session
            for task in tasks:
                task.cancel()

    async def _go(self, session: Session) -> None:
        await _hour(session, app, HOME / SAMPLES)


if __name__ == "__main__":
    HOME = Path(sys.argv[1])
    app = Shell(lambda: _Busy(Settings(), find_home(HOME, HOME)), Reopen(sys.argv[2]))
    app.run()
    print(OVER)
