"""Finds actions, roles and teams along the search path, and reads a team with everything that it refers to."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Literal

from agentsh.core.cards import ActionCard, RoleCard, TeamCard, TeamFile
from agentsh.core.errors import FileError, UsageError
from agentsh.core.ids import BOSS, ActionName, RoleName
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.options.base import Reference
from agentsh.core.options.registry import SHIPPED, OptionsByConductor
from agentsh.core.tools import SHIPPED as SHIPPED_TOOLS
from agentsh.library.checks import Finding, TeamParts, check_parts, planning, references
from agentsh.library.output_types import FindModel, no_models
from agentsh.library.places import Place, Places, nearest
from agentsh.library.reading import NAME, CardFile, read_action, read_role, read_team
from agentsh.library.templates import PromptRenderer

Kind = Literal["action", "role", "team", "world"]
_Named = tuple[Places, Place, ActionName]
"""Who names an action, where, and which."""
_ROLE_ENTRY = re.compile(r"(?P<file>\S+)(?:\s+as\s+(?P<name>\S+))?")


class TeamEntry(Frozen):
    """A team as a list of teams shows it."""

    name: str
    summary: str = ""
    conductor: str = ""
    roles: tuple[str, ...] = ()
    source: str
    """The file."""
    problem: str = ""
    """Why it cannot be read, when it cannot."""


class Shelf:
    """The prompts of a search path: of two files with one name the one in the earlier folder counts."""

    def __init__(
        self,
        folders: Sequence[Path],
        options: OptionsByConductor = SHIPPED,
        tools: Collection[str] = SHIPPED_TOOLS,
        models: FindModel = no_models,
    ) -> None:
        """Read from folders.

        Args:
            folders: each with actions/, roles/ and teams/ in it; a missing folder is empty.
            options: the keys of each conductor that there is.
            tools: names of the tools that there are.
            models: finds the shapes of plugins' models, which outputs may be.
        """
        self.folders = tuple(folders)
        self._options = options
        self._tools = tools
        self._models = models
        self.renderer = PromptRenderer(self.folders)

    def team(self, name: str) -> TeamFile:
        """Return a team, read and cross-checked.

        Raises:
            UsageError: there is no team of that name.
            FileError: one of its files is wrong.
        """
        parts, findings = self._gather(name)
        wrong = next((finding for finding in findings if finding.severity == "error"), None)
        if parts is None or wrong is not None:
            raise (wrong or findings[0]).as_error()
        team = parts.team.card.model_copy(update={"roles": tuple(parts.roles)})
        return TeamFile(
            team=team,
            roles={name: file.card for name, file in parts.roles.items()},
            actions={name: file.card for name, file in parts.actions.items()},
            teams={name: file.card for name, file in parts.teams.items()},
        )

    def check_team(self, name: str) -> tuple[Finding, ...]:
        """Return all that is wrong or odd with a team's files, errors first. Raises UsageError."""
        findings = self._gather(name)[1]
        return tuple(sorted(findings, key=lambda finding: finding.severity != "error"))

    def role(self, name: str) -> RoleCard:
        """Return a role. Raises UsageError; FileError."""
        return read_role(self.file("role", name)).card

    def action(self, name: str) -> ActionCard:
        """Return an action. Raises UsageError; FileError."""
        return self.action_file(name).card

    def action_file(self, name: str) -> CardFile[ActionCard]:
        """Return an action, and where in its file what stands. Raises UsageError; FileError."""
        return read_action(self.file("action", name), self._models)

    def over(self, *folders: Path) -> "Shelf":
        """Return a shelf on which the files of `folders` come first."""
        return Shelf((*folders, *self.folders), self._options, self._tools, self._models)

    def list_teams(self) -> list[TeamEntry]:
        """Return all teams by name, also those that cannot be read, with the reason."""
        return [_entry(name, path, self._options) for name, path in sorted(self.paths("team").items())]

    def paths(self, kind: Kind) -> dict[str, Path]:
        """Return the file of each name of a kind."""
        found: dict[str, Path] = {}
        for folder in self.folders:
            for path in sorted((folder / f"{kind}s").glob("*.md")):
                if NAME.fullmatch(path.stem):
                    found.setdefault(path.stem, path)
        return found

    def find(self, kind: Kind, name: str) -> Path | None:
        """Return the file that `name` stands for; None: there is none."""
        if not NAME.fullmatch(name):
            return None
        places = (folder / f"{kind}s" / f"{name}.md" for folder in self.folders)
        return next((path for path in places if path.exists()), None)

    def file(self, kind: Kind, name: str) -> Path:
        """Return the file of a name; raises UsageError with the nearest when there is none."""
        if (path := self.find(kind, name)) is None:
            raise UsageError(f"there is no {kind} {name!r}", hint=nearest(name, self.paths(kind)))
        return path

    def _gather(self, name: str) -> tuple[TeamParts | None, list[Finding]]:
        path = self.file("team", name)
        try:
            team = read_team(path, self._options)
        except FileError as error:
            return None, [Finding.of(error)]
        parts = TeamParts(team, options=self._options, tools=self._tools, known_actions=self.paths("action"))
        findings = [
            *self._gather_teams(parts),
            *self._gather_roles(team, parts),
            *(found for inner in parts.teams.values() for found in self._gather_roles(inner, parts)),
            *self._gather_actions(parts),
        ]
        if not findings:
            findings = list(dict.fromkeys(check_parts(parts, self.renderer)))
        return parts, findings

    def _gather_teams(self, parts: TeamParts) -> Iterator[Finding]:
        """Read the teams within the team, and those within them."""
        waiting = [parts.team]
        while waiting:
            team = waiting.pop(0)
            for named in references(team, self._options, "team"):
                if named.name in parts.teams or named.name == parts.team.card.name:
                    continue
                try:
                    inner = self._team_of(team.places, named)
                except FileError as error:
                    yield Finding.of(error)
                else:
                    parts.teams[named.name] = inner
                    waiting.append(inner)

    def _team_of(self, places: Places, named: Reference) -> CardFile[TeamCard]:
        if (path := self.find("team", named.name)) is None:
            message = f"there is no team {named.name!r}"
            raise places.error(named.place, message, nearest(named.name, self.paths("team")))
        return read_team(path, self._options)

    def _gather_roles(self, team: CardFile[TeamCard], parts: TeamParts) -> Iterator[Finding]:
        own: list[RoleName] = []
        for index, entry in enumerate(team.card.roles):
            try:
                role = self._role_of(entry, ("roles", index), team, parts)
                if role.card.name in own:
                    raise _twice(team.places, ("roles", index), role.card.name)
            except FileError as error:
                yield Finding.of(error)
            else:
                own.append(role.card.name)
                parts.roles[role.card.name] = role
        if team is not parts.team:
            parts.teams[team.card.name] = CardFile(team.card.model_copy(update={"roles": tuple(own)}), team.front)

    def _role_of(self, entry: str, place: Place, team: CardFile[TeamCard], parts: TeamParts) -> CardFile[RoleCard]:
        places = team.places
        found = _ROLE_ENTRY.fullmatch(entry.strip())
        if found is None:
            raise places.error(place, f"{entry!r} names no role", "Write: engineer, or: engineer as alice")
        name = found["name"] or found["file"]
        if name == BOSS or (found["name"] and not NAME.fullmatch(name)):
            raise places.error(place, f"{name!r} is no name for a role", "Use a-z, 0-9, _ and -, a letter first.")
        if (path := self.find("role", found["file"])) is None:
            raise places.error(place, f"there is no role {found['file']!r}", nearest(found["file"], self.paths("role")))
        role = read_role(path)
        there = parts.roles.get(RoleName(name))
        if there is not None and there.front.path != role.front.path:
            raise _twice(places, place, name)
        return CardFile(role.card.model_copy(update={"name": RoleName(name)} | self._unwatched(role, team)), role.front)

    def _unwatched(self, role: CardFile[RoleCard], team: CardFile[TeamCard]) -> JsonObject:
        """Return that a role watches nothing, where the conductor says who does what and the role's file is silent."""
        model = self._options.get(team.card.conductor)
        if model is None or model.by_watch or "watch" in role.front.fields:
            return {}
        return {"watch": {}}

    def _gather_actions(self, parts: TeamParts) -> Iterator[Finding]:
        waiting: list[_Named] = [
            (file.places, ("actions", index), action)
            for file in parts.roles.values()
            for index, action in enumerate(file.card.actions)
        ]
        for file in parts.roles.values():
            waiting += [(file.places, ("react",), action) for action in planning(file.card)]
        for team in (parts.team, *parts.teams.values()):
            wanted = references(team, self._options, "action")
            waiting += [(team.places, named.place, ActionName(named.name)) for named in wanted]
        broken: set[ActionName] = set()
        while waiting:
            places, place, name = waiting.pop(0)
            if name in parts.actions or name in broken:
                continue
            try:
                parts.actions[name] = self._action_of(places, place, name)
            except FileError as error:
                broken.add(name)
                yield Finding.of(error)
            else:
                waiting += _named_actions(parts.actions[name])

    def _action_of(self, places: Places, place: Place, name: ActionName) -> CardFile[ActionCard]:
        if (path := self.find("action", name)) is None:
            raise places.error(place, f"there is no action {name!r}", nearest(name, self.paths("action")))
        return read_action(path, self._models)


def _twice(places: Places, place: Place, name: str) -> FileError:
    return places.error(place, f"two roles are called {name!r}", "Write for one of them: file as another_name")


def _named_actions(file: CardFile[ActionCard]) -> list[_Named]:
    """Return the actions that an action uses, and where it names them."""
    card = file.card
    found: list[_Named] = []
    if card.review is not None:
        found.append((file.places, ("review", "action"), card.review.action))
    if card.repeat is not None:
        found.append((file.places, ("repeat", "back_to"), card.repeat.back_to))
    return found


def _entry(name: str, path: Path, options: OptionsByConductor) -> TeamEntry:
    try:
        card = read_team(path, options).card
    except FileError as error:
        return TeamEntry(name=name, source=str(path), problem=str(error))
    roles = tuple(entry.split()[-1] for entry in card.roles if entry.split())
    return TeamEntry(name=name, summary=card.summary, conductor=card.conductor, roles=roles, source=str(path))
