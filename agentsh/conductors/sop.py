"""The company as a standard operating procedure: whoever has messages due reacts, all at once. Source: MetaGPT."""

from agentsh.core.ids import ActionName, RoleName
from agentsh.engine.state import State
from agentsh.engine.turns import Turn


class Sop:
    """One role's output is the next one's input; the order follows from who watches what."""

    def turns(self, state: State) -> list[Turn]:
        """Return a turn for every role that is free and has messages due; else a last verification, if one is owed."""
        due = [] if _is_done(state) else _due(state)
        if due or state.open:
            return due
        return _last_verification(state)


def _due(state: State) -> list[Turn]:
    return [
        Turn(role=role.name, observed=tuple(role.due), round=max(role.due.values()) + 1)
        for role in state.roles.values()
        if role.due and role.current is None
    ]


def _is_done(state: State) -> bool:
    done = state.facts.team.team.done if state.facts else None
    return done is not None and ActionName(done) in state.published


def _last_verification(state: State) -> list[Turn]:
    """Return the turn that verifies what changed since the last verdict: what is called done has been run."""
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
