"""Folds into the state what the team's conductor makes of what happens."""

from agentsh.core import events as e
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.turns import Conductor, Ended, FindConductor, Heard, Told

HEARD = (e.MessagePublished, e.ReactionFinished)
"""What a conductor may hear of; ConductFold is told of nothing else."""


class ConductFold:
    """Tells the conductor of the session's team what it has to hear."""

    def __init__(self, find: FindConductor) -> None:
        self._find = find
        self._known: tuple[str, Conductor | None] = ("", None)
        self._ending: OpenReaction | None = None

    def before(self, event: e.MessagePublished | e.ReactionFinished, state: State) -> None:
        """Look at the state while it does not know of the event yet."""
        self._ending = state.open.get(event.reaction) if isinstance(event, e.ReactionFinished) else None

    def after(self, event: e.MessagePublished | e.ReactionFinished, state: State) -> None:
        """Let the conductor hear of the event, once everything else is folded in."""
        if state.facts is None or (heard := self._heard(event, state)) is None:
            return
        if (conductor := self._conductor(state.facts.team.team.conductor)) is not None:
            state.conduct = conductor.hear(heard, state)

    def _conductor(self, name: str) -> Conductor | None:
        if self._known[0] != name:
            self._known = (name, self._find(name))
        return self._known[1]

    def _heard(self, event: e.MessagePublished | e.ReactionFinished, state: State) -> Heard | None:
        if isinstance(event, e.MessagePublished):
            reaction = event.message.reaction
            return Told(event.message, None if reaction is None else state.open.get(reaction))
        return None if self._ending is None else Ended(self._ending)
