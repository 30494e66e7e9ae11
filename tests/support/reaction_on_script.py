"""A reaction whose outside is a script: answers come from lists, and every step is recorded as the engine would."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentsh.core.canonical import canonical_json, digest
from agentsh.core.chat import Answer, ChatRequest
from agentsh.core.code import Command, RunResult
from agentsh.core.files import Commit, FileChange, FileDraft
from agentsh.core.ids import ActionName, MessageId, RoleName, message_id, reaction_id
from agentsh.core.messages import Draft, Message
from agentsh.core.model import JsonObject
from agentsh.core.packages import Installed
from agentsh.core.repo_map import Mapped, mapped
from agentsh.core.tools import CallProtocol
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.engine.people import Permission

Said = str | Answer | Callable[[ChatRequest], str | Answer]


@dataclass(frozen=True)
class Step:
    """One recorded step."""

    kind: str
    request: JsonValue
    result: JsonValue


@dataclass
class ReactionOnScript:
    """Fulfils `engine.reaction.Reaction`. With `recorded` steps it gives these results, and refuses another request."""

    role: RoleName
    answers: Iterable[Said] = ()
    observed: tuple[Message, ...] = ()
    past: Sequence[Message] = ()
    action: ActionName | None = None
    brief: JsonObject = field(default_factory=dict)
    idea: str = "Write a tool"
    seed: int = 7
    others: tuple[RoleName, ...] = ()
    human: bool | None = None
    model: str | None = None
    protocol: CallProtocol | None = None
    summary: tuple[MessageId, str] | None = None
    files: dict[str, str] = field(default_factory=dict)
    verdicts: list[Verdict] = field(default_factory=list)
    person: list[JsonValue] = field(default_factory=list)
    reviews: list[JsonValue] = field(default_factory=list)
    reviewed: list[tuple[str, str, str]] = field(default_factory=list)
    arrivals: list[tuple[Message, ...]] = field(default_factory=list)
    trials: Callable[[tuple[FileDraft, ...]], Verdict] = lambda drafts: Verdict(passed=True, gates=())
    installs: list[Installed] = field(default_factory=list)
    runner: Callable[[Command], RunResult] = lambda command: RunResult(exit_code=0)
    recorded: Sequence[Step] = ()
    number: int = 1
    round: int = 1
    steps: list[Step] = field(default_factory=list)
    published: list[Message] = field(default_factory=list)
    requests: list[ChatRequest] = field(default_factory=list)
    asked: list[JsonObject] = field(default_factory=list)
    plans: list[VerifyPlan] = field(default_factory=list)
    writes: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    did: list[ActionName] = field(default_factory=list)
    summaries: list[tuple[MessageId, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.id = reaction_id(self.role, self.number)
        self._answers = iter(self.answers)

    def doing(self, action: ActionName) -> None:
        self.did.append(action)

    def calls_by(self, protocol: CallProtocol) -> None:
        pass

    async def history(
        self,
        *,
        causes: Sequence[ActionName] | None = None,
        after: MessageId | None = None,
        last: int | None = None,
    ) -> list[Message]:
        known = [message for message in [*self.past, *self.observed, *self.published] if self._sees(message)]
        found = list({message.id: message for message in known}.values())
        ids = [message.id for message in found]
        if after is not None and after in ids:
            found = found[ids.index(after) + 1 :]
        found = [message for message in found if causes is None or message.cause_by in causes]
        return found if last is None else found[max(0, len(found) - last) :]

    def _sees(self, message: Message) -> bool:
        return not message.send_to or self.role in message.send_to or message.sent_from == self.role

    async def ask_model(self, request: ChatRequest) -> Answer:
        self.requests.append(request)
        result = self._step("model", request.model_dump(mode="json", by_alias=True), lambda: self._answer(request))
        return Answer.model_validate(result)

    def _answer(self, request: ChatRequest) -> JsonValue:
        said = next(self._answers, None)
        assert said is not None, f"nothing is scripted for:\n{request.messages[-1].content}"
        said = said(request) if callable(said) else said
        answer = Answer(text=said) if isinstance(said, str) else said
        return answer.model_dump(mode="json")

    async def ask_person(
        self, prompt: str, *, schema: JsonObject | None = None, choices: Sequence[str] = ()
    ) -> JsonValue:
        request: JsonObject = {"prompt": prompt, "schema": schema, "choices": list(choices)}
        self.asked.append(request)
        return self._step("person", request, lambda: self.person.pop(0))

    async def review(self, what: str, detail: str, why: str = "") -> Permission:
        self.reviewed.append((what, detail, why))
        said = self._step("person", {"what": what, "detail": detail, "why": why}, lambda: self.reviews.pop(0))
        return Permission.model_validate(said)

    async def news(self) -> tuple[Message, ...]:
        arrived = self.arrivals.pop(0) if self.arrivals else ()
        self._step("news", None, lambda: [message.id for message in arrived])
        self.observed = (*self.observed, *arrived)
        return arrived

    async def run(self, command: Command) -> RunResult:
        def perform() -> JsonValue:
            return self.runner(command).model_dump(mode="json")

        return RunResult.model_validate(self._step("run", command.model_dump(mode="json"), perform))

    async def read(self, paths: Sequence[str] | None = None) -> dict[str, str]:
        wanted = sorted(self.files) if paths is None else list(paths)

        def perform() -> JsonValue:
            return {path: self.files[path] for path in wanted if path in self.files}

        found = self._step("read", None if paths is None else list(paths), perform)
        assert isinstance(found, dict)
        return {path: str(text) for path, text in found.items()}

    async def survey(self) -> tuple[Mapped, ...]:
        def perform() -> JsonValue:
            found = (mapped(path, len(text), text) for path, text in sorted(self.files.items()))
            return [each.model_dump(mode="json") for each in found]

        found = self._step("survey", None, perform)
        assert isinstance(found, list)
        return tuple(Mapped.model_validate(each) for each in found)

    async def write(self, files: Sequence[FileDraft], summary: str) -> Commit:
        request: JsonValue = [[draft.path, draft.text] for draft in files]

        def perform() -> JsonValue:
            self.writes.append((summary, tuple(draft.path for draft in files)))
            for draft in files:
                self.files[draft.path] = draft.text or ""
            changes = tuple(FileChange(path=draft.path, change="added") for draft in files)
            return Commit(id=digest(canonical_json(request)), changes=changes).model_dump(mode="json")

        return Commit.model_validate(self._step("write", request, perform))

    async def verify(self, plan: VerifyPlan) -> Verdict:
        self.plans.append(plan)
        return Verdict.model_validate(
            self._step("verify", plan.model_dump(mode="json"), lambda: self.verdicts.pop(0).model_dump(mode="json"))
        )

    async def trial(self, plan: VerifyPlan, drafts: Sequence[FileDraft]) -> Verdict:
        self.plans.append(plan)
        request: JsonValue = [plan.model_dump(mode="json"), [[draft.path, draft.text] for draft in drafts]]
        judged = self._step("trial", request, lambda: self.trials(tuple(drafts)).model_dump(mode="json"))
        return Verdict.model_validate(judged)

    async def install(self, requirements: Sequence[str]) -> Installed:
        request: JsonValue = list(requirements)
        return Installed.model_validate(
            self._step("install", request, lambda: self.installs.pop(0).model_dump(mode="json"))
        )

    async def publish(self, draft: Draft) -> Message:
        ordinal = len(self.steps)
        fields = draft.model_dump()
        message = Message(
            **fields, id=message_id(self.id, ordinal), sent_from=self.role, reaction=self.id, round=self.round
        )
        self._step("publish", draft.model_dump(mode="json"), lambda: None)
        self.published.append(message)
        return message

    def summarise(self, upto: MessageId, text: str) -> None:
        self.summaries.append((upto, text))

    def _step(self, kind: str, request: JsonValue, perform: Callable[[], JsonValue]) -> JsonValue:
        ordinal = len(self.steps)
        if ordinal < len(self.recorded):
            step = self.recorded[ordinal]
            assert (step.kind, step.request) == (kind, request), f"step {ordinal} diverged"
        else:
            step = Step(kind, request, perform())
        self.steps.append(step)
        return step.result
