"""Settings from agentsh.toml, the environment and the command line, the later over the earlier.

Read by hand rather than by pydantic-settings: its import takes longer than all else that `agentsh --help` does, and it
knows neither the file's line nor the variable's name when a value is wrong.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import JsonValue, ValidationError

from agentsh.core.errors import UsageError
from agentsh.core.model import JsonObject
from agentsh.core.settings import Settings
from agentsh.library.complaints import first_complaint
from agentsh.library.consent import Agreement, agreement
from agentsh.library.home import CONFIG_NAME, Home, user_folder
from agentsh.library.loosening import divided
from agentsh.library.places import clipped
from agentsh.library.settings_file import settings_in

if TYPE_CHECKING:
    from agentsh.core.events import Noticed

PREFIX = "AGENTSH_"


@dataclass(frozen=True)
class Reading:
    """A home's settings as they hold, and what of its file does not."""

    path: Path
    """The settings file; it need not be there."""
    values: JsonObject
    """What it says."""
    settings: Settings
    standing: Agreement
    left_out: JsonObject
    """By dotted name, what does not hold because its reader has not agreed to it."""

    @property
    def notice(self) -> "Noticed | None":
        """What a person should know of that; None: nothing is left out."""
        if not self.left_out:
            return None
        from agentsh.core.events import Noticed  # takes longer to load than all else of settings

        # Of long names, the author's choice too, none may push another out of the line.
        names = dict.fromkeys(clipped(name.partition('."')[0], 40) for name in self.left_out)
        are, them = ("are", "them") if len(names) > 1 else ("is", "it")
        why = "it has changed since you trusted it" if self.standing == "changed" else "you have not trusted it"
        message = f"{self.path}: {', '.join(names)} {are} left out: {why}"
        return Noticed(message=clipped(message), hint=f"Look at {them}, then: agentsh config trust")


def read_settings(home: Home, environ: Mapping[str, str] | None = None) -> Reading:
    """Return the settings that hold in a home: of a file that was come upon, what loosens only once it is trusted.

    What the user's own file denies and asks holds in every home.

    Raises:
        FileError: the file is wrong, or the user's own, or that of what is trusted; names the line.
        UsageError: a variable is wrong; names it.
    """
    values = settings_in(home.config)
    standing = "trusted" if home.own else agreement(home.config, values)
    strict, loose = divided(values) if standing in ("changed", "unknown") else (values, {})
    settings = _laid_together(strict, environ or {}, {})
    return Reading(home.config, values, _restrained(settings, home), standing, loose)


def _restrained(settings: Settings, home: Home) -> Settings:
    """Return settings with what the user denies and asks everywhere: no project takes that back by being there."""
    own = user_folder() / CONFIG_NAME
    if own == home.config or not own.is_file():
        return settings
    rules = Settings.model_validate(settings_in(own)).rules
    return settings.model_copy(update={"rules": settings.rules.restrained_by(rules)})


def load_settings(
    home: Path | None = None,
    config: Path | None = None,
    environ: Mapping[str, str] | None = None,
    flags: JsonObject | None = None,
) -> Settings:
    """Return the settings that hold where whoever asks has chosen the file.

    Args:
        home: the folder whose agentsh.toml is read, when there is one.
        config: the file to read instead; it has to be there.
        environ: variables such as AGENTSH_MODEL__HOST, or AGENTSH_RUN__BUDGET__MAX_TOKENS.
        flags: what the command line said, in the shape of Settings; None stands for what it did not say.

    Raises:
        FileError: the file is wrong; names the line.
        UsageError: `config` is not there, or a variable or a flag is wrong; names it.
    """
    return _laid_together(_from_file(home, config), environ or {}, flags or {})


def _laid_together(values: JsonObject, environ: Mapping[str, str], flags: JsonObject) -> Settings:
    for name, value in sorted(environ.items()):
        if place := _place_of(name):
            values = _laid_over(values, _nested(place, _plain_or_json(value)))
            _valid(values, f"the variable {name}")
    return _valid(_laid_over(values, flags), "the command line")


def _place_of(name: str) -> list[str]:
    """Return the setting that a variable names, from the top; empty when it names none."""
    if not name.startswith(PREFIX):
        return []
    place = name.removeprefix(PREFIX).lower().split("__")
    if len(place) == 1 and place[0] in Settings.model_fields:
        section = name.removeprefix(PREFIX)
        raise UsageError(f"the variable {name} names a group of settings", hint=f"Write: {PREFIX}{section}__NAME")
    return place if len(place) > 1 else []


def _plain_or_json(value: str) -> JsonValue:
    if value[:1] not in ("[", "{"):
        return value
    try:
        listed: JsonValue = json.loads(value)
    except (ValueError, RecursionError):
        return value
    return listed


def _nested(place: Sequence[str], value: JsonValue) -> JsonObject:
    for name in reversed(place):
        value = {name: value}
    return value if isinstance(value, dict) else {}


def _laid_over(below: JsonObject, above: JsonObject) -> JsonObject:
    """Return `below` with what `above` says; a None there says nothing."""
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        if isinstance(value, dict):
            merged[name] = _laid_over(old if isinstance(old, dict) else {}, value)
        elif value is not None:
            merged[name] = value
    return merged


def _valid(values: JsonObject, said_by: str) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        complaint = first_complaint(error, Settings)
        raise UsageError(f"{said_by}: {clipped(complaint.message)}", hint=complaint.hint) from None


def _from_file(home: Path | None, config: Path | None) -> JsonObject:
    if config is not None and not config.is_file():
        raise UsageError(f"there is no settings file {str(config)!r}", hint="Name another with --config.")
    path = config or (home / CONFIG_NAME if home is not None else None)
    return {} if path is None else settings_in(path)
