"""Keys of a graph of states: who speaks in each, when it is left, and where to. Sources: aiwaves agents, LangGraph."""

from collections.abc import Iterator

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen
from agentsh.core.options.base import Place, Problem, Reference, TalkOptions


class Node(Frozen):
    """A state of the graph."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")
    roles: tuple[RoleName, ...] = Field(min_length=1, max_length=20)
    """Who speaks, in this order, again and again."""
    act: ActionName | None = None
    """What they do; None: they speak."""
    acts: dict[RoleName, ActionName] = {}
    """What single roles do in place of it."""
    query: str = ""
    """What the state begins with, in words: prompts know it as `turn.query`."""
    duties: dict[RoleName, str] = {}
    """What a role is in this state: `turn.duty`."""
    people: tuple[RoleName, ...] = ()
    """Roles that a person plays here, whoever plays them elsewhere."""
    turns: int | None = Field(default=None, ge=1, le=200)
    """Most turns; None: one for each role."""
    until: str | None = None
    """`action.bool` of this state: when it says so the state is left to the first of `next`."""
    next: tuple[str, ...] = ()
    """Where to: with several the controller chooses, or without one the first counts. None: here it ends."""
    otherwise: str | None = None
    """Where to when the turns are used up and `until` has not said so; None: the last of `next`."""


class GraphOptions(TalkOptions):
    """The keys of conductor `graph`."""

    states: tuple[Node, ...] = Field(min_length=1, max_length=50)
    begin: str | None = None
    """Where it begins; None: in the first."""
    controller: RoleName | None = None
    """Who chooses the next state where there are several, and may stay in this one."""
    choose: ActionName = ActionName("choose_state")
    turns: int = Field(default=60, ge=1, le=1000)
    """Most turns of the whole."""

    def named(self, name: str) -> Node:
        """Return a state by its name."""
        return next(node for node in self.states if node.name == name)

    def references(self) -> Iterator[Reference]:
        """Yield who takes part, and what they do."""
        for index, node in enumerate(self.states):
            place: Place = ("states", index)
            for at, name in enumerate(node.roles):
                yield Reference(kind="role", name=name, place=(*place, "roles", at))
            if node.act is not None:
                yield Reference(kind="action", name=node.act, place=(*place, "act"))
            for role, action in node.acts.items():
                yield Reference(kind="action", name=action, place=(*place, "acts", role))
            if node.until is not None:
                yield Reference(kind="flag", name=node.until, place=(*place, "until"))
        if self.controller is not None:
            yield Reference(kind="role", name=self.controller, place=("controller",))
            yield Reference(kind="action", name=self.choose, place=("choose",))
        yield Reference(kind="action", name=self.speak, place=("speak",))

    def problems(self) -> Iterator[Problem]:
        """Yield states that are there twice or not at all, and roles that are not in their state."""
        names = tuple(node.name for node in self.states)
        if self.begin is not None and self.begin not in names:
            yield _no_state(("begin",), self.begin, names)
        for index, node in enumerate(self.states):
            place: Place = ("states", index)
            if node.name in names[:index]:
                message = f"there are two states {node.name!r}"
                yield Problem(place=(*place, "name"), message=message, hint="Give one of them another name.")
            ways = [((*place, "next", at), name) for at, name in enumerate(node.next)]
            ways += [] if node.otherwise is None else [((*place, "otherwise"), node.otherwise)]
            yield from (_no_state(where, name, names) for where, name in ways if name not in names)
            yield from _strangers(node, place)


def _strangers(node: Node, place: Place) -> Iterator[Problem]:
    """Yield roles that a state says something about, and that do not speak in it."""
    said: list[tuple[Place, RoleName]] = [((*place, "acts", role), role) for role in node.acts]
    said += [((*place, "duties", role), role) for role in node.duties]
    said += [((*place, "people", at), role) for at, role in enumerate(node.people)]
    yield from (_no_role(where, role, node) for where, role in said if role not in node.roles)


def _no_state(place: Place, name: str, known: tuple[str, ...]) -> Problem:
    return Problem(place=place, message=f"there is no state {name!r}", wrong=name, known=known)


def _no_role(place: Place, name: str, node: Node) -> Problem:
    return Problem(place=place, message=f"{name!r} does not speak in {node.name!r}", wrong=name, known=node.roles)
