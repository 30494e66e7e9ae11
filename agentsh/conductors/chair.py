"""What every talk has in common, whatever its order: the Boss is heard, who is named answers, the end is verified."""

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Generic, NamedTuple, TypeVar

from agentsh.conductors.mind import Mind
from agentsh.conductors.talk import Talk, with_replies
from agentsh.conductors.verification import last_verification
from agentsh.core.ids import BOSS, RoleName
from agentsh.core.messages import Message
from agentsh.core.options.base import OptionsReader, TalkOptions
from agentsh.core.plans import Tasks
from agentsh.engine.state import Conduct, OpenReaction, State
from agentsh.engine.turns import Ended, Heard, Told, Turn

Keys = TypeVar("Keys", bound=TalkOptions)
Memory = TypeVar("Memory", bound=Talk)


class Kept(NamedTuple, Generic[Memory]):
    """How far a talk is."""

    memory: Memory
    tasks: Tasks = ()
    """The team's task list, for talks that have one."""


class Chair(ABC, Generic[Keys, Memory]):
    """Conducts a talk; what makes one kind of talk another is in its subclasses, each a decision without memory."""

    def __init__(self, options: type[Keys], memory: type[Memory]) -> None:
        """Take what its keys in a team file are, and what it keeps in mind."""
        self._options = OptionsReader(options)
        self._mind = Mind(memory)

    def turns(self, state: State) -> list[Turn]:
        """Return the turns of whoever is to speak now; in the end a verification, if owed."""
        memory = self._mind.recall(state.conduct)
        if state.facts is None or not memory.boss:
            return []
        options = self._options.of(state.facts.team.team)
        kept = Kept(memory, state.conduct.tasks)
        found = with_replies(state, self.next(options, kept, state), self.members(options), options.speak)
        return found if found or state.open or self.goes_on(options, kept) else last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Take in what was said; a Boss who speaks to all after the end begins anew."""
        if state.facts is None:
            return state.conduct
        options = self._options.of(state.facts.team.team)
        kept = self.heard(options, Kept(self._mind.recall(state.conduct), state.conduct.tasks), heard, state)
        if kept is None:
            return state.conduct
        return self._mind.keep(kept.memory, self.progress(options, kept), kept.tasks)

    def heard(self, options: Keys, kept: Kept[Memory], heard: Heard, state: State) -> Kept[Memory] | None:
        """Return how far it is now; None: this changes nothing."""
        match heard:
            case Told(message=message) if message.sent_from == BOSS and not message.send_to:
                if self.goes_on(options, kept):
                    return self.added(options, kept, message)
                return self.begun(options, kept.memory, message, state)
            case Ended(opened=opened) if opened.said is not None and "part" in opened.brief:
                return self.spoken(options, kept, opened.said, opened, state)
            case _:
                return None

    def added(self, options: Keys, kept: Kept[Memory], message: Message) -> Kept[Memory]:
        """Return how far it is once the Boss has said this too, while it goes on."""
        del options
        return Kept(kept.memory.with_boss(message.id), kept.tasks)

    @abstractmethod
    def members(self, options: Keys) -> Collection[RoleName]:
        """Return who answers when the Boss speaks to it by name."""

    @abstractmethod
    def goes_on(self, options: Keys, kept: Kept[Memory]) -> bool:
        """Return whether it is not over."""

    @abstractmethod
    def next(self, options: Keys, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the turns of whoever is to speak now."""

    @abstractmethod
    def begun(self, options: Keys, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return how far it is once the Boss has set it off with this."""

    @abstractmethod
    def spoken(
        self, options: Keys, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return how far it is once a turn has ended in which this was said; None: it changes nothing."""

    @abstractmethod
    def progress(self, options: Keys, kept: Kept[Memory]) -> str:
        """Return how far it is, in words."""
