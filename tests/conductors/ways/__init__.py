"""Ways of working, one module each: a shipped team with what a model says to it, as `WAY`."""

import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

from agentsh.core.model import JsonObject


@dataclass(frozen=True)
class Way:
    """A team at work on a script.

    Attributes:
        team: its name.
        idea: what it is asked for.
        rules: of the model server, as tests.support.model_server knows them; the same prompt gets the same answer.
        exit_code: how it ends.
        published: causes of messages that are there in the end.
        files: the workspace in the end, among others.
        furnish: makes the project that it works in, in an empty folder; None: it gets a workspace of its own.
        person: what whoever plays a role answers, by a part of the question.
    """

    team: str
    idea: str
    rules: Sequence[JsonObject]
    exit_code: int = 0
    published: Sequence[str] = ()
    files: Sequence[str] = ()
    furnish: Callable[[Path], None] | None = None
    person: JsonObject = field(default_factory=dict)

    @property
    def command(self) -> str:
        """What somebody types for it, as docs/TEAMS.md shows it."""
        where = " --workspace DIR" if self.furnish is not None else ""
        return f'agentsh run "{self.idea}" --team {self.team}{where}'


def rule(role: str, match: str, **more: object) -> JsonObject:
    """Return what the model says to a role whose prompt begins with a match."""
    return {"system": f"^You are {role},", "match": match, **more}  # type: ignore[dict-item]


def all_ways() -> list[Way]:
    """Return the ways of every module here."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").WAY for name in names]
