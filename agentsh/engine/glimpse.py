"""A reaction that only looks: it sees what the role would see now, and stops before the first thing it would do."""

from collections.abc import Sequence
from typing import NoReturn

from pydantic import JsonValue

from agentsh.core.canonical import digest
from agentsh.core.chat import Answer, ChatRequest
from agentsh.core.code import Cell, CellResult, Command, RunResult
from agentsh.core.events import SessionStarted, StepKind
from agentsh.core.files import Commit, FileDraft, FoundLine
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName, reaction_id
from agentsh.core.messages import Draft, Message
from agentsh.core.model import JsonObject
from agentsh.core.packages import Installed
from agentsh.core.repo_map import Mapped, mapped
from agentsh.core.tools import CallProtocol, ToolResult
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.engine.desk import Desk
from agentsh.engine.people import Permission
from agentsh.engine.state import model_of
from agentsh.engine.turns import Turn, is_for_a_person
from agentsh.ports import Tool


class Seen(Exception):
    """What a role would do next, caught before it happens."""

    def __init__(self, step: StepKind, detail: str, request: ChatRequest | None = None) -> None:
        super().__init__(f"{step}: {detail}")
        self.step = step
        self.detail = detail
        self.request = request


class Glimpse:
    """Fulfils `engine.reaction.Reaction` as far as reading goes; nothing is recorded, and nothing is done."""

    def __init__(
        self, desk: Desk, facts: SessionStarted, role: RoleName, observed: tuple[Message, ...], turn: Turn | None = None
    ) -> None:
        """Look as `role`, at what it observed; `turn`: what the conductor would let it do."""
        self._desk = desk
        self._facts = facts
        self._role = role
        self._observed = observed
        self._action = None if turn is None else turn.action
        self._brief: JsonObject = {} if turn is None else turn.brief

    @property
    def id(self) -> ReactionId:
        """The reaction that would come next."""
        return reaction_id(self._role, self._desk.log.state.roles[self._role].reactions + 1)

    @property
    def role(self) -> RoleName:
        """Whose it is."""
        return self._role

    @property
    def round(self) -> int:
        """Longest causal chain of what was observed, plus one."""
        return 1 + max((message.round for message in self._observed), default=0)

    @property
    def observed(self) -> tuple[Message, ...]:
        """What waits for the role."""
        return self._observed

    @property
    def action(self) -> ActionName | None:
        """What the conductor would want done."""
        return self._action

    @property
    def brief(self) -> JsonObject:
        """What the conductor would tell the role."""
        return self._brief

    @property
    def idea(self) -> str:
        """What the Boss wanted at first."""
        return self._facts.idea

    @property
    def seed(self) -> int:
        """The seed that the reaction would have."""
        return int(digest(f"{self._facts.seed}:{self.id}")[:8], 16) >> 1

    @property
    def human(self) -> bool:
        """Whether a person plays the role."""
        return self._desk.log.state.roles[self._role].human or is_for_a_person(self._brief)

    @property
    def model(self) -> str:
        """The model that the role asks."""
        return model_of(self._desk.log.state, self._role)

    @property
    def protocol(self) -> CallProtocol | None:
        """Nothing is recorded yet."""
        return None

    @property
    def others(self) -> tuple[RoleName, ...]:
        """Names of the other roles of the team."""
        return tuple(name for name in self._facts.team.roles if name != self._role)

    @property
    def summary(self) -> tuple[MessageId, str] | None:
        """What stands for older history."""
        return self._desk.log.state.roles[self._role].summary

    def doing(self, action: ActionName) -> None:
        """Take note of nothing."""

    def calls_by(self, protocol: CallProtocol) -> None:
        """Take note of nothing."""

    async def history(
        self, *, causes: Sequence[ActionName] | None = None, after: MessageId | None = None, last: int | None = None
    ) -> list[Message]:
        """Return messages that the role can see now."""
        return await self._desk.log.journal.messages(causes=causes, visible_to=self._role, after=after, last=last)

    async def read(self, paths: Sequence[str] | None = None) -> dict[str, str]:
        """Return workspace files as they are now."""
        wanted = [entry.path for entry in await self._desk.workspace.files()] if paths is None else list(paths)
        found = {path: await self._desk.workspace.read(path) for path in wanted}
        return {path: text for path, text in found.items() if text is not None}

    async def survey(self) -> tuple[Mapped, ...]:
        """Return which workspace files there are; nobody looks inside."""
        return tuple(mapped(entry.path, entry.size_bytes, None) for entry in await self._desk.workspace.files())

    async def ask_model(self, request: ChatRequest) -> Answer:
        """Stop here: this is what the model would be asked."""
        raise Seen("model", request.model, request)

    async def ask_person(
        self, prompt: str, *, schema: JsonObject | None = None, choices: Sequence[str] = ()
    ) -> JsonValue:
        """Stop here: this is what the person would be asked."""
        del schema, choices
        raise Seen("person", prompt)

    async def review(self, what: str, detail: str, why: str = "") -> Permission:
        """Stop here: this is what the Boss would be asked."""
        del why
        raise Seen("person", f"{what}: {detail}")

    async def news(self) -> tuple[Message, ...]:
        """Nothing has come since."""
        return ()

    async def run(self, command: Command) -> RunResult:
        """Stop here."""
        return _stop("run", " ".join(command.argv))

    async def run_cell(self, cell: Cell) -> CellResult:
        """Stop here."""
        return _stop("run", cell.code)

    async def write(self, files: Sequence[FileDraft], summary: str) -> Commit:
        """Stop here."""
        del summary
        return _stop("write", ", ".join(draft.path for draft in files))

    async def verify(self, plan: VerifyPlan) -> Verdict:
        """Stop here."""
        del plan
        return _stop("verify", "the program and its tests")

    async def trial(self, plan: VerifyPlan, drafts: Sequence[FileDraft]) -> Verdict:
        """Stop here."""
        del plan
        return _stop("tool", f"a trial of {', '.join(draft.path for draft in drafts)}")

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Stop here."""
        return _stop("tool", f"install {', '.join(requirements)}")

    async def list_files(self, pattern: str) -> tuple[str, ...]:
        """Stop here."""
        return _stop("read", f"files that fit {pattern}")

    async def search_files(self, text: str, pattern: str) -> tuple[FoundLine, ...]:
        """Stop here."""
        return _stop("read", f"lines with {text!r} in {pattern}")

    async def ask_boss(self, prompt: str, choices: Sequence[str] = ()) -> str:
        """Stop here."""
        del choices
        return _stop("person", prompt)

    async def use_tool(self, tool: Tool, arguments: JsonObject) -> ToolResult:
        """Stop here."""
        del arguments
        return _stop("tool", tool.spec.name)

    async def publish(self, draft: Draft) -> Message:
        """Stop here."""
        return _stop("publish", draft.content)

    def summarise(self, upto: MessageId, text: str) -> None:
        """Keep nothing."""


def _stop(step: StepKind, detail: str) -> NoReturn:
    raise Seen(step, detail)
