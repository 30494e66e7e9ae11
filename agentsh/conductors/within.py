"""A team within a team: its own conductor sees a session with its own roles in it, and does not know of the other."""

from agentsh.core.ids import BOSS, USER_REQUIREMENT
from agentsh.core.messages import Message
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Conductor, FindConductor, Heard, Told, Turn


class Within:
    """Lets teams within the team work, one conductor a team."""

    def __init__(self, find: FindConductor) -> None:
        """Take what finds conductors by their names."""
        self._find = find
        self._known: dict[str, Conductor] = {}

    def begun(self, state: State, team: str, task: Message) -> Conduct:
        """Return what its conductor keeps in mind once it is told the task, as if the Boss said it."""
        told = task.model_copy(
            update={"sent_from": BOSS, "cause_by": USER_REQUIREMENT, "send_to": (), "reaction": None}
        )
        return self.hear(Told(told), state, team, Conduct())

    def turns(self, state: State, team: str, conduct: Conduct) -> list[Turn]:
        """Return the turns that its roles may have."""
        conductor, inner = self._of(state, team, conduct)
        marked = [(turn, {**turn.brief, "within": team}) for turn in conductor.turns(inner)]
        return [turn.model_copy(update={"brief": brief}) for turn, brief in marked]

    def hear(self, heard: Heard, state: State, team: str, conduct: Conduct) -> Conduct:
        """Return what its conductor keeps in mind then."""
        conductor, inner = self._of(state, team, conduct)
        return conductor.hear(heard, inner)

    def is_over(self, state: State, team: str, conduct: Conduct) -> bool:
        """Return whether nobody of it has anything to do any more."""
        conductor, inner = self._of(state, team, conduct)
        return not inner.open and not any(conductor.turns(inner))

    def _of(self, state: State, team: str, conduct: Conduct) -> tuple[Conductor, State]:
        facts = state.facts
        if facts is None or team not in facts.team.teams:
            raise LookupError(f"there is no team {team!r} within")
        card = facts.team.teams[team]
        file = facts.team.model_copy(
            update={"team": card, "roles": {name: facts.team.roles[name] for name in card.roles}}
        )
        inner = state.model_copy(
            update={
                "facts": facts.model_copy(update={"team": file}),
                "roles": {name: state.roles[name] for name in card.roles},
                "open": {id_: opened for id_, opened in state.open.items() if opened.role in card.roles},
                "conduct": conduct,
            }
        )
        if team not in self._known and (found := self._find(card.conductor)) is not None:
            self._known[team] = found
        return self._known[team], inner
