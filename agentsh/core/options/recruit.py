"""Keys of a task force: experts are recruited, decide, carry out, and are judged; the advice feeds the next round.

Source: AgentVerse.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.options.base import Problem, Reference, TalkOptions


class RecruitOptions(TalkOptions):
    """The keys of conductor `recruit`."""

    recruiter: RoleName
    experts: tuple[RoleName, ...] = Field(min_length=1, max_length=10)
    """Who can be recruited; the recruiter says what each is to be. The first solves, where one has to."""
    evaluator: RoleName
    executor: RoleName | None = None
    """Who carries the solution out before it is judged; None: it is judged as it is."""
    decide: Literal["vertical", "horizontal", "brainstorm", "concurrent"] = "horizontal"
    """vertical: the first solves, the others criticise, until they agree. horizontal: all discuss in turn, then the
    first solves. brainstorm: all give ideas at once, then the first solves. concurrent: all solve at once, and the
    first makes one solution of theirs."""
    talks: int = Field(default=1, ge=1, le=10)
    """How often they discuss, or criticise, in one round."""
    rounds: int = Field(default=3, ge=1, le=10)
    """Most rounds."""
    good: int = Field(default=8, ge=0, le=10)
    """The score, of 10, from which on no further round is needed."""
    recruit: ActionName = ActionName("recruit_experts")
    """Its output `duties` says what each expert is to be."""
    discuss: ActionName = ActionName("discuss")
    solve: ActionName = ActionName("solve")
    criticise: ActionName = ActionName("criticise")
    """Its output has the bool `agrees`."""
    execute: ActionName = ActionName("carry_out")
    evaluate: ActionName = ActionName("evaluate")
    """Its output has a `score` from 0 to 10 and `advice`."""

    def references(self) -> Iterator[Reference]:
        """Yield who takes part, and what they do."""
        yield Reference(kind="role", name=self.recruiter, place=("recruiter",))
        for index, name in enumerate(self.experts):
            yield Reference(kind="role", name=name, place=("experts", index))
        yield Reference(kind="role", name=self.evaluator, place=("evaluator",))
        used = ["recruit", "solve", "evaluate", "speak"]
        if self.executor is not None:
            yield Reference(kind="role", name=self.executor, place=("executor",))
            used.append("execute")
        used += {"vertical": ["criticise"], "concurrent": []}.get(self.decide, ["discuss"])
        for key in used:
            yield Reference(kind="action", name=getattr(self, key), place=(key,))
        if self.decide == "vertical":
            yield Reference(kind="flag", name=f"{self.criticise}.agrees", place=("criticise",))

    def problems(self) -> Iterator[Problem]:
        """Yield critics that there are not."""
        if self.decide == "vertical" and len(self.experts) < 2:
            yield Problem(place=("experts",), message="nobody is there to criticise", hint="Name two experts or more.")
