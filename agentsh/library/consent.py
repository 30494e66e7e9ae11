"""Whether the user has agreed to what a project's settings loosen; kept in his config folder, by path and content."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from agentsh.core.model import JsonObject
from agentsh.library.home import user_folder
from agentsh.library.loosening import divided, fingerprint
from agentsh.library.settings_file import settings_in
from agentsh.library.trusted import Standing, Trusted

CONSENT_FILE = "trusted-settings.json"
_HINT = "No settings of a project are trusted. Take the file away, then: agentsh config trust"
Agreement = Standing | Literal["free"]
"""free: nothing in the file needs anybody's trust."""


def agreement(path: Path, values: JsonObject) -> Agreement:
    """Return whether what this settings file says may hold as a whole. Raises FileError."""
    _, loose = divided(values)
    return _kept().standing(path.resolve(), fingerprint(values)) if loose else "free"


def agree(path: Path, values: JsonObject) -> None:
    """Trust a settings file as it was read. Raises FileError, or UsageError when that cannot be kept."""
    _kept().give({path.resolve(): fingerprint(values)})


def disagree(path: Path) -> None:
    """Trust a settings file no more. Raises FileError, or UsageError when that cannot be kept."""
    _kept().take([path.resolve()])


@contextmanager
def kept_as_it_was(path: Path) -> Iterator[bool]:
    """Give the user's own change of a settings file the trust that the file had; whether it had any is yielded.

    Raises:
        FileError: it is wrong, or what is trusted cannot be read.
    """
    held = agreement(path, settings_in(path)) in ("free", "trusted")
    yield held
    if held and agreement(path, after := settings_in(path)) != "free":
        agree(path, after)


def _kept() -> Trusted:
    return Trusted(user_folder() / CONSENT_FILE, hint=_HINT)
