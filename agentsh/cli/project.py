"""Where a command works: the home, its settings, its sessions and prompts, as the global options say."""

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING

import typer

from agentsh.cli.options import GlobalOptions
from agentsh.core.errors import AgentshError, UsageError

if TYPE_CHECKING:
    from agentsh.core.settings import Settings
    from agentsh.library.home import Home
    from agentsh.library.shelf import Shelf
    from agentsh.store.catalogue import SessionFiles
    from agentsh.wiring.kit import Kit


def home_of(context: typer.Context) -> "Home":
    """Return the home. Raises UsageError."""
    from agentsh.library.home import find_home

    return find_home(Path.cwd(), _global(context).home)


def project(context: typer.Context) -> tuple["Settings", "Home"]:
    """Return the settings that hold and the home. Raises UsageError; FileError."""
    from agentsh.library.config import load_settings

    home = home_of(context)
    named = _global(context).config
    if named is not None:
        home = replace(home, config=named.expanduser().absolute())
    config = home.config if named is not None or home.config.is_file() else None
    return load_settings(config=config, environ=os.environ), home


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
    """Return the prompts along the search path. Raises UsageError."""
    return kit_of(context).shelf()


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


def _global(context: typer.Context) -> GlobalOptions:
    found = context.find_object(GlobalOptions)
    return found or GlobalOptions()
