"""Changes of files come by the batch, whoever makes them; what is ignored or protected is left out."""

import asyncio
from contextlib import aclosing
from pathlib import Path

from agentsh.workspace.watching import FolderWatcher
from tests.support.patience import HANG_S


async def test_changes_are_told_by_their_paths(tmp_path: Path) -> None:
    root = tmp_path.resolve()
    for folder in ("src", ".git", "node_modules"):
        (root / folder).mkdir()
    seen: set[str] = set()

    async def change() -> None:
        # The watcher says nothing when it is ready, so files are written until it has seen one.
        number = 0
        while True:
            for name in ("main.py", "src/deep.py", ".git/HEAD", "node_modules/x.js", "src/x.pyc"):
                (root / name).write_text(str(number))
            number += 1
            await asyncio.sleep(0.05)

    changing = asyncio.create_task(change())
    try:
        async with asyncio.timeout(HANG_S), aclosing(FolderWatcher(root).changes()) as batches:
            async for batch in batches:
                assert list(batch) == sorted(batch)
                seen.update(batch)
                if {"main.py", "src/deep.py"} <= seen:
                    break
    finally:
        changing.cancel()
    assert seen == {"main.py", "src/deep.py"}
