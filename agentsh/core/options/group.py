"""Keys of a group chat: who may speak after whom, who says who does, and when it is over. Source: AutoGen."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.options.base import Problem, Reference, TalkOptions
from agentsh.core.options.ending import End


class GroupOptions(TalkOptions):
    """The keys of conductor `group`."""

    members: tuple[str, ...] = Field(min_length=1, max_length=50)
    """Who speaks: roles, and teams that are named in `teams`, in their order."""
    teams: tuple[str, ...] = ()
    """Teams within the team: one that is called on works until it is over."""
    speaker: Literal["auto", "round_robin", "random", "manual"] = "auto"
    """Who says who speaks next: the moderator, the order, chance by the session's seed, or a person from a list."""
    moderator: RoleName | None = None
    """Who chooses, for auto and manual."""
    first: str | None = None
    """Who speaks first; None: chosen as all others are."""
    transitions: dict[str, tuple[str, ...]] = {}
    """Who may speak after whom; who is not named here may be followed by anybody."""
    twice: bool = False
    """Whether somebody may speak twice in a row, where `transitions` do not say it."""
    acts: dict[str, ActionName] = {}
    """What single roles do in place of speaking."""
    choose: ActionName = ActionName("choose_speaker")
    end: End = End(turns=10)

    def references(self) -> Iterator[Reference]:
        """Yield who takes part, and what they do."""
        for index, team in enumerate(self.teams):
            yield Reference(kind="team", name=team, place=("teams", index))
        for index, name in enumerate(self.members):
            if name not in self.teams:
                yield Reference(kind="role", name=name, place=("members", index))
        if self.moderator is not None:
            yield Reference(kind="role", name=self.moderator, place=("moderator",))
            yield Reference(kind="action", name=self.choose, place=("choose",))
        yield Reference(kind="action", name=self.speak, place=("speak",))
        for name, action in self.acts.items():
            yield Reference(kind="action", name=action, place=("acts", name))
        yield from self.end.references(("end",))

    def problems(self) -> Iterator[Problem]:
        """Yield choosing without anybody who does it, and names that are no members."""
        if self.speaker in ("auto", "manual") and self.moderator is None:
            message = f"nobody chooses the speaker, and it is {self.speaker!r}"
            yield Problem(place=("speaker",), message=message, hint="Add a line: moderator: …, or write: round_robin")
        if self.first is not None and self.first not in self.members:
            yield self._stranger(("first",), self.first)
        for name in self.acts:
            if name not in self.members:
                yield self._stranger(("acts", name), name)
        for name, after in self.transitions.items():
            if name not in self.members:
                yield self._stranger(("transitions", name), name)
            for index, other in enumerate(after):
                if other not in self.members:
                    yield self._stranger(("transitions", name, index), other)
        yield from self.end.problems(("end",))

    def _stranger(self, place: tuple[str | int, ...], name: str) -> Problem:
        return Problem(place=place, message=f"{name!r} is no member", wrong=name, known=self.members)
