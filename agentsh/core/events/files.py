"""What happens to the files of the workspace."""

from typing import Literal

from agentsh.core.files import FileChange
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.model import Frozen


class FileChanged(Frozen):
    """A file of the workspace changed, and is kept under a commit when a role wrote it.

    The role is the Boss when it changed by hand, or by a program that the team did not run.
    """

    kind: Literal["file.changed"] = "file.changed"
    role: RoleName
    reaction: ReactionId | None = None
    file: FileChange
    commit: str | None = None
    ran: bool = False
    """Whether code that was run did it: then there is nothing new to verify."""
    digest: str = ""
    """Of its text now (`core.canonical.digest`); empty: not known, or no text."""


class FileConflict(Frozen):
    """A role wrote a file that had changed by hand since it last read it; one of the two versions was kept."""

    kind: Literal["file.conflict"] = "file.conflict"
    role: RoleName
    reaction: ReactionId
    path: str
    kept: Literal["hand", "role"]
