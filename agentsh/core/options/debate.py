"""Keys of a debate: rounds of arguments and a judge, or proposals that are voted on. Sources: MetaGPT, AutoGPT."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.options.base import Problem, Reference, TalkOptions


class DebateOptions(TalkOptions):
    """The keys of conductor `debate`."""

    debaters: tuple[RoleName, ...] = Field(min_length=2, max_length=20)
    """Who argues, in this order; with votes: who proposes, all at once."""
    how: Literal["argue", "vote"] = "argue"
    rounds: int = Field(default=2, ge=1, le=20)
    """How often each debater speaks."""
    judge: RoleName | None = None
    """Who says how it ends; None: whoever wins the vote does, and of a debate the last to speak."""
    voters: tuple[RoleName, ...] = ()
    """Who votes, all at once; none named: the debaters. Of equals the first in the order of debaters wins."""
    argue: ActionName = ActionName("argue")
    propose: ActionName = ActionName("propose")
    vote: ActionName = ActionName("vote")
    conclude: ActionName = ActionName("give_verdict")

    def references(self) -> Iterator[Reference]:
        """Yield who takes part, and what they do."""
        for key, roles in (("debaters", self.debaters), ("voters", self.voters)):
            for index, name in enumerate(roles):
                yield Reference(kind="role", name=name, place=(key, index))
        if self.judge is not None:
            yield Reference(kind="role", name=self.judge, place=("judge",))
        used = {"argue": self.argue} if self.how == "argue" else {"propose": self.propose, "vote": self.vote}
        for key, action in {**used, "conclude": self.conclude, "speak": self.speak}.items():
            yield Reference(kind="action", name=action, place=(key,))

    def problems(self) -> Iterator[Problem]:
        """Yield a debater who is there twice, and voters without a vote."""
        twice = next((name for name in self.debaters if self.debaters.count(name) > 1), None)
        if twice is not None:
            yield Problem(place=("debaters",), message=f"{twice!r} is there twice", hint="Name each once.")
        if self.voters and self.how == "argue":
            yield Problem(place=("voters",), message="nothing is voted on", hint="Write: how: vote")
