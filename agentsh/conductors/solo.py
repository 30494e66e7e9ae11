"""One role does it all, by itself: whatever the Boss says is its task. Source: LangChain's ReAct, TinyAgent.

How it goes about it, by tools or by code, is its action's; the loop is one reaction of durable steps.
"""

from agentsh.conductors.verification import last_verification
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Heard, Turn


class Solo:
    """The entry role takes what the Boss says, all of it at once; nobody else is set off by anything."""

    def turns(self, state: State) -> list[Turn]:
        """Return the role's turn when something is due for it; else a last verification, if one is owed."""
        if state.open or state.facts is None:
            return []
        team = state.facts.team.team
        role = state.roles[team.entry or team.roles[0]]
        if role.due:
            return [Turn(role=role.name, observed=tuple(role.due), round=max(role.due.values()) + 1)]
        return last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Keep nothing in mind: what is due says it all."""
        del heard
        return state.conduct
