"""Keys of a dialogue: one instructs and one answers, turn by turn, until the task is done. Source: CAMEL."""

from collections.abc import Iterator

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.options.base import Problem, Reference, TeamOptions


class DialogueOptions(TeamOptions):
    """The keys of conductor `dialogue`."""

    instructor: RoleName
    """Who gives one instruction after the other."""
    assistant: RoleName
    """Who answers each."""
    turns: int = Field(default=20, ge=1, le=200)
    """Most instructions."""
    instruct: ActionName = ActionName("give_instruction")
    answer: ActionName = ActionName("give_answer")
    until: str = "done"
    """The bool of an instruction's output that ends it."""
    specifier: RoleName | None = None
    """Who makes the task definite before it begins; None: it stays as the Boss said it."""
    specify: ActionName = ActionName("specify_task")
    planner: RoleName | None = None
    """Who divides the task into parts before it begins."""
    plan: ActionName = ActionName("plan_task")
    critic: RoleName | None = None
    """Who picks among the proposals of each turn, a model or a person."""
    judge: ActionName = ActionName("choose_proposal")
    proposals: int = Field(default=1, ge=1, le=8)
    """How many there are to pick from."""
    reporter: RoleName | None = None
    """Who puts together in the end what came of it, for the Boss."""
    report: ActionName = ActionName("report_result")
    window: int = Field(default=12, ge=2, le=100)
    """So many of the newest words of the talk are shown."""

    def references(self) -> Iterator[Reference]:
        """Yield who speaks, and what they do."""
        duties = {
            "specifier": (self.specifier, "specify", self.specify),
            "planner": (self.planner, "plan", self.plan),
            "instructor": (self.instructor, "instruct", self.instruct),
            "assistant": (self.assistant, "answer", self.answer),
            "critic": (self.critic, "judge", self.judge),
            "reporter": (self.reporter, "report", self.report),
        }
        for key, (role, does, action) in duties.items():
            if role is not None:
                yield Reference(kind="role", name=role, place=(key,))
                yield Reference(kind="action", name=action, place=(does,))
        yield Reference(kind="flag", name=f"{self.instruct}.{self.until}", place=("until",))

    def problems(self) -> Iterator[Problem]:
        """Yield proposals that nobody picks from, and a critic with nothing to pick."""
        if self.proposals > 1 and self.critic is None:
            message = f"there are {self.proposals} proposals and no critic"
            yield Problem(place=("proposals",), message=message, hint="Add a line: critic: …")
        if self.critic is not None and self.proposals == 1:
            message = "a critic has nothing to pick from one proposal"
            yield Problem(place=("critic",), message=message, hint="Add a line: proposals: 2")
        if self.instructor == self.assistant:
            yield Problem(place=("assistant",), message="nobody instructs themselves", hint="Name two roles.")
