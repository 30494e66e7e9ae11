"""Who may think now: each agent that was told something and is free; and whoever the team's conductor lets react."""

from collections.abc import Collection, Iterator

from agentsh.core.ids import RoleName
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Conductor, Heard, Turn


class WorldTurns:
    """A conductor for a session with a world: its agents are not the team's business, nor the team theirs."""

    def __init__(self, agents: Collection[RoleName], team: Conductor | None) -> None:
        """Take the two sides.

        Args:
            agents: roles that think for entities when the session begins; a role that is hired later and was sent
                something by the world counts as the team's, whose conductor lets it react.
            team: conducts the others; None: there are none.
        """
        self._agents = frozenset(agents)
        self._team = team

    def turns(self, state: State) -> Iterator[Turn]:
        """Yield a turn for every free agent with something due, and the team's."""
        for name, role in state.roles.items():
            if role.due and role.current is None and name in self._agents:
                yield Turn(role=name, observed=tuple(role.due), round=max(role.due.values()) + 1)
        if self._team is not None:
            yield from self._team.turns(self._of_team(state))

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Let the team's conductor hear it."""
        return state.conduct if self._team is None else self._team.hear(heard, self._of_team(state))

    def _of_team(self, state: State) -> State:
        roles = {name: role for name, role in state.roles.items() if name not in self._agents}
        opened = {id_: found for id_, found in state.open.items() if found.role not in self._agents}
        return state.model_copy(update={"roles": roles, "open": opened})
