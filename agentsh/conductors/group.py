"""A group chat: one after the other, chosen by a moderator, by order, by chance or by a person. Source: AutoGen."""

from agentsh.conductors.chair import Chair, Kept
from agentsh.conductors.ending import Now, holds, met, said_by_boss
from agentsh.conductors.talk import Talk, is_gone, is_there, members_of
from agentsh.conductors.within import Within
from agentsh.core.canonical import digest
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.group import GroupOptions
from agentsh.engine.state import Conduct, OpenReaction, State
from agentsh.engine.turns import Ended, FindConductor, Heard, Turn


class Memory(Talk):
    """How far the chat is."""

    talking: bool = False
    speaker: str = ""
    """Who spoke last."""
    next: str = ""
    """Who speaks next, once that is known."""
    turns: int = 0
    met: tuple[str, ...] = ()
    tokens: int = 0
    """What the session had used when it began."""
    seconds: float = 0.0
    inner: JsonObject | None = None
    """What the conductor of the team within keeps in mind, while it works."""


class Group(Chair[GroupOptions, Memory]):
    """Conducts a group chat."""

    def __init__(self, find: FindConductor) -> None:
        """Take what finds the conductors of teams within."""
        super().__init__(GroupOptions, Memory)
        self._within = Within(find)

    def members(self, options: GroupOptions) -> tuple[RoleName, ...]:
        """Return the members that are no teams, and the moderator."""
        named = [RoleName(name) for name in options.members if name not in options.teams]
        return (*named, *(() if options.moderator is None else (options.moderator,)))

    def goes_on(self, options: GroupOptions, kept: Kept[Memory]) -> bool:
        """Return whether none of the ends was met."""
        del options
        return kept.memory.talking

    def next(self, options: GroupOptions, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the turn of the next speaker, or of whoever has to choose one, or those of the team that speaks."""
        memory = kept.memory
        if memory.inner is not None:
            return self._within.turns(state, memory.next, Conduct.model_validate(memory.inner))
        return _next(options, memory, state) if memory.talking and not state.open else []

    def heard(self, options: GroupOptions, kept: Kept[Memory], heard: Heard, state: State) -> Kept[Memory] | None:
        """Return how far it is now; what happens in the team that speaks is heard by its own conductor."""
        if heard.opened is not None and "within" in heard.opened.brief:
            return Kept(self._inside(options, kept.memory, heard, state))
        return super().heard(options, kept, heard, state)

    def added(self, options: GroupOptions, kept: Kept[Memory], message: Message) -> Kept[Memory]:
        """Return it once the Boss has said this too: that may be the word that ends it."""
        found = tuple(sorted({*kept.memory.met, *said_by_boss(options.end, message.content)}))
        changed = {"met": found, "talking": not holds(options.end, found)}
        return Kept(kept.memory.with_boss(message.id).model_copy(update=changed))

    def begun(self, options: GroupOptions, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return the beginning of another chat, with who is called on first."""
        used = state.usage.prompt_tokens + state.usage.completion_tokens
        new = Memory(boss=(message.id,), talking=True, round=before.round, tokens=used, seconds=state.seconds)
        return Kept(self._called(options, new, options.first or _decided(options, new, state), message, state))

    def spoken(
        self, options: GroupOptions, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return it once a member has spoken, or somebody has chosen who does."""
        match opened.brief.get("part"):
            case "choose":
                choice = str((said.data or {}).get("choice"))
                return Kept(self._called(options, kept.memory, choice, said, state))
            case "speak" if kept.memory.talking:
                return Kept(self._spoke(options, kept.memory, said.sent_from, said, state))
            case _:
                return None

    def progress(self, options: GroupOptions, kept: Kept[Memory]) -> str:
        """Return how many have spoken."""
        del options
        return f"turn {kept.memory.turns}"

    def _spoke(self, options: GroupOptions, memory: Memory, name: str, said: Message, state: State) -> Memory:
        """Return the memory once a member has spoken, and the next one is called on where that is known."""
        used = state.usage.prompt_tokens + state.usage.completion_tokens - memory.tokens
        turns = memory.turns + 1
        now = Now(said=said, turns=turns, tokens=used, seconds=state.seconds - memory.seconds, state=state)
        found = met(options.end, now, memory.met)
        changed = {"speaker": name, "turns": turns, "met": found, "next": "", "inner": None}
        memory = memory.with_said(said.id, said.round, options.window).model_copy(update=changed)
        may = _allowed(options, memory, state)
        if not may or holds(options.end, found):
            return memory.model_copy(update={"talking": False})
        handed = (said.data or {}).get("handoff")
        return self._called(options, memory, handed if handed in may else _decided(options, memory, state), said, state)

    def _called(self, options: GroupOptions, memory: Memory, name: object, said: Message, state: State) -> Memory:
        """Return the memory once somebody is called on; a team begins to work at once."""
        if name not in options.teams:
            return memory.model_copy(update={"next": name})
        inner = self._within.begun(state, str(name), said).model_dump(mode="json")
        return memory.model_copy(update={"next": name, "inner": inner})

    def _inside(self, options: GroupOptions, memory: Memory, heard: Heard, state: State) -> Memory:
        """Let the conductor of the team within hear it; when that is over, the team has spoken."""
        if memory.inner is None:
            return memory
        team = memory.next
        conduct = self._within.hear(heard, state, team, Conduct.model_validate(memory.inner))
        memory = memory.model_copy(update={"inner": conduct.model_dump(mode="json")})
        said = heard.opened.said if isinstance(heard, Ended) else None
        if said is None or not self._within.is_over(state, team, conduct):
            return memory
        return self._spoke(options, memory, team, said, state)


def _allowed(options: GroupOptions, memory: Memory, state: State) -> tuple[str, ...]:
    """Return who may speak next: of those who have not been let go."""
    there = [name for name in options.members if name in options.teams or not is_gone(state, name)]
    if memory.speaker in options.transitions:
        return tuple(name for name in options.transitions[memory.speaker] if name in there)
    return tuple(name for name in there if options.twice or name != memory.speaker) or tuple(there)


def _decided(options: GroupOptions, memory: Memory, state: State) -> str:
    """Return who is next by order, by chance, or because nobody else may; nothing: somebody has to choose."""
    may = _allowed(options, memory, state)
    if len(may) == 1:
        return may[0]
    if options.speaker == "round_robin" and may:
        members = options.members
        at = members.index(memory.speaker) + 1 if memory.speaker in members else 0
        return next(name for name in (*members[at:], *members[:at]) if name in may)
    if options.speaker == "random" and may and state.facts is not None:
        return may[int(digest(f"{state.facts.seed}:{memory.boss[0]}:{memory.turns}")[:8], 16) % len(may)]
    return ""


def _next(options: GroupOptions, memory: Memory, state: State) -> list[Turn]:
    name = memory.next if not is_gone(state, memory.next) else _decided(options, memory, state)
    if not name:
        return _choosing(options, memory, state)
    if not is_there(state, RoleName(name)):
        return []
    brief: JsonObject = {"part": "speak", "turn": memory.turns + 1, "members": members_of(state, options.members)}
    return [memory.turn(RoleName(name), options.acts.get(name, options.speak), state, brief)]


def _choosing(options: GroupOptions, memory: Memory, state: State) -> list[Turn]:
    may = _allowed(options, memory, state)
    if options.moderator is None or not may or not is_there(state, options.moderator):
        return []
    brief: JsonObject = {"part": "choose", "choices": list(may), "members": members_of(state, may)}
    brief |= {"turn": memory.turns + 1, "last": memory.speaker, "person": options.speaker == "manual"}
    return [memory.turn(options.moderator, options.choose, state, brief)]
