"""What a conductor keeps in mind, read as what it is: the same conduct is read once."""

from typing import Generic, TypeVar

from agentsh.core.model import Frozen, JsonObject
from agentsh.core.plans import Tasks
from agentsh.engine.state import Conduct

Memory = TypeVar("Memory", bound=Frozen)


class Mind(Generic[Memory]):
    """Reads and writes the memory of one conductor."""

    def __init__(self, model: type[Memory]) -> None:
        self._model = model
        self._stored: JsonObject | None = None
        self._memory: Memory | None = None

    def recall(self, conduct: Conduct) -> Memory:
        """Return what is kept in mind."""
        if self._memory is None or self._stored is not conduct.memory:
            self._stored, self._memory = conduct.memory, self._model.model_validate(conduct.memory)
        return self._memory

    def keep(self, memory: Memory, progress: str = "", tasks: Tasks = ()) -> Conduct:
        """Return the conduct that keeps this in mind."""
        conduct = Conduct(memory=memory.model_dump(mode="json"), progress=progress, tasks=tasks)
        self._stored, self._memory = conduct.memory, memory
        return conduct
