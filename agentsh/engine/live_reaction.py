"""A reaction at work: each of its wishes becomes a step."""

from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.canonical import digest
from agentsh.core.chat import Answer, ChatRequest
from agentsh.core.code import Cell, CellResult, Command, RunResult
from agentsh.core.events import Event, MemorySummarised
from agentsh.core.files import Commit, FileDraft, FoundLine
from agentsh.core.ids import USER_REQUIREMENT, ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Draft, Message
from agentsh.core.model import JsonObject
from agentsh.core.packages import Installed
from agentsh.core.repo_map import Mapped
from agentsh.core.starts import MOST_STARTS, starts_in
from agentsh.core.tools import CallProtocol, ToolResult
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.engine.desk import Desk
from agentsh.engine.effects.cells import cell_effect
from agentsh.engine.effects.code import run_effect, trial_effect, verify_effect
from agentsh.engine.effects.files import read_effect, write_effect
from agentsh.engine.effects.looking import list_effect, search_effect
from agentsh.engine.effects.model import model_effect
from agentsh.engine.effects.news import news_effect
from agentsh.engine.effects.packages import install_effect
from agentsh.engine.effects.person import boss_effect, person_effect, review_effect
from agentsh.engine.effects.speech import publish_effect
from agentsh.engine.effects.survey import survey_effect
from agentsh.engine.effects.tool import called_in_steps, told_effect, tool_effect
from agentsh.engine.patience import Patience
from agentsh.engine.people import Permission
from agentsh.engine.state import OpenReaction, model_of
from agentsh.engine.steps import Record, Steps
from agentsh.engine.turns import is_for_a_person
from agentsh.ports import Tool

_BOSS_WORDS = 5
"""Of how many of the Boss's messages it is looked up how the program is started."""


class LiveReaction:
    """Fulfils `engine.reaction.Reaction`."""

    def __init__(
        self, desk: Desk, opened: OpenReaction, observed: tuple[Message, ...], records: dict[int, Record]
    ) -> None:
        facts = desk.log.state.facts
        assert facts is not None, "a reaction needs a session that has started"  # noqa: S101
        self._desk = desk
        self._opened = opened
        self._observed = observed
        self._facts = facts
        self._steps = Steps(opened, desk.log, desk.gate, records)
        self._said: list[Message] = []
        self._as_of = opened.started_seq
        self._summary = desk.log.state.roles[opened.role].summary
        self._kept: list[Event] = []

    @property
    def id(self) -> ReactionId:
        """Which reaction it is."""
        return self._opened.reaction

    @property
    def role(self) -> RoleName:
        """Whose it is."""
        return self._opened.role

    @property
    def round(self) -> int:
        """Longest causal chain of what was observed, plus one."""
        return self._opened.round

    @property
    def observed(self) -> tuple[Message, ...]:
        """The messages that set it off, oldest first."""
        return self._observed

    @property
    def action(self) -> ActionName | None:
        """What the conductor wants done."""
        return self._opened.action

    @property
    def brief(self) -> JsonObject:
        """What the conductor tells the role for this turn."""
        return self._opened.brief

    @property
    def idea(self) -> str:
        """What the Boss wanted at first."""
        return self._facts.idea

    @property
    def seed(self) -> int:
        """A seed of this reaction's own, from 0 to 2**31 - 1."""
        return int(digest(f"{self._facts.seed}:{self.id}")[:8], 16) >> 1

    @property
    def human(self) -> bool:
        """Whether a person answers the next step, or has answered it."""
        done = self._steps.upcoming
        if done is not None and done.kind in ("model", "person"):
            return done.kind == "person"
        return self._is_played()

    @property
    def model(self) -> str:
        """The model that answers the next step, or has answered it."""
        done = self._steps.upcoming
        return (done.model if done is not None else "") or model_of(self._desk.log.state, self.role)

    @property
    def protocol(self) -> CallProtocol | None:
        """How calls were asked for when the next step was recorded."""
        done = self._steps.upcoming
        return None if done is None else done.protocol

    @property
    def others(self) -> tuple[RoleName, ...]:
        """Names of the other roles of the team."""
        return tuple(name for name in self._facts.team.roles if name != self.role)

    @property
    def summary(self) -> tuple[MessageId, str] | None:
        """What stands for older history."""
        return self._summary

    @property
    def closing(self) -> tuple[Event, ...]:
        """Events to be kept together with the end of the reaction."""
        return tuple(self._kept)

    def doing(self, action: ActionName) -> None:
        """Say what the steps from here on are for."""
        self._steps.doing = action
        self._steps.protocol = None

    def calls_by(self, protocol: CallProtocol) -> None:
        """Say how calls are asked for from here on."""
        self._steps.protocol = protocol

    async def history(
        self,
        *,
        causes: Sequence[ActionName] | None = None,
        after: MessageId | None = None,
        last: int | None = None,
    ) -> list[Message]:
        """Return what the role could see when the reaction began or had news last, and what it has said since."""
        seen = await self._seen(causes, after, last)
        own = [message.id for message in self._said]
        later = self._said[own.index(after) + 1 :] if after in own else self._said
        said = [message for message in later if causes is None or message.cause_by in causes]
        found = said if after in own else [*seen, *said]
        return found if last is None else found[max(len(found) - last, 0) :]

    async def _as_the_boss_says(self, plan: VerifyPlan) -> VerifyPlan:
        """Return a plan that names no arguments with those that the Boss named, the newest first."""
        if plan.entry_args or plan.entry_stdin or plan.command is not None:
            return plan
        said = await self.history(causes=[USER_REQUIREMENT], last=_BOSS_WORDS)
        texts = [*(message.content for message in reversed(said)), self.idea]
        starts = (start for text in texts for start in starts_in(text))
        return plan.model_copy(update={"asked": tuple(dict.fromkeys(starts))[:MOST_STARTS]})

    async def _seen(
        self, causes: Sequence[ActionName] | None, after: MessageId | None, last: int | None
    ) -> list[Message]:
        published = self._desk.log.state.published
        if after is None and causes is not None and not any(cause in published for cause in causes):
            return []  # nothing of it was ever said: no need to look it up
        return await self._desk.log.journal.messages(
            causes=causes, visible_to=self.role, after=after, as_of=self._as_of, last=last
        )

    async def ask_model(self, request: ChatRequest) -> Answer:
        """Ask the model. Raises ProviderError, BudgetSpent; QuestionWithdrawn when a person took over before that."""
        effect = model_effect(self._desk, self.role, self.id, request)
        played = self._is_played()
        return await self._steps.run(effect._replace(holds=lambda: self._is_played() == played))

    async def ask_person(
        self, prompt: str, *, schema: JsonObject | None = None, choices: Sequence[str] = ()
    ) -> JsonValue:
        """Ask whoever plays the role. Raises PersonNeeded; QuestionWithdrawn when it was given back before that."""
        played = self._is_played
        still = played if played() else lambda: True
        return await self._steps.run(person_effect(self._desk, self.role, self.id, prompt, schema, choices, still))

    async def review(self, what: str, detail: str, why: str = "") -> Permission:
        """Let the Boss approve, edit or refuse a text. Raises PersonNeeded."""
        return await self._steps.run(review_effect(self._desk, self.role, self.id, what, detail, why))

    async def news(self) -> tuple[Message, ...]:
        """Return what has come for the role since it last looked."""
        news = await self._steps.run(news_effect(self._desk, self.role))
        found = [await self._desk.log.message(id_) for id_ in news.due]
        arrived = tuple(message for message in found if message is not None)
        self._observed = (*self._observed, *arrived)
        # What it has said itself is in the history up to there, too.
        self._as_of, self._said = news.seq, []
        return arrived

    async def run(self, command: Command) -> RunResult:
        """Run code in the sandbox, once approved."""
        return await self._steps.run(run_effect(self._desk, self.role, self.id, command))

    async def run_cell(self, cell: Cell) -> CellResult:
        """Run Python in the role's interpreter, once approved."""
        return await self._steps.run(cell_effect(self._desk, self.role, self.id, cell))

    async def read(self, paths: Sequence[str] | None = None) -> dict[str, str]:
        """Return workspace files as they are now."""
        found = await self._steps.run(read_effect(self._desk, self.role, self.id, paths))
        self._desk.hands.saw(self.role, found)
        return found

    async def survey(self) -> tuple[Mapped, ...]:
        """Return which workspace files there are and what they define."""
        return await self._steps.run(survey_effect(self._desk, self.role, self.id))

    async def write(self, files: Sequence[FileDraft], summary: str) -> Commit:
        """Write files and commit them. Raises UnsafePath."""
        return await self._steps.run(write_effect(self._desk, self.role, self.id, files, summary))

    async def verify(self, plan: VerifyPlan) -> Verdict:
        """Try whether the workspace's program runs."""
        plan = await self._as_the_boss_says(plan)
        return await self._steps.run(verify_effect(self._desk, self.role, self.id, plan))

    async def trial(self, plan: VerifyPlan, drafts: Sequence[FileDraft]) -> Verdict:
        """Try whether the program would run with `drafts`."""
        plan = await self._as_the_boss_says(plan)
        return await self._steps.run(trial_effect(self._desk, self.role, self.id, plan, drafts))

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Install packages for the workspace's program, once allowed."""
        return await self._steps.run(install_effect(self._desk, self.role, self.id, requirements))

    async def list_files(self, pattern: str) -> tuple[str, ...]:
        """Return paths of the workspace that fit a glob."""
        return await self._steps.run(list_effect(self._desk, pattern))

    async def search_files(self, text: str, pattern: str) -> tuple[FoundLine, ...]:
        """Return the lines that hold `text` in files that fit the glob."""
        return await self._steps.run(search_effect(self._desk, self.role, self.id, text, pattern))

    async def ask_boss(self, prompt: str, choices: Sequence[str] = ()) -> str:
        """Ask the Boss. Raises PersonNeeded."""
        return await self._steps.run(boss_effect(self._desk, self.role, self.id, prompt, choices))

    async def use_tool(self, tool: Tool, arguments: JsonObject) -> ToolResult:
        """Call a tool and record what came of it."""
        if tool.spec.outside:
            return await self._steps.run(tool_effect(self._desk, self.role, self.id, tool, self, arguments))
        self._steps.tool, self._steps.patience = tool.spec.name, Patience(tool.spec.deadline_s)
        try:
            result = await called_in_steps(tool, self, arguments, self._steps.patience)
        finally:
            self._steps.tool, self._steps.patience = "", None
        return await self._steps.run(told_effect(tool.spec, arguments, result))

    async def publish(self, draft: Draft) -> Message:
        """Put a message on the bus, now, exactly once."""
        message = await self._steps.run(publish_effect(self._desk, self._opened, draft))
        self._said.append(message)
        return message

    def _is_played(self) -> bool:
        """Return whether a person plays the role, or this turn is for one."""
        return self._desk.log.state.roles[self.role].human or is_for_a_person(self._opened.brief)

    def summarise(self, upto: MessageId, text: str) -> None:
        """From the next reaction on, `text` stands for the history up to `upto`."""
        self._kept.append(MemorySummarised(role=self.role, reaction=self.id, upto=upto, text=text))
