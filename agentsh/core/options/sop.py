"""The standard operating procedure needs no keys: who watches what says it all."""

from typing import ClassVar

from agentsh.core.options.base import TeamOptions


class SopOptions(TeamOptions):
    """Nothing beside the team's own keys."""

    by_watch: ClassVar[bool] = True
