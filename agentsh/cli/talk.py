"""Runs the line shell: finds out where the person sits, lets signals end it in order, and says how to go on."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

from agentsh.cli import printing
from agentsh.cli.keyboard import Keyboard
from agentsh.commands.context import Context
from agentsh.commands.history import History
from agentsh.core.cards import BudgetCard, ReviewMode
from agentsh.core.chat import PullProgress
from agentsh.core.errors import ExitCode
from agentsh.core.ids import RoleName
from agentsh.core.model import Frozen
from agentsh.core.settings import ResumeOptions, RunOptions, Settings
from agentsh.core.world_options import WorldOptions
from agentsh.library.home import Home
from agentsh.repl.front import Front
from agentsh.repl.house import Begin, House, Progress, Wanted
from agentsh.repl.shell import Shell
from agentsh.repl.written import Written
from agentsh.session.facade import Session
from agentsh.wiring import open_provider, reopened, started
from agentsh.wiring.kit import Kit
from agentsh.wiring.outside import Surroundings


class RunManner(Frozen):
    """How sessions are begun and gone on with: what the flags say."""

    team: str | None = None
    model: str | None = None
    host: str | None = None
    provider: str | None = None
    workspace: str | None = None
    humans: tuple[RoleName, ...] = ()
    reviews: dict[str, ReviewMode] = {}
    approve: str | None = None
    budget: BudgetCard = BudgetCard()
    seed: int | None = None

    def begins(self, wanted: Begin) -> RunOptions:
        """Return what a new session is asked for."""
        options = RunOptions(
            idea=wanted.idea,
            team=wanted.team or self.team,
            provider="local" if wanted.demo else self.provider,
            model=None if wanted.demo else self.model,
            host=None if wanted.demo else self.host,
            workspace=self.workspace,
            humans=self.humans,
            reviews=self.reviews,
            approve=self.approve,
            budget=self.budget,
            seed=self.seed,
        )
        if wanted.world is None:
            return options
        return WorldOptions(**dict(options) | {"team": None, "world": wanted.world})

    def resumes(self) -> ResumeOptions:
        """Return what a session is to do otherwise than before."""
        return ResumeOptions(approve=self.approve, model=self.model, host=self.host, budget=self.budget)


def house_of(settings: Settings, home: Home, manner: RunManner) -> House:
    """Return what the line shell needs of one home."""

    def opening(wanted: Wanted, progress: Progress) -> AbstractAsyncContextManager[Session]:
        if isinstance(wanted, Begin):
            return started(manner.begins(wanted), settings, home, terminal=True, progress=progress)
        asked = manner.resumes().model_copy(update={"back_to": wanted.back_to})
        return reopened(wanted.name, asked, settings, home, terminal=True, progress=progress)

    async def pull(model: str) -> AsyncIterator[PullProgress]:
        async with open_provider(settings, host=manner.host, provider=manner.provider) as provider:
            async for progress in provider.pull(model):
                yield progress

    return House(
        context=Context(Surroundings(home, settings), Kit(home).commands()),
        open=opening,
        pull=pull,
        history=History(home.root / "history"),
    )


def talk(house: House, wanted: Wanted | None, *, plain: bool, verbose: bool) -> ExitCode:
    """Run the shell until the person leaves or the input ends; return the exit code."""
    try:
        return asyncio.run(_talk(house, wanted, plain=plain, verbose=verbose))
    except printing.ReaderGone:
        return ExitCode.INTERRUPTED


async def _talk(house: House, wanted: Wanted | None, *, plain: bool, verbose: bool) -> ExitCode:
    front = _front(house, plain=plain, verbose=verbose)
    shell = Shell(house, front)
    with _signals(shell):
        code = await shell.run(wanted)
    if shell.last_session is not None:
        printing.note(f"Type: agentsh chat {shlex.quote(shell.last_session)}")
    return code


def _front(house: House, *, plain: bool, verbose: bool) -> Front:
    typing = sys.stdin.isatty()
    if plain or not (typing and sys.stdout.isatty()) or os.environ.get("TERM", "dumb") == "dumb":
        return Written(Keyboard(), printing.say, patient=typing, verbose=verbose)
    from agentsh.repl.screen import Screen
    from agentsh.repl.terminal import typed_ahead

    return Screen(house.history, ahead=typed_ahead(sys.stdin.fileno()))


@contextmanager
def _signals(shell: Shell) -> Iterator[None]:
    """Let ctrl+c do what it does as a key, and whatever else ends a process end the session in order."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, shell.cancel)
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, shell.leave, ExitCode.INTERRUPTED)
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)
