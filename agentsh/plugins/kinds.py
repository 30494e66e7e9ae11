"""What a plugin registers where the thing itself does not say all that has to be known of it."""

from collections.abc import Callable
from dataclasses import dataclass

from agentsh.core.options.base import TeamOptions
from agentsh.core.settings import ModelSettings
from agentsh.engine.turns import Conductor
from agentsh.ports import Provider


@dataclass(frozen=True, slots=True)
class ConductorKind:
    """A way of working.

    Attributes:
        name: what team files call it: `conductor: NAME`.
        make: returns a new one for a session.
        options: its own keys in a team file.
    """

    name: str
    make: Callable[[], Conductor]
    options: type[TeamOptions] = TeamOptions


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A kind of model server.

    Attributes:
        name: what `--provider` calls it.
        open: returns one, given `--host` (None: it was not said) and the settings. It connects when it is asked.
        parallel: most calls under way at once; None: as the settings have it.
    """

    name: str
    open: Callable[[str | None, ModelSettings], Provider]
    parallel: int | None = None
