"""Sees files change, whoever changes them: the editor of the person, a program, or the team itself."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

from agentsh.core.errors import UnsafePath
from agentsh.workspace.ignore import ALWAYS, Ignore
from agentsh.workspace.paths import check_path

DEBOUNCE_MS = 200
"""Changes that follow each other this closely come in one batch."""
STEP_MS = 50
MOST_PATHS = 500
"""Of a larger batch, such as a checkout, only so many are told."""


class FolderWatcher:
    """Fulfils ports.Watcher for a folder of this machine, by the system's own notices."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._ignore = Ignore().and_file("", ALWAYS)

    async def changes(self) -> AsyncGenerator[tuple[str, ...], None]:
        """Yield paths that changed, sorted; what is ignored, protected or outside is left out."""
        # The watcher is native code: only a session that somebody watches needs it.
        from watchfiles import awatch

        batches = awatch(
            self._root,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            recursive=True,
            ignore_permission_denied=True,
        )
        async with aclosing(batches):
            async for batch in batches:
                paths = sorted({path for _, name in batch if (path := self._relative(name)) is not None})
                if paths:
                    yield tuple(paths[:MOST_PATHS])

    def _relative(self, name: str) -> str | None:
        try:
            path = check_path(Path(name).relative_to(self._root).as_posix())
        except (UnsafePath, ValueError):
            return None
        folders = path.split("/")[:-1]
        inside = ("/".join(folders[:count]) for count in range(1, len(folders) + 1))
        if any(self._ignore.ignores(folder, is_folder=True) for folder in inside):
            return None
        return None if self._ignore.ignores(path, is_folder=False) or (self._root / path).is_dir() else path
