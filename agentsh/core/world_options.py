"""What one `agentsh world run` was asked to do."""

from pydantic import Field

from agentsh.core.settings import RunOptions


class WorldOptions(RunOptions):
    """A run with a world in it: alone, or beside a team that works on an idea."""

    world: str = Field(min_length=1)
    """Name of the world."""
    ticks: int | None = Field(default=None, ge=1)
    """After so many it ends; None: as its file says."""
    ticks_per_second: float | None = Field(default=None, gt=0)
    """How fast, for people to watch; None: as its file says."""
