"""A team at play: its conductor decides, roles say what a function says, and all is folded as an engine would."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.conductors.registry import conductor, find_conductor
from agentsh.core.cards import TeamFile
from agentsh.core.chat import Usage
from agentsh.core.events import (
    Event,
    MessagePublished,
    ReactionFinished,
    ReactionStarted,
    Recorded,
    SessionStarted,
    StepFinished,
)
from agentsh.core.ids import ActionName, RoleName, SessionName, boss_message_id, message_id, reaction_id
from agentsh.core.messages import Message, from_boss
from agentsh.core.model import JsonObject
from agentsh.engine.fold import Fold
from agentsh.engine.turns import Turn
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf

Says = Callable[[Turn], str | JsonObject]
"""What a role says in a turn: a text, or data."""


def team(folder: Path, front: str, name: str = "mine", **others: str) -> TeamFile:
    """Return a team of a file with this front matter, over the roles and actions that ship."""
    for file, text in {name: front, **others}.items():
        path = folder / "teams" / f"{file}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"---\nname: {file}\nverify: false\n{text}\n---\nFor a law.\n")
    return Shelf([folder, shipped_prompts()]).team(name)


@dataclass
class Play:
    """Goes on, turn after turn, until the conductor lets nobody speak."""

    team: TeamFile
    says: Says = lambda turn: f"{turn.role} speaks"
    seed: int = 7
    fold: Fold = field(default_factory=lambda: Fold(find=find_conductor))
    turns: list[Turn] = field(default_factory=list)
    at_once: list[list[str]] = field(default_factory=list)
    """Who began side by side."""

    def __post_init__(self) -> None:
        self.apply(
            SessionStarted(
                session=SessionName("s"),
                idea="it",
                team=self.team,
                provider="p",
                model="m",
                host="h",
                seed=self.seed,
                workspace="/w",
            )
        )

    def apply(self, event: Event) -> None:
        """Let something happen."""
        self.fold.apply(Recorded(seq=self.fold.state.seq + 1, at="", event=event))

    def boss(self, text: str, *to: str) -> "Play":
        """Let the Boss say something, and go on to the end."""
        number = boss_message_id(self.fold.state.boss_messages + 1)
        self.apply(MessagePublished(message=from_boss(number, text, tuple(RoleName(name) for name in to))))
        return self.go_on()

    def go_on(self, most: int = 200) -> "Play":
        """Play to the end."""
        decides = conductor(self.team.team.conductor)
        for _ in range(most):
            found = list(decides.turns(self.fold.state))
            if not found:
                return self
            self.at_once.append([turn.role for turn in found])
            for turn in found:
                self._begin(turn)
            for turn in found:
                self._speak(turn)
        raise AssertionError(f"no end after {most} times")

    def spoke(self) -> list[str]:
        """Return who did what, in order."""
        return [f"{turn.role}:{turn.action}" for turn in self.turns]

    def speakers(self, part: str = "speak") -> list[str]:
        """Return who spoke, without those who chose."""
        return [turn.role for turn in self.turns if turn.brief.get("part") == part]

    def _begin(self, turn: Turn) -> None:
        id_ = reaction_id(turn.role, self.fold.state.roles[turn.role].reactions + 1)
        self.turns.append(turn)
        self.apply(ReactionStarted(reaction=id_, **turn.model_dump()))

    def _speak(self, turn: Turn) -> None:
        id_ = reaction_id(turn.role, self.fold.state.roles[turn.role].reactions)
        said = self.says(turn)
        text, data = (said, None) if isinstance(said, str) else (str(said), said)
        usage = Usage(prompt_tokens=90, completion_tokens=10, calls=1)
        fields: JsonObject = {"reaction": id_, "role": turn.role, "ordinal": 0, "request_hash": "0" * 32}
        step = {**fields, "step": "model", "result": text, "usage": usage, "seconds": 2.0}
        self.apply(StepFinished.model_validate(step))
        message = Message(
            id=message_id(id_, 1),
            content=text,
            data=data,
            cause_by=turn.action or ActionName("speak"),
            sent_from=turn.role,
            reaction=id_,
            round=turn.round,
        )
        self.apply(MessagePublished(message=message, ordinal=1, request_hash="0" * 32))
        self.apply(ReactionFinished(reaction=id_, role=turn.role))


def scripted(words: Sequence[str | JsonObject], otherwise: str = "so") -> Says:
    """Return what says one after the other, then the same."""
    left = list(words)
    return lambda turn: left.pop(0) if left else otherwise


def choosing(names: Sequence[str], text: str = "so") -> Says:
    """Return what chooses one name after the other, and says a text where nothing is to be chosen."""
    left = list(names)
    return lambda turn: {"why": "", "choice": left.pop(0)} if "choices" in turn.brief else text
