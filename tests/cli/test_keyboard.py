"""Lines from a terminal arrive whole, and waiting for them blocks nothing."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from agentsh.cli.keyboard import Keyboard


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


async def test_lines_come_whole_however_they_are_cut(pipe: tuple[int, int]) -> None:
    keyboard = Keyboard(pipe[0])
    os.write(pipe[1], "grün\r\nzwei\ndr".encode())
    assert await keyboard.line() == "grün"
    assert await keyboard.line() == "zwei"
    os.write(pipe[1], b"ei\n")
    assert await keyboard.line() == "drei"


async def test_what_stands_before_the_end_is_the_last_line(pipe: tuple[int, int]) -> None:
    keyboard = Keyboard(pipe[0])
    os.write(pipe[1], b"last")
    os.close(pipe[1])
    assert await keyboard.line() == "last"
    assert await keyboard.line() is None


async def test_waiting_blocks_nothing_and_can_be_cancelled(pipe: tuple[int, int]) -> None:
    keyboard = Keyboard(pipe[0])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await keyboard.line()
    os.write(pipe[1], b"later\n")
    assert await keyboard.line() == "later"
