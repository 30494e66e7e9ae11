"""With which team and model a session was begun on the start page the last time, kept in the home."""

from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from agentsh.core.errors import FileError, UsageError
from agentsh.core.model import Frozen
from agentsh.library.kept import keep
from agentsh.library.plain_file import read_plain
from agentsh.tui.lobby import Begin

NAME = "start.json"


class LastChoice(Frozen):
    """What was chosen; None: what a session takes by itself."""

    team: str | None = None
    model: str | None = None
    demo: bool = False

    @classmethod
    def load(cls, home: Path) -> "LastChoice":
        """Return what was chosen; nothing when that is not known, or cannot be read."""
        try:
            return cls.model_validate_json(read_plain(home / NAME, follow=False))
        except (FileNotFoundError, FileError, ValidationError):
            return cls()

    @classmethod
    def of(cls, begun: Begin) -> "LastChoice":
        """Return what `begun` was begun with."""
        return cls(team=begun.team, model=begun.model, demo=begun.demo)

    def save(self, home: Path) -> None:
        """Keep it. A home that cannot be written remembers nothing, and that is no error."""
        with suppress(UsageError):
            keep(home / NAME, self.model_dump_json())
