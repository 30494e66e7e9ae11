"""The verification that a team owes before it is done: what is called done has been run."""

from agentsh.core.ids import ActionName, RoleName
from agentsh.engine.state import State
from agentsh.engine.turns import Turn


def last_verification(state: State) -> list[Turn]:
    """Return the turn that verifies what changed since the last verdict; none: nothing is owed, or nobody verifies."""
    owed = state.changed_seq > state.verified_seq
    verifier = _verifier(state)
    if not owed or verifier is None:
        return []
    role, action = verifier
    return [Turn(role=role, observed=(), round=state.rounds + 1, action=action)]


def _verifier(state: State) -> tuple[RoleName, ActionName] | None:
    if state.facts is None or not state.facts.team.team.verify:
        return None
    team = state.facts.team
    return next(
        (
            (role.name, action)
            for role in team.roles.values()
            for action in role.actions
            if action in team.actions and team.actions[action].does == "verify"
        ),
        None,
    )
