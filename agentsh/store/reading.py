"""A session's file to be read while whoever has it goes on: nothing is locked, and nothing can be written."""

from collections.abc import Sequence
from pathlib import Path

from agentsh.core.errors import StoreError
from agentsh.core.events import Recorded
from agentsh.core.ids import MessageId
from agentsh.core.messages import Message
from agentsh.store.messages import Messages
from agentsh.store.reader import Reader


class SessionReader:
    """Fulfils `ports.History`."""

    def __init__(self, path: Path) -> None:
        """Read the session at `path`. Raises StoreError when there is no such file."""
        if not path.is_file():
            raise StoreError(f"there is no session file {str(path)!r}")
        self._reader = Reader(path)

    async def read(self, after: int = 0, limit: int | None = None, *, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return events with seq > `after`, oldest first, at most `limit`, of these kinds; none named: of all."""
        if kinds:
            return await self._reader.run(lambda records: records.of_kinds(kinds, after, limit))
        return await self._reader.run(lambda records: records.after(after, limit))

    async def message(self, id: MessageId) -> Message | None:
        """Return one message."""
        return await self._reader.run(lambda records: Messages(records).one(id))

    def close(self) -> None:
        """Close the file; blocks, so it is not for the event loop."""
        self._reader.close()
