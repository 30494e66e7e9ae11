"""The trials along the search path: what a model is asked in order to know what it can do."""

from pathlib import Path

from pydantic import ValidationError

from agentsh.core.fitness import TrialCard
from agentsh.core.model import JsonObject
from agentsh.library.complaints import first_error
from agentsh.library.front import read_front
from agentsh.library.output_types import output_schema
from agentsh.library.reading import check_name
from agentsh.library.shelf import Shelf


def trials_of(shelf: Shelf) -> tuple[TrialCard, ...]:
    """Return every trial by name; of two of one name the one in the earlier folder counts. Raises FileError."""
    found: dict[str, Path] = {}
    for folder in shelf.folders:
        for path in sorted((folder / "trials").glob("*.md")):
            found.setdefault(path.stem, path)
    return tuple(read_trial(found[name]) for name in sorted(found))


def read_trial(path: Path) -> TrialCard:
    """Return the trial in a file; its body is the prompt. Raises FileError."""
    front = read_front(path)
    check_name(front, path.stem)
    fields: JsonObject = dict(front.fields) | {"prompt": front.body, "source": str(path)}
    if fields.get("output") is not None:
        fields["output"] = output_schema(fields["output"], front.places)
    try:
        return TrialCard.model_validate(fields)
    except ValidationError as error:
        raise first_error(error, front.places, TrialCard) from None
