"""The roles that think for a world's agents, as members of a session's team."""

from collections.abc import Mapping

from agentsh.core.cards import ActionCard, MemoryCard, RoleCard, TeamCard, TeamFile
from agentsh.core.errors import WorldError
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.worlds import PERCEIVE, THINK, WORLD, WorldCard
from agentsh.world.catalogue import agents


def thinker(name: RoleName, *, profile: str = "inhabitant", goal: str = "", backstory: str = "") -> RoleCard:
    """Return a role that does nothing but think when the world tells it what it perceives.

    It remembers nothing of its own: its memory is a component, so that it is the world's to fill and to forget.
    """
    return RoleCard(
        name=name,
        profile=profile,
        goal=goal,
        backstory=backstory,
        watch={PERCEIVE: (THINK,)},
        actions=(THINK,),
        memory=MemoryCard(window=0),
    )


def team_of(
    world: WorldCard,
    think: ActionCard,
    roles: Mapping[RoleName, RoleCard] | None = None,
    company: TeamFile | None = None,
    tasks: Mapping[ActionName, ActionCard] | None = None,
) -> TeamFile:
    """Return the team of a session with this world.

    Args:
        world: the file; each `Agent` in it names its role.
        think: what agents do; its `does` is think.
        roles: cards of agents that are more than their name; the others get a plain one.
        company: a team that works beside the world.
        tasks: what agents are asked beside what they think: reflecting, planning …, by name.

    Raises:
        WorldError: an agent has the name of one of the company, or of the world itself.
    """
    named = {name: (roles or {}).get(name) or thinker(name) for name in agents(world)}
    taken = {WORLD, *(company.roles if company else ())}
    for name in named:
        if name in taken:
            raise WorldError(f"{world.source or world.name}: the name {name!r} is taken", hint="give the agent another")
    actions = {think.name: think, **(tasks or {})}
    if company is not None:
        team = company.team.model_copy(update={"roles": (*company.team.roles, *named)})
        changed = {"team": team, "roles": company.roles | named, "actions": company.actions | actions}
        return company.model_copy(update=changed)
    members = tuple(named) or (RoleName("nobody"),)
    team = TeamCard(
        name=world.name,
        summary=world.summary,
        roles=members,
        verify=False,
        setting=world.summary or world.name,
        source=world.source,
    )
    cards = named or {members[0]: thinker(members[0])}
    return TeamFile(team=team, roles=cards, actions=actions)
