"""A team with one role more, or one less: pure, so that resuming makes the same team again."""

from collections.abc import Mapping, Sequence

from agentsh.core.cards import ActionCard, RoleCard, TeamFile
from agentsh.core.events import RoleHired
from agentsh.core.ids import ActionName, RoleName


def with_role(team: TeamFile, card: RoleCard, actions: Mapping[ActionName, ActionCard]) -> TeamFile:
    """Return the team with this role; actions that the team has already stay as they are."""
    roles = tuple(dict.fromkeys([*team.team.roles, card.name]))
    changed = {
        "team": team.team.model_copy(update={"roles": roles}),
        "roles": {**team.roles, card.name: card},
        "actions": {**actions, **team.actions},
    }
    return team.model_copy(update=changed)


def without_role(team: TeamFile, name: RoleName) -> TeamFile:
    """Return the team without this role; when it was the entry, the Boss speaks to whoever watches."""
    entry = None if team.team.entry == name else team.team.entry
    roles = tuple(role for role in team.team.roles if role != name)
    changed = {
        "team": team.team.model_copy(update={"roles": roles, "entry": entry}),
        "roles": {role: card for role, card in team.roles.items() if role != name},
    }
    return team.model_copy(update=changed)


def as_changed(team: TeamFile, hired: Sequence[RoleHired], left: Sequence[RoleName]) -> TeamFile:
    """Return the team of a file with the changes that were made to it since in the session."""
    for name in left:
        if name in team.roles and len(team.roles) > 1:
            team = without_role(team, name)
    for joined in hired:
        team = with_role(team, joined.card, joined.actions)
    return team
