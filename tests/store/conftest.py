"""A session file of its own for each test, and journals that are closed at the end of it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from agentsh.store.journal import SqliteJournal

Opener = Callable[..., Awaitable[SqliteJournal]]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sessions" / "game.db"


@pytest.fixture
async def opened() -> AsyncIterator[Opener]:
    """Open journals that are closed when the test ends."""
    async with AsyncExitStack() as stack:

        async def open_journal(path: Path, *, create: bool = True, **options: object) -> SqliteJournal:
            journal = await SqliteJournal.open(path, create=create, **options)  # type: ignore[arg-type]
            stack.push_async_callback(journal.aclose)
            return journal

        yield open_journal


@pytest.fixture
async def journal(path: Path, opened: Opener) -> SqliteJournal:
    return await opened(path)
