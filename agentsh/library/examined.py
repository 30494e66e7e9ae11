"""What models were found to be able to do, kept in the home."""

from pathlib import Path

from pydantic import ValidationError

from agentsh.core.errors import FileError
from agentsh.core.fitness import Fitness
from agentsh.core.model import Frozen
from agentsh.library.kept import keep
from agentsh.library.plain_file import read_plain


class _Kept(Frozen):
    """The file. Stored: never rename a field."""

    models: tuple[Fitness, ...] = ()


class Examined:
    """The results of one home, in one file."""

    def __init__(self, path: Path) -> None:
        """Read it; one that is not there holds nothing. Raises FileError when it holds something else."""
        self.path = path
        self._found = {(one.host, one.model): one for one in _read(path).models}

    def of(self, model: str, host: str) -> Fitness | None:
        """Return what was found of a model on a host; None: it was not examined."""
        return self._found.get((host, model))

    @property
    def all(self) -> tuple[Fitness, ...]:
        """Everything that was found, in the order in which it is kept."""
        return tuple(self._found.values())

    def keep(self, fitness: Fitness) -> None:
        """Keep a result in place of an older one of the same model. Raises UsageError when that cannot be."""
        self._found[fitness.host, fitness.model] = fitness
        keep(self.path, _Kept(models=self.all).model_dump_json(indent=2))


def _read(path: Path) -> _Kept:
    try:
        return _Kept.model_validate_json(read_plain(path))
    except FileNotFoundError:
        return _Kept()
    except ValidationError:
        hint = "Take the file away, then: agentsh models doctor MODEL"
        raise FileError(str(path), None, "this does not say what models can do", hint=hint) from None
