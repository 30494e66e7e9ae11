"""A session without files of a team's own: real journal and engine, roles that are functions, a model in process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from difflib import unified_diff
from pathlib import Path

from agentsh.conductors.sop import Sop
from agentsh.core import chat as c
from agentsh.core.cards import BudgetCard, RoleCard, TeamCard, TeamFile
from agentsh.core.code import Command, RunResult, SandboxStatus
from agentsh.core.events import Event, Recorded, SessionPaused, SessionStarted
from agentsh.core.files import ChangeNote, Commit, FileChange, FileDraft, FileEntry
from agentsh.core.ids import USER_REQUIREMENT, ActionName, RoleName, SessionName
from agentsh.core.messages import Draft
from agentsh.core.settings import ModelSettings
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.engine.budget import Meter
from agentsh.engine.desk import Desk
from agentsh.engine.fold import Fold
from agentsh.engine.gate import Gate, restore
from agentsh.engine.log import EventLog
from agentsh.engine.model_queue import Host, ModelQueue
from agentsh.engine.people import People
from agentsh.engine.reaction import Reaction, Reacts
from agentsh.engine.run import Run
from agentsh.engine.turns import Conductor
from agentsh.ports import Watcher
from agentsh.session.facade import Session
from agentsh.store.journal import SqliteJournal
from tests.support.patience import HANG_S

React = Callable[[Reaction], Awaitable[None]]


@dataclass
class FunctionRole:
    """A role whose reaction is a function."""

    name: RoleName
    function: React

    async def react(self, reaction: Reaction) -> None:
        await self.function(reaction)


@dataclass
class ModelInProcess:
    """Answers after `delay_s`, with what `reply` says; counts what it is asked, and how much at once."""

    reply: Callable[[c.ChatRequest], str | c.Failed] = lambda request: f"heard: {request.messages[-1].content}"
    delay_s: float = 0.0
    hold: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)
    now: int = 0
    most: int = 0
    closed: int = 0
    name: str = "in-process"
    host: str = "here"
    models: tuple[str, ...] = ("tiny", "other")
    requests: list[c.ChatRequest] = field(default_factory=list)

    async def chat(self, request: c.ChatRequest) -> AsyncGenerator[c.ChatEvent, None]:
        self.asked.append(request.messages[-1].content)
        self.requests.append(request)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            said = self.reply(request)
            if isinstance(said, c.Failed):
                yield said
                return
            yield c.TextDelta(text=said[: len(said) // 2])
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            if self.hold is not None:
                await self.hold.wait()
            yield c.TextDelta(text=said[len(said) // 2 :])
            yield c.Used(usage=c.Usage(prompt_tokens=10, completion_tokens=5, calls=1))
            yield c.Done(reason="stop")
        finally:
            self.now -= 1
            self.closed += 1

    async def list_models(self) -> list[c.ModelInfo]:
        return [c.ModelInfo(name=name) for name in self.models]

    async def aclose(self) -> None:
        """Nothing to close."""


@dataclass
class SandboxOnPaper:
    """Records what was to run; everything prints the same."""

    status: SandboxStatus = field(default_factory=lambda: SandboxStatus(tier="bubblewrap", line="on paper"))
    ran: list[Command] = field(default_factory=list)
    prints: str = "ran"

    async def run(self, command: Command) -> RunResult:
        self.ran.append(command)
        return RunResult(exit_code=0, stdout=self.prints)


@dataclass
class WorkspaceInMemory:
    """Files in a dict, for laws that are not about files."""

    root: Path = Path("/nowhere")
    texts: dict[str, str] = field(default_factory=dict)

    async def write(self, files: Sequence[FileDraft], note: ChangeNote) -> Commit:
        for draft in files:
            self.texts[draft.path] = draft.text or ""
        return Commit(id="c1", changes=tuple(_added(draft) for draft in files))

    async def read(self, path: str) -> str | None:
        return self.texts.get(path)

    async def read_at(self, commit: str | None, paths: Sequence[str]) -> dict[str, str | None] | None:
        return None

    async def files(self) -> list[FileEntry]:
        return [FileEntry(path=path, size_bytes=len(text)) for path, text in sorted(self.texts.items())]

    async def diff(self, a: str | None = None, b: str | None = None) -> str:
        shown = [path for path in sorted(self.texts) if a in (None, path)]
        return "\n".join(line for path in shown for line in _as_new(path, self.texts[path]))


def _as_new(path: str, text: str) -> Iterator[str]:
    return unified_diff([], text.splitlines(), "/dev/null", f"b/{path}", lineterm="")


def _added(draft: FileDraft) -> FileChange:
    text = draft.text or ""
    return FileChange(path=draft.path, change="added", added_lines=len(text.splitlines()), size_bytes=len(text))


@dataclass
class VerifierOnPaper:
    """Says what it is told to say."""

    verdict: Verdict = field(default_factory=lambda: Verdict(passed=True, gates=()))

    async def verify(self, plan: VerifyPlan, drafts: Sequence[FileDraft] = ()) -> Verdict:
        return self.verdict


@dataclass
class Stage:
    """A session under test, with its parts in reach."""

    session: Session
    desk: Desk
    model: ModelInProcess
    sandbox: SandboxOnPaper
    workspace: WorkspaceInMemory

    async def events(self) -> list[Recorded]:
        return await self.desk.log.journal.read()

    async def kinds(self) -> list[str]:
        return [recorded.event.kind for recorded in await self.events()]

    async def until(self, condition: Callable[[Event], bool]) -> Event:
        """Return the first event, past or to come, that fits; give up after a minute."""
        async with asyncio.timeout(HANG_S):
            async for item in self.session.follow():
                if isinstance(item, Recorded) and condition(item.event):
                    return item.event
        raise AssertionError("the session ended before it happened")


def _reacts(name: RoleName, act: React | Reacts) -> Reacts:
    return FunctionRole(name, act) if callable(act) else act


def card(name: str, *watch: str) -> RoleCard:
    """Return a role that watches these causes; none named: the Boss."""
    causes = [ActionName(cause) for cause in watch] or [USER_REQUIREMENT]
    return RoleCard(name=RoleName(name), profile=name.title(), watch=dict.fromkeys(causes, ()))


def request(text: str, model: str = "tiny") -> c.ChatRequest:
    """Return the smallest request that asks for something."""
    return c.ChatRequest(
        model=model,
        messages=(c.ChatMessage(role="user", content=text),),
        options=c.ChatOptions(num_ctx=512, num_predict=64),
    )


def asks_and_says(action: str, *questions: str) -> React:
    """Return a role's function that asks each question of the model, then publishes the answers."""

    async def react(reaction: Reaction) -> None:
        heard = reaction.observed[-1].content if reaction.observed else ""
        answers = [(await reaction.ask_model(request(f"{question}: {heard}"))).text for question in questions]
        await reaction.publish(Draft(content="\n".join(answers) or heard, cause_by=ActionName(action)))

    return react


def facts(cards: Sequence[RoleCard], **more: object) -> SessionStarted:
    """Return how a session of these roles begins."""
    team = TeamCard(name="stage", roles=tuple(card.name for card in cards), verify=False)
    return SessionStarted(
        session=SessionName("stage"),
        idea="build it",
        team=TeamFile(team=team, roles={card.name: card for card in cards}, actions={}),
        provider="in-process",
        model="tiny",
        host="here",
        seed=1,
        workspace="/nowhere",
        **more,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def stage(
    path: Path,
    roles: Mapping[RoleCard, React | Reacts] | Sequence[tuple[RoleCard, React | Reacts]],
    *,
    model: ModelInProcess | None = None,
    parallel: int = 64,
    budget: BudgetCard | None = None,
    present: bool = False,
    policy: str = "always",
    verdict: Verdict | None = None,
    hires: Mapping[str, React] | None = None,
    workspace: WorkspaceInMemory | None = None,
    watcher: Watcher | None = None,
    conductor: Conductor | None = None,
) -> AsyncIterator[Stage]:
    """Open the session at `path`, or go on with it; the same roles have to be given again.

    A role may be a function, or an object that reacts. `hires` says what roles do that are hired meanwhile.
    """
    pairs = list(roles.items()) if isinstance(roles, Mapping) else list(roles)
    acts: dict[str, React | Reacts] = {**{card.name: act for card, act in pairs}, **(hires or {})}

    def recast(team: TeamFile) -> dict[RoleName, Reacts]:
        return {name: _reacts(name, acts[name]) for name in team.roles}

    journal = await SqliteJournal.open(path, create=not path.exists())
    conducts = conductor or Sop()
    fold = Fold(find=lambda _: conducts)
    for recorded in await journal.read():
        fold.apply(recorded)
    log = EventLog(journal, fold)
    if fold.state.facts is None:
        await log.append(facts([card for card, _ in pairs], budget=budget or BudgetCard()))
    model = model or ModelInProcess()
    sandbox, workspace = SandboxOnPaper(), workspace or WorkspaceInMemory()
    meter = Meter(log, ModelSettings())
    desk = Desk(
        log=log,
        gate=Gate(budget=meter.spent, hit=lambda text, _at: log.submit(SessionPaused(why=text))),
        people=People(log, policy, present),  # type: ignore[arg-type]
        models=ModelQueue([Host(model, parallel)]),  # type: ignore[arg-type]
        sandbox=sandbox,
        workspace=workspace,
        verifier=VerifierOnPaper(verdict or Verdict(passed=True, gates=())),
    )
    restore(desk.gate, fold.state)
    assert fold.state.facts is not None
    run = Run(desk, conducts, recast(fold.state.facts.team))
    session = Session(fold.state.facts, desk, run, meter, recast=recast, watcher=watcher)
    try:
        yield Stage(session, desk, model, sandbox, workspace)
    finally:
        await session.aclose()
        await journal.aclose()
