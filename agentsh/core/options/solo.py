"""One role that does it all needs no keys of its own: it watches the Boss."""

from typing import ClassVar

from agentsh.core.options.base import TeamOptions


class SoloOptions(TeamOptions):
    """Nothing beside the team's own keys."""

    by_watch: ClassVar[bool] = True
