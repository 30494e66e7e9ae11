"""What a role knows of its team: the same for the whole session, so that prompts can begin with it."""

from functools import cached_property

from agentsh.core.cards import TeamFile
from agentsh.core.ids import RoleName
from agentsh.core.model import Frozen


class Colleague(Frozen):
    """Somebody of the team, as the others know them."""

    name: RoleName
    profile: str


class TeamFacts(Frozen):
    """The environment of a role."""

    name: str
    summary: str = ""
    setting: str = ""
    """Where the roles live, when it is a world."""
    colleagues: tuple[Colleague, ...] = ()
    """The whole team, in its order."""
    verify_command: str | None = None
    """The team's own way to verify the program, as an argv line."""
    variables: dict[str, str] = {}
    """What the user gave with --var."""

    @classmethod
    def of(cls, team: TeamFile, variables: dict[str, str] | None = None) -> "TeamFacts":
        """Return the facts of a team file."""
        cards = (team.roles[name] for name in team.team.roles)
        return cls(
            name=team.team.name,
            summary=team.team.summary,
            setting=team.team.setting,
            colleagues=tuple(Colleague(name=card.name, profile=card.profile) for card in cards),
            verify_command=team.team.verify_command,
            variables=variables or {},
        )

    def others(self, name: RoleName) -> tuple[Colleague, ...]:
        """Return everybody but `name`."""
        return tuple(colleague for colleague in self.colleagues if colleague.name != name)

    @cached_property
    def _places(self) -> dict[RoleName, int]:
        return {colleague.name: place for place, colleague in enumerate(self.colleagues)}

    @cached_property
    def _names(self) -> tuple[RoleName, ...]:
        return tuple(colleague.name for colleague in self.colleagues)

    def names_of_others(self, name: RoleName) -> list[RoleName]:
        """Return the names of everybody but `name`: made for each prompt, so it is a copy and no search."""
        place = self._places.get(name, len(self._names))
        return [*self._names[:place], *self._names[place + 1 :]]
