"""Pipes are read and written without holding up the loop, and closed exactly once."""

import asyncio
import os

from agentsh.sandbox.inlet import Inlet, Lines
from agentsh.sandbox.outlet import Outlet
from tests.support.patience import HANG_S


async def until(true: "asyncio.Event | None" = None, *, inlet: Inlet | None = None) -> None:
    """Wait for an event, or for an inlet to close."""
    async with asyncio.timeout(HANG_S):
        while not (true.is_set() if true else inlet and inlet.closed):
            await asyncio.sleep(0.001)


async def test_a_text_goes_through_and_the_pipe_is_closed() -> None:
    reading, writing = os.pipe()
    inlet = Inlet(reading, 10**7, lambda: None)
    Outlet(writing, "ü".encode() * 500_000)
    await until(inlet=inlet)
    assert inlet.text == "ü" * 500_000
    assert not inlet.cut


async def test_an_incomplete_character_at_the_end_is_shown_as_such() -> None:
    reading, writing = os.pipe()
    inlet = Inlet(reading, 100, lambda: None)
    os.write(writing, "aü".encode()[:-1])
    os.close(writing)
    await until(inlet=inlet)
    assert inlet.text == "a\ufffd"


async def test_a_flood_is_told_and_not_kept() -> None:
    reading, writing = os.pipe()
    flooded = asyncio.Event()
    inlet = Inlet(reading, 10, flooded.set)
    outlet = Outlet(writing, bytes(2 << 20))
    await until(flooded)
    assert len(inlet.text) == 10
    assert inlet.cut
    inlet.close()
    outlet.close()


async def test_lines_come_whole_however_they_are_cut() -> None:
    reading, writing = os.pipe()
    heard: list[bytes] = []
    closed = asyncio.Event()
    lines = Lines(reading, heard.append, closed.set)
    for piece in (b"fir", b"st\nsecond\nth", b"ird\n", b"no end"):
        os.write(writing, piece)
        await asyncio.sleep(0)
    os.close(writing)
    await until(closed)
    lines.close()
    assert heard == [b"first", b"second", b"third"]


async def test_a_reader_that_goes_away_ends_the_writing() -> None:
    reading, writing = os.pipe()
    outlet = Outlet(writing, bytes(10**6))
    os.close(reading)
    async with asyncio.timeout(HANG_S):
        while True:
            await asyncio.sleep(0.001)
            try:
                os.fstat(writing)
            except OSError:
                break
    outlet.close()
