"""A team's roles, made from its file."""

from collections.abc import Collection, Mapping

from agentsh.core.cards import ReviewMode, TeamFile
from agentsh.core.ids import RoleName
from agentsh.ports import Renderer, Tool
from agentsh.roles.asking import Asking
from agentsh.roles.facts import TeamFacts
from agentsh.roles.role import LlmRole


def cast(
    team: TeamFile,
    asking: Asking,
    renderer: Renderer,
    *,
    humans: Collection[RoleName] = (),
    reviews: Mapping[str, ReviewMode] | None = None,
    variables: Mapping[str, str] | None = None,
    toolbox: Mapping[str, Tool] | None = None,
) -> dict[RoleName, LlmRole]:
    """Return the team's roles, in its order.

    Args:
        team: the file, cross-checked.
        asking: how models are asked; a role's own model goes before its model.
        renderer: fills prompts.
        humans: roles that a person plays, beside those whose file says so.
        reviews: what of a role's documents the Boss sees first, in place of what its file says; `*` is every role.
        variables: what the user gave with --var.
        toolbox: every tool that there is, by name.

    Raises:
        UsageError: a role has an action or a react mode that there is not.
    """
    facts = TeamFacts.of(team, dict(variables or {}))
    made: dict[RoleName, LlmRole] = {}
    wanted = reviews or {}
    for name in team.team.roles:
        card = team.roles[name]
        review = wanted.get(name, wanted.get("*", card.review))
        card = card.model_copy(update={"human": card.human or name in humans, "review": review})
        own = asking if card.model is None else asking.model_copy(update={"model": card.model})
        made[name] = LlmRole(card, team.actions, own, renderer, facts, toolbox)
    return made
