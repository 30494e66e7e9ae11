"""A conductor without anything around it: each turn is answered at once, by data that the test gives."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentsh.conductors.registry import conductor, find_conductor
from agentsh.core import events as e
from agentsh.core.cards import RoleCard, TeamCard, TeamFile
from agentsh.core.ids import BOSS, ActionName, MessageId, ReactionId, RoleName, SessionName, reaction_id
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.engine.fold import Fold
from agentsh.engine.turns import Turn

Answers = Callable[[Turn], JsonObject | None]


@dataclass
class Play:
    """A team with a conductor, and what has happened so far."""

    name: str
    roles: tuple[str, ...]
    options: Mapping[str, JsonValue]
    answers: Answers = lambda turn: None
    taken: list[Turn] = field(default_factory=list)
    fold: Fold = field(default_factory=lambda: Fold(find=find_conductor))
    said: int = 0

    def __post_init__(self) -> None:
        cards = {RoleName(name): RoleCard(name=RoleName(name), profile=name, watch={}) for name in self.roles}
        card = TeamCard(name="t", conductor=self.name, roles=tuple(cards), verify=False, options=dict(self.options))
        team = TeamFile(team=card, roles=cards, actions={})
        self.happens(
            e.SessionStarted(
                session=SessionName("s"),
                idea="it",
                team=team,
                provider="p",
                model="m",
                host="h",
                seed=1,
                workspace="/w",
            )
        )

    @property
    def state(self):  # type: ignore[no-untyped-def]  # the fold's
        return self.fold.state

    def happens(self, event: e.Event) -> None:
        """Fold an event in."""
        self.fold.apply(e.Recorded(seq=self.state.seq + 1, at="2026-01-01T00:00:00Z", event=event))

    def boss(self, text: str = "Do it") -> MessageId:
        """Let the Boss speak."""
        self.said += 1
        id_ = MessageId(f"{BOSS}:{self.said}")
        message = Message(id=id_, content=text, cause_by=ActionName("user_requirement"), sent_from=BOSS)
        self.happens(e.MessagePublished(message=message))
        return id_

    def turns(self) -> list[Turn]:
        """Return what may begin now."""
        return list(conductor(self.name).turns(self.state))

    def begin(self, turn: Turn) -> ReactionId:
        """Let a role begin its turn."""
        reaction = reaction_id(turn.role, self.state.roles[turn.role].reactions + 1)
        self.taken.append(turn)
        fields = {key: getattr(turn, key) for key in ("role", "observed", "round", "action", "brief")}
        self.happens(e.ReactionStarted(reaction=reaction, **fields))
        return reaction

    def end(self, turn: Turn, reaction: ReactionId) -> None:
        """Let it say what the test wants it to say, and end."""
        data = self.answers(turn)
        message = Message(
            id=MessageId(f"{reaction}:0"),
            content="said",
            data=data,
            cause_by=turn.action or ActionName("act"),
            sent_from=turn.role,
            reaction=reaction,
            round=turn.round,
        )
        self.happens(e.MessagePublished(message=message, ordinal=0, request_hash="0"))
        self.happens(e.ReactionFinished(reaction=reaction, role=turn.role))

    def run(self, most: int = 200, pick: Callable[[int], int] = lambda count: 0) -> list[str]:
        """Take turns until there are none; of those under way `pick` says which ends next. Return who did what."""
        first = len(self.taken)
        open_: dict[ReactionId, Turn] = {}
        while True:
            for turn in self.turns():
                if all(other.role != turn.role for other in open_.values()):
                    open_[self.begin(turn)] = turn
            if not open_:
                return [f"{turn.role} {turn.action}" for turn in self.taken[first:]]
            reaction = list(open_)[pick(len(open_))]
            self.end(open_.pop(reaction), reaction)
            assert len(self.taken) < most, "it does not end"
