"""Where a command works: the home, its settings, its sessions and prompts, as the global options say."""

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import typer

from agentsh.cli import printing
from agentsh.cli.global_options import GlobalOptions
from agentsh.core.errors import AgentshError, UsageError

if TYPE_CHECKING:
    from agentsh.core.settings import Settings
    from agentsh.library.config import Reading
    from agentsh.library.home import Home
    from agentsh.library.shelf import Shelf
    from agentsh.store.catalogue import SessionFiles
    from agentsh.wiring.kit import Kit

Asked = typer.Context | GlobalOptions
"""Names home and settings: a command, or what was said before it."""


def home_of(context: Asked) -> "Home":
    """Return the home, with the settings file that was named. Raises UsageError."""
    from agentsh.library.home import find_home

    said = _global(context)
    home = find_home(Path.cwd(), said.home)
    if said.config is None:
        return home
    if not (config := said.config.expanduser().absolute()).is_file():
        raise UsageError(f"there is no settings file {str(config)!r}", hint="Name another with --config.")
    return replace(home, config=config, own=True)


def project(context: Asked, *, tell: bool = True) -> tuple["Settings", "Home"]:
    """Return the settings that hold and the home.

    Args:
        context: names them.
        tell: whether to say here which settings were left out; a session that is opened says so itself.

    Raises:
        UsageError, FileError: as `reading_of`.
    """
    reading, home = reading_of(context)
    if tell:
        tell_left_out(reading)
    return reading.settings, home


def reading_of(context: Asked) -> tuple["Reading", "Home"]:
    """Return the settings, with what of their file does not hold, and the home.

    Raises:
        UsageError: the settings file that was named is not there, or a variable is wrong.
        FileError: the settings file is wrong.
    """
    from agentsh.library.config import read_settings

    home = home_of(context)
    return read_settings(home, os.environ), home


def tell_left_out(reading: "Reading") -> None:
    """Say on stderr which settings do not hold, and what to do; nothing where all do."""
    if (notice := reading.notice) is not None:
        printing.note(f"{notice.message}\n  {notice.hint}")


def sessions_of(context: typer.Context) -> "SessionFiles":
    """Return the home's sessions. Raises UsageError."""
    from agentsh.store.catalogue import SessionFiles

    return SessionFiles(home_of(context).sessions)


def existing_session(context: typer.Context, name: str) -> Path:
    """Return the file of a session. Raises UsageError when there is none of this name."""
    from agentsh.library.places import nearest

    files = sessions_of(context)
    path = files.path(name)
    if not path.exists():
        others = files.names()
        hint = nearest(name, others) if others else 'Begin one: agentsh run "…"'
        raise UsageError(f"there is no session {name!r} in {str(files.folder)!r}", hint=hint)
    return path


def shelf_of(context: typer.Context) -> "Shelf":
    """Return the prompts along the search path; servers of tools that are left out are told. Raises UsageError."""
    kit = kit_of(context)
    tell_left_out(kit.reading)
    return kit.shelf()


def kit_of(context: typer.Context) -> "Kit":
    """Return what the home has to work with, plugins included. Raises UsageError."""
    from agentsh.wiring.kit import Kit

    return Kit(home_of(context))


def crash_folder(arguments: Sequence[str]) -> Path:
    """Return where a crash file goes: below the home, as far as that can still be found out."""
    from agentsh.library.home import find_home

    explicit = next((Path(value) for word, value in pairwise(arguments) if word == "--home"), None)
    try:
        return find_home(Path.cwd(), explicit).root / "crashes"
    except (AgentshError, OSError):
        return Path(gettempdir()) / f"agentsh-crashes-{os.getuid()}"


def _global(context: Asked) -> GlobalOptions:
    found = context if isinstance(context, GlobalOptions) else context.find_object(GlobalOptions)
    return found or GlobalOptions()
