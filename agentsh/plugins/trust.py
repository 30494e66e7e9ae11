"""Which plugins of projects the user has looked at."""

from collections.abc import Iterable
from pathlib import Path

from agentsh.library.trusted import Standing, Trusted
from agentsh.plugins.sources import PluginFile

_HINT = "No plugin of a project runs. Take the file away, then: agentsh plugins trust"


class Trust:
    """What is trusted, in one file of the user's config folder."""

    def __init__(self, path: Path) -> None:
        """Read it. Raises FileError when it holds something else."""
        self._kept = Trusted(path, hint=_HINT)

    def standing(self, file: PluginFile) -> Standing:
        """Return whether these very bytes may run."""
        return "trusted" if file.own else self._kept.standing(file.path, file.digest)

    def give(self, files: Iterable[PluginFile]) -> None:
        """Trust these files as they were read. Raises UsageError when that cannot be kept."""
        self._kept.give({file.path: file.digest for file in files})

    def take(self, files: Iterable[PluginFile]) -> None:
        """Trust these no more. Raises UsageError when that cannot be kept."""
        self._kept.take(file.path for file in files)
