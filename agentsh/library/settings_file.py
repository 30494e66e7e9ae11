"""One settings file: what it says, once that is known to be settings."""

from pathlib import Path

from pydantic import ValidationError

from agentsh.core.model import JsonObject
from agentsh.core.settings import Settings
from agentsh.library.complaints import first_error
from agentsh.library.toml_text import read_toml


def settings_in(path: Path) -> JsonObject:
    """Return what a settings file says; nothing when it is not there. Raises FileError that names the line."""
    if not path.exists():
        return {}
    values, places = read_toml(path)
    try:
        Settings.model_validate(values)
    except ValidationError as error:
        raise first_error(error, places, Settings) from None
    return values
