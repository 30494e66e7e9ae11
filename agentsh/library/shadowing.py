"""Prompts of a project that stand in the place of what ships: told, since whoever made the project wrote them."""

from collections.abc import Iterable
from pathlib import Path

from agentsh.core.cards import TeamFile
from agentsh.core.errors import FileError
from agentsh.library.plain_file import read_plain

_PARTS = "parts"
"""Pieces of prompts: which of them a prompt takes is seen only when it is filled."""


def sources_of(team: TeamFile) -> list[str]:
    """Return the files that a team was read from."""
    teams = [card.source for card in (team.team, *team.teams.values())]
    roles = [card.source for card in team.roles.values()]
    return [*teams, *roles, *(card.source for card in team.actions.values())]


def shadowing(sources: Iterable[str], own: Path, shipped: Path) -> list[str]:
    """Return what of `own` says something else than the file of its name that ships, as `role engineer`, in order.

    Args:
        sources: files that a session was read from; those elsewhere are left out.
        own: a project's prompts.
        shipped: the prompts that come with agentsh.
    """
    paths = [path for path in map(Path, sources) if path.parent.parent == own]
    there = dict.fromkeys([*paths, *sorted((own / _PARTS).glob("*.md"))])
    return [_named(path) for path in there if _differs(path, shipped / path.parent.name / path.name)]


def names_in(folder: Path) -> dict[str, Path]:
    """Return each prompt of a folder, as `role engineer`, with its file."""
    return {_named(path): path for path in sorted(folder.glob("*/*.md"))}


def _named(path: Path) -> str:
    return f"{path.parent.name.removesuffix('s')} {path.stem}"


def _differs(path: Path, other: Path) -> bool:
    """Whether both are there and say different things; what cannot be read is told by whoever reads it for a prompt."""
    try:
        return read_plain(other) != read_plain(path)
    except (FileNotFoundError, FileError):
        return False
