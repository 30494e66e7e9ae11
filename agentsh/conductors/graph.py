"""A graph of states: roles speak in one until it is left, by order, by a flag or by choice, for another.

Sources: aiwaves agents' SOP, LangGraph.
"""

from agentsh.conductors.chair import Chair, Kept
from agentsh.conductors.talk import Talk, is_gone, is_there
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.graph import GraphOptions, Node
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.turns import Turn


class Memory(Talk):
    """Where it is."""

    at: str = ""
    """The state; nothing: it is over."""
    spoke: int = 0
    """Turns in this state."""
    turns: int = 0
    choosing: bool = False
    """Whether the controller is to say where to go."""


class Graph(Chair[GraphOptions, Memory]):
    """Conducts a graph of states."""

    def __init__(self) -> None:
        super().__init__(GraphOptions, Memory)

    def members(self, options: GraphOptions) -> tuple[RoleName, ...]:
        """Return the roles of all states, and the controller."""
        controller = () if options.controller is None else (options.controller,)
        return (*(role for node in options.states for role in node.roles), *controller)

    def goes_on(self, options: GraphOptions, kept: Kept[Memory]) -> bool:
        """Return whether it is in a state."""
        del options
        return bool(kept.memory.at)

    def next(self, options: GraphOptions, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the turn of whoever speaks next in this state, or of the controller."""
        memory = kept.memory
        if state.open or not memory.at:
            return []
        node = options.named(memory.at)
        return _choice(options, memory, node, state) if memory.choosing else _speaker(options, memory, node, state)

    def begun(self, options: GraphOptions, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return it in its first state."""
        del state
        at = options.begin or options.states[0].name
        return Kept(Memory(boss=(message.id,), at=at, round=before.round))

    def spoken(
        self, options: GraphOptions, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return where it is once somebody has spoken there, or the controller has chosen."""
        if not kept.memory.at:
            return None
        match opened.brief.get("part"):
            case "choose":
                return Kept(_goes(kept.memory, str((said.data or {}).get("choice"))))
            case "speak":
                return Kept(_after(options, kept.memory, said, state))
            case _:
                return None

    def progress(self, options: GraphOptions, kept: Kept[Memory]) -> str:
        """Return which state it is in."""
        del options
        return f"{kept.memory.at or 'over'}, turn {kept.memory.turns}"


def _there(node: Node, state: State) -> tuple[RoleName, ...]:
    """Return who speaks in a state: those who have not been let go."""
    return tuple(role for role in node.roles if not is_gone(state, role))


def _speaker(options: GraphOptions, memory: Memory, node: Node, state: State) -> list[Turn]:
    roles = _there(node, state)
    if not roles:
        return []
    role = roles[memory.spoke % len(roles)]
    brief: JsonObject = {
        "part": "speak",
        "state": node.name,
        "query": node.query,
        "duty": node.duties.get(role, ""),
        "turn": memory.spoke + 1,
        "turns": _most(node),
        "person": role in node.people,
    }
    return [memory.turn(role, node.acts.get(role) or node.act or options.speak, state, brief)]


def _choice(options: GraphOptions, memory: Memory, node: Node, state: State) -> list[Turn]:
    if options.controller is None or not is_there(state, options.controller):
        return []
    stays = [node.name] if memory.spoke < _most(node) else []
    choices = [*node.next, *(name for name in stays if name not in node.next)]
    states: JsonObject = {name: options.named(name).query for name in choices}
    brief: JsonObject = {"part": "choose", "state": node.name, "choices": [*choices], "states": states}
    return [memory.turn(options.controller, options.choose, state, brief)]


def _most(node: Node) -> int:
    return node.turns or len(node.roles)


def _after(options: GraphOptions, memory: Memory, said: Message, state: State) -> Memory:
    node = options.named(memory.at)
    heard = memory.with_said(said.id, said.round, options.window)
    memory = heard.model_copy(update={"spoke": memory.spoke + 1, "turns": memory.turns + 1})
    if memory.turns >= options.turns:
        return memory.model_copy(update={"at": ""})
    return _left(options, memory, node, said, len(_there(node, state)))


def _left(options: GraphOptions, memory: Memory, node: Node, said: Message, speakers: int) -> Memory:
    """Return the memory once this state is left, where it is by now."""
    used_up = memory.spoke >= _most(node)
    if node.until is not None:
        cause, _, flag = node.until.partition(".")
        if said.cause_by == cause and (said.data or {}).get(flag) is True:
            return _goes(memory, node.next[0] if node.next else "")
        last = node.otherwise or (node.next[-1] if node.next else "")
        return _goes(memory, last) if used_up else memory
    a_round = memory.spoke % max(speakers, 1) == 0
    if len(node.next) > 1 and options.controller is not None:
        return memory.model_copy(update={"choosing": used_up or a_round})
    return _goes(memory, node.next[0] if node.next else "") if used_up else memory


def _goes(memory: Memory, to: str) -> Memory:
    """Return the memory in state `to`; staying counts on."""
    spoke = memory.spoke if to == memory.at else 0
    return memory.model_copy(update={"at": to, "spoke": spoke, "choosing": False})
