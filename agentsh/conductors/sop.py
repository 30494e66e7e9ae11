"""The company as a standard operating procedure: whoever has messages due reacts, all at once. Source: MetaGPT."""

from agentsh.conductors.verification import last_verification
from agentsh.core.ids import ActionName
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Heard, Turn


class Sop:
    """One role's output is the next one's input; the order follows from who watches what."""

    def turns(self, state: State) -> list[Turn]:
        """Return a turn for every role that is free and has messages due; else a last verification, if one is owed."""
        due = [] if _is_done(state) else _due(state)
        if due or state.open:
            return due
        return last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Keep nothing in mind: what is due says it all."""
        del heard
        return state.conduct


def _due(state: State) -> list[Turn]:
    return [
        Turn(role=role.name, observed=tuple(role.due), round=max(role.due.values()) + 1)
        for role in state.roles.values()
        if role.due and role.current is None
    ]


def _is_done(state: State) -> bool:
    done = state.facts.team.team.done if state.facts else None
    return done is not None and ActionName(done) in state.published
