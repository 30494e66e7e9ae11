"""The first signal stops in an orderly way; afterwards signals do what they always do."""

import asyncio
import os
import signal

import pytest

from agentsh.cli.stopping import Stopping
from tests.support.patience import HANG_S


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_cancels_whoever_entered(number: signal.Signals) -> None:
    with Stopping() as stopping:
        os.kill(os.getpid(), number)
        with pytest.raises(asyncio.CancelledError):
            await asyncio.Event().wait()
        assert stopping.asked
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()


async def test_a_signal_does_what_was_said_last() -> None:
    stopped = asyncio.Event()
    with Stopping() as stopping:
        stopping.then(stopped.set)
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(stopped.wait(), HANG_S)


async def test_after_the_first_signal_the_second_is_python_s_own() -> None:
    stopped = asyncio.Event()
    with Stopping() as stopping:
        stopping.then(stopped.set)
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(stopped.wait(), HANG_S)
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
