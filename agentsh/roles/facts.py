"""What a role knows of its team: the same for the whole session, so that prompts can begin with it."""

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
