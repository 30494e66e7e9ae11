"""One run of one role over the messages that it observed. Whatever it does outside is a step, recorded before use."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import JsonValue

from agentsh.core.chat import Answer, ChatRequest
from agentsh.core.code import Cell, CellResult, Command, RunResult
from agentsh.core.files import Commit, FileDraft, FoundLine
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Draft, Message
from agentsh.core.model import JsonObject
from agentsh.core.packages import Installed
from agentsh.core.repo_map import Mapped
from agentsh.core.tools import CallProtocol, ToolResult
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.engine.people import Permission
from agentsh.ports import Tool


class Reaction(Protocol):
    """What role code may do. On resume the code runs again from its top and finds finished steps done.

    So it has to be deterministic: no clock, no unseeded chance, and nothing read from outside but through here.
    """

    @property
    def id(self) -> ReactionId: ...
    @property
    def role(self) -> RoleName: ...
    @property
    def round(self) -> int:
        """Longest causal chain of what was observed, plus one."""

    @property
    def observed(self) -> tuple[Message, ...]:
        """The messages that set it off, oldest first."""

    @property
    def action(self) -> ActionName | None:
        """What the conductor wants done; None: the role thinks for itself."""

    @property
    def brief(self) -> JsonObject:
        """What the conductor tells the role for this turn."""

    @property
    def idea(self) -> str: ...
    @property
    def seed(self) -> int: ...

    @property
    def human(self) -> bool | None:
        """Whether a person answers the next step; for a step that is recorded, whether one did. None: as the card says.

        It may change within a reaction: a role can be taken over, and released, at any moment.
        """

    @property
    def model(self) -> str | None:
        """The model that answers the next step, or has answered it. None: the role's own."""

    @property
    def protocol(self) -> CallProtocol | None:
        """How calls were asked for when the next step was recorded. None: it is not recorded, or without calls."""

    @property
    def others(self) -> tuple[RoleName, ...]:
        """Names of the other roles of the team."""

    @property
    def summary(self) -> tuple[MessageId, str] | None:
        """What stands for older history: (last message that it covers, text)."""

    def doing(self, action: ActionName) -> None:
        """Say what the steps from here on are for: shown to people, and matched by breakpoints."""

    def calls_by(self, protocol: CallProtocol) -> None:
        """Say how calls are asked for from here on, until something else is done: kept with each step."""

    async def history(
        self,
        *,
        causes: Sequence[ActionName] | None = None,
        after: MessageId | None = None,
        last: int | None = None,
    ) -> list[Message]:
        """Return messages visible to the role as of the start of the reaction, and what it published since."""

    async def ask_model(self, request: ChatRequest) -> Answer:
        """Ask the model, streaming to the screen.

        Raises:
            ProviderError: it could not answer.
            BudgetSpent: it may not.
            QuestionWithdrawn: a person took the role over before it was asked.
        """

    async def ask_person(
        self, prompt: str, *, schema: JsonObject | None = None, choices: Sequence[str] = ()
    ) -> JsonValue:
        """Ask whoever plays the role. Raises PersonNeeded when nobody is there to answer."""

    async def review(self, what: str, detail: str, why: str = "") -> Permission:
        """Let the Boss approve, edit or refuse a text before the role goes by it. Raises PersonNeeded."""

    async def news(self) -> tuple[Message, ...]:
        """Return what has come for the role since it last looked; it counts as observed from now on."""

    async def run(self, command: Command) -> RunResult:
        """Run code in the sandbox, once approved. A refusal is exit code 126 with the reason in stderr."""

    async def run_cell(self, cell: Cell) -> CellResult:
        """Run Python in the role's interpreter, once approved; what earlier cells defined is there, or that is told."""

    async def read(self, paths: Sequence[str] | None = None) -> dict[str, str]:
        """Return workspace files (all text files when None) as they are now; recorded, so the same on resume."""

    async def survey(self) -> tuple[Mapped, ...]:
        """Return which workspace files there are and what they define; recorded, so the same on resume."""

    async def write(self, files: Sequence[FileDraft], summary: str) -> Commit:
        """Write files and commit them. Raises UnsafePath."""

    async def verify(self, plan: VerifyPlan) -> Verdict:
        """Try whether the workspace's program runs, once approved."""

    async def trial(self, plan: VerifyPlan, drafts: Sequence[FileDraft]) -> Verdict:
        """Try whether the program would run with `drafts` in place of what is there; nothing is written."""

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Install packages for the workspace's program, once allowed. A refusal is an outcome, with its reason."""

    async def list_files(self, pattern: str) -> tuple[str, ...]:
        """Return paths of the workspace that fit a glob, sorted; recorded, so the same on resume."""

    async def search_files(self, text: str, pattern: str) -> tuple[FoundLine, ...]:
        """Return the lines that hold `text`, whatever its case, in files that fit the glob; the first of many."""

    async def ask_boss(self, prompt: str, choices: Sequence[str] = ()) -> str:
        """Return what the Boss answers. Raises PersonNeeded when nobody is there."""

    async def use_tool(self, tool: Tool, arguments: JsonObject) -> ToolResult:
        """Call a tool and record what came of it. What goes wrong in it is its result.

        One that acts outside is one step, once allowed; of another each effect is a step of its own.
        """

    async def publish(self, draft: Draft) -> Message:
        """Put a message on the bus, now, exactly once."""

    def summarise(self, upto: MessageId, text: str) -> None:
        """From the next reaction on, `text` stands for the history up to `upto`; kept when this reaction finishes."""


class Reacts(Protocol):
    """A role as the engine sees it."""

    @property
    def name(self) -> RoleName: ...
    async def react(self, reaction: Reaction) -> None:
        """Observe, think, act, publish."""
