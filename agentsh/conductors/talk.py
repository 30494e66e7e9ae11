"""What conductors of talks have in common: what they keep in mind of what was said, and how they let somebody speak."""

from collections.abc import Collection, Mapping
from typing import Self

from pydantic import JsonValue

from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.model import Frozen
from agentsh.engine.state import State
from agentsh.engine.turns import Turn

MOST_OF_THE_BOSS = 8
REPLY = "reply"
"""The part of a turn in which a role answers the Boss, who spoke to it alone."""


class Talk(Frozen):
    """What was said last, as far as a conductor keeps it in mind: as large as its windows, however long it gets."""

    boss: tuple[MessageId, ...] = ()
    """The task, and what the Boss has added."""
    said: tuple[MessageId, ...] = ()
    """What the talk came to so far, the newest of it."""
    round: int = 0

    def with_boss(self, id_: MessageId) -> Self:
        """Return it once the Boss has said this too."""
        return self.model_copy(update={"boss": (*self.boss, id_)[-MOST_OF_THE_BOSS:]})

    def with_said(self, id_: MessageId, round_: int, window: int) -> Self:
        """Return it once somebody has said this."""
        return self.model_copy(update={"said": (*self.said, id_)[-window:], "round": max(self.round, round_)})

    def turn(self, role: RoleName, action: ActionName, state: State, brief: Mapping[str, JsonValue]) -> Turn:
        """Return the turn in which a role says something to what was said so far."""
        known = state.roles.get(role)
        due = () if known is None else tuple(known.due)
        observed = tuple(dict.fromkeys((*self.boss, *due, *self.said)))
        return Turn(role=role, observed=observed, round=self.round + 1, action=action, brief=dict(brief))


def is_gone(state: State, name: str) -> bool:
    """Return whether there is no such role in the team, any more or at all."""
    known = state.roles.get(RoleName(name))
    return known is None or known.fired


def is_there(state: State, role: RoleName) -> bool:
    """Return whether a role is in the team, and free."""
    known = state.roles.get(role)
    return known is not None and not known.fired and known.current is None


def with_replies(state: State, turns: list[Turn], roles: Collection[RoleName], action: ActionName) -> list[Turn]:
    """Return `turns`, and one for each other of `roles` that the Boss has spoken to by name.

    Who has a turn anyway hears it there: that may be a turn that failed and is had again, with all that it observed.
    """
    busy = {turn.role for turn in turns}
    replies = [
        Turn(
            role=role.name,
            observed=tuple(role.due),
            round=max(role.due.values()) + 1,
            action=action,
            brief={"part": REPLY},
        )
        for role in state.roles.values()
        if role.due and role.name in roles and role.name not in busy and is_there(state, role.name)
    ]
    return [*turns, *replies]


def profile_of(state: State, name: str) -> str:
    """Return what a role is, or what a team within the team is for."""
    team = state.facts.team if state.facts is not None else None
    if team is None:
        return ""
    if (role := team.roles.get(RoleName(name))) is not None:
        return role.profile
    return team.teams[name].summary if name in team.teams else ""


def members_of(state: State, names: Collection[str]) -> list[JsonValue]:
    """Return who is there, as prompts are told: `{"name": …, "profile": …}`."""
    return [{"name": name, "profile": profile_of(state, name)} for name in names]
