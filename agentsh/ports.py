"""What the engine needs of the world outside, as protocols; wiring chooses who fulfils them."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from agentsh.core.chat import ChatEvent, ChatRequest, ModelInfo, PullProgress, RunningModel, ServerProbe
from agentsh.core.code import Cell, CellResult, Command, Limits, RunResult, SandboxStatus
from agentsh.core.events import Event, Recorded
from agentsh.core.files import ChangeNote, Commit, FileDraft, FileEntry, FoundLine
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.packages import Installed
from agentsh.core.rulebook import Decision, Rule, RuleSet
from agentsh.core.tools import ToolSpec
from agentsh.core.verdict import Verdict, VerifyPlan

if TYPE_CHECKING:
    from asyncio import Future


class Provider(Protocol):
    """A model server behind one interface. Errors of calls other than `chat` are ProviderErrors."""

    @property
    def name(self) -> str:
        """Which kind it is: ollama, local, openai, scripted, recorded."""

    @property
    def host(self) -> str:
        """Where it is, as shown to people."""

    async def probe(self) -> ServerProbe:
        """Return what answers there, within a second."""

    async def list_models(self) -> list[ModelInfo]:
        """Return the models that the server has."""

    async def describe(self, model: str) -> ModelInfo:
        """Return one model with its capabilities and context length; raises ModelMissing."""

    async def running(self) -> list[RunningModel]:
        """Return the models in memory; empty where a server cannot tell."""

    async def preload(self, model: str, num_ctx: int) -> None:
        """Load the model now, so that the first answer does not wait for it."""

    async def unload(self, model: str) -> None:
        """Free its memory."""

    def pull(self, model: str) -> AsyncIterator[PullProgress]:
        """Download a model."""

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream one answer; the last event is exactly one Done or Failed. Closing it stops the server."""

    async def aclose(self) -> None:
        """Close connections and end child processes."""


class History(Protocol):
    """What of a session can be read beside whoever writes it."""

    async def read(self, after: int = 0, limit: int | None = None, *, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return events with seq > `after`, oldest first, at most `limit`; only of `kinds` when there are any.

        Raises:
            SessionDamaged: one of them cannot be read.
        """

    async def message(self, id: MessageId) -> Message | None:
        """Return one message."""


class Journal(Protocol):
    """The append-only truth of one session."""

    @property
    def last_seq(self) -> int:
        """Number of the newest event that was submitted; 0 when empty."""

    def append(self, events: Sequence[Event]) -> "Future[tuple[Recorded, ...]]":
        """Append all of `events` or none. Submitted on call; resolves once durable, in order of the calls.

        Raises:
            StoreFull, StoreError: nothing of this batch is stored.
        """

    async def read(self, after: int = 0, limit: int | None = None, *, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return events with seq > `after`, oldest first, at most `limit`; only of `kinds` when there are any.

        Raises:
            SessionDamaged: one of them cannot be read.
        """

    async def steps(self, reaction: ReactionId) -> list[Recorded]:
        """Return what one reaction has recorded, oldest first: step.*, and message.published with an ordinal."""

    async def message(self, id: MessageId) -> Message | None:
        """Return one message."""

    async def messages(
        self,
        *,
        causes: Sequence[ActionName] | None = None,
        visible_to: RoleName | None = None,
        after: MessageId | None = None,
        as_of: int | None = None,
        last: int | None = None,
    ) -> list[Message]:
        """Return messages, oldest first, the newest `last` of them.

        Args:
            causes: only of these causes.
            visible_to: only what this role could see: sent by it, to it, or to nobody in particular.
            after: only what was published after this message.
            as_of: only what was published up to this seq, so that a reaction that runs again sees what it saw.
            last: at most that many.
        """

    async def published(
        self,
        *,
        before: int | None = None,
        last: int = 50,
        causes: Sequence[ActionName] | None = None,
        visible_to: RoleName | None = None,
    ) -> list[Recorded]:
        """Return message.published events as recorded, oldest first, for pages of a history.

        Args:
            before: only with seq below this one.
            last: at most that many, the newest.
            causes: only of these causes.
            visible_to: as in `messages`.
        """

    async def search(self, text: str, *, limit: int = 50) -> list[Message]:
        """Return messages that hold all words of `text`, best first. The words are never taken for operators."""

    async def load_snapshot(self) -> tuple[int, JsonObject] | None:
        """Return the newest snapshot that can be trusted: (seq it stands for, state)."""

    async def save_snapshot(self, seq: int, state: JsonObject) -> None:
        """Keep a state that events up to `seq` fold to."""

    async def aclose(self) -> None:
        """Finish what was submitted, checkpoint, close and unlock."""


class Sandbox(Protocol):
    """Runs model code so that it can hurt nobody."""

    @property
    def status(self) -> SandboxStatus:
        """What it was measured to hold."""

    async def run(self, command: Command) -> RunResult:
        """Run to the end, or to a limit. Cancelling kills everything it started."""


class Interpreter(Protocol):
    """A Python inside the sandbox. What a cell defines is there for the next one."""

    async def run(self, cell: Cell) -> CellResult:
        """Run a cell; one that does not stop at its deadline takes the interpreter with it. Cancelling does too."""

    def interrupt(self) -> None:
        """Stop the cell under way, as Ctrl-C would."""

    async def aclose(self) -> None:
        """End it, and all that it started."""


class StatefulSandbox(Sandbox, Protocol):
    """A sandbox that also has interpreters."""

    def interpreter(self, limits: Limits) -> Interpreter:
        """Return a Python that keeps its state; it starts with its first cell. `limits` are of its whole life."""


class Workspace(Protocol):
    """The folder that the team writes."""

    @property
    def root(self) -> Path:
        """Absolute path."""

    async def write(self, files: Sequence[FileDraft], note: ChangeNote) -> Commit:
        """Write all of `files` atomically a file, and commit them. Doing it again changes nothing.

        Raises:
            UnsafePath: a path leaves the workspace or names a protected file; nothing was written.
        """

    async def read(self, path: str) -> str | None:
        """Return a file as text; None when it is not there. Raises UnsafePath."""

    async def files(self) -> list[FileEntry]:
        """Return what is there, sorted by path, without .git and what .gitignore names."""

    async def read_at(self, commit: str | None, paths: Sequence[str]) -> dict[str, str | None] | None:
        """Return the texts at a commit (its full id; None: before the first one): what is no text is left out.

        Returns:
            a path's text, None where there was no file; None in place of all: no history is kept here.

        Raises:
            UsageError: there is no such commit.
        """

    async def diff(self, a: str | None = None, b: str | None = None) -> str:
        """Return a unified diff; empty: no difference.

        Args:
            a: a commit (the first characters of its id) or a path; None: the newest commit and what changed since.
            b: the commit to compare commit `a` with; None: the one before it.

        Raises:
            UsageError: there is no such commit or file, or no history is kept here.
        """


class Watcher(Protocol):
    """Tells when files of the workspace change, whoever changes them."""

    def changes(self) -> AsyncGenerator[tuple[str, ...], None]:
        """Yield paths that changed, relative to the workspace, a batch at a time, until closed."""


class Verifier(Protocol):
    """Finds out whether the program in the workspace runs."""

    async def verify(self, plan: VerifyPlan, drafts: Sequence[FileDraft] = ()) -> Verdict:
        """Try the gates in order up to the first that fails; the workspace stays as it is.

        Args:
            plan: what to try.
            drafts: files as they would be, laid over the workspace for this time.
        """


class Installer(Protocol):
    """Installs packages for a workspace's programs, where only they find them."""

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Make the workspace's own environment hold exactly these and what they need. Doing it again does no harm.

        Args:
            requirements: `name`, with versions, extras and a marker where there are some.
        """


class Hands(Protocol):
    """What a tool may do for the role that uses it. Each is a step of the role's reaction."""

    async def list_files(self, pattern: str) -> tuple[str, ...]:
        """Return paths of the workspace that fit a glob such as `src/*.py`, sorted."""

    async def search_files(self, text: str, pattern: str) -> tuple[FoundLine, ...]:
        """Return the lines that hold `text`, whatever its case, in files that fit the glob; the first of many."""

    async def read(self, paths: Sequence[str] | None = None) -> dict[str, str]:
        """Return workspace files (all text files when None)."""

    async def write(self, files: Sequence[FileDraft], summary: str) -> Commit:
        """Write files and commit them. Raises UnsafePath."""

    async def run(self, command: Command) -> RunResult:
        """Run code in the sandbox, once approved."""

    async def run_cell(self, cell: Cell) -> CellResult:
        """Run Python in the role's interpreter, once approved."""

    async def verify(self, plan: VerifyPlan) -> Verdict:
        """Try whether the workspace's program runs, once approved."""

    async def ask_boss(self, prompt: str, choices: Sequence[str] = ()) -> str:
        """Return what the Boss answers. Raises PersonNeeded when nobody is there."""


class Tool(Protocol):
    """One thing that a role can do beside answering."""

    @property
    def spec(self) -> ToolSpec:
        """How models are told of it."""

    async def call(self, hands: Hands, arguments: JsonObject) -> str:
        """Do it and return what the role reads of it.

        Args:
            hands: what it may do for the role; one that acts outside does without.
            arguments: they fit `spec.parameters`.

        Raises:
            ToolFault: it cannot be done, in words for the role.
        """


@runtime_checkable
class ToolServer(Tool, Protocol):
    """Brings tools of its own once it runs. Calling it starts it, and gives what it has, to be recorded."""

    @property
    def start(self) -> JsonObject:
        """What it is called with: what is started, for whoever is asked."""

    def tools(self, listing: str) -> "dict[str, Tool]":
        """Return the tools of what a call gave, by name. Raises ToolFault when it is no such thing."""


class Renderer(Protocol):
    """Fills prompt templates."""

    def render(self, template: str, variables: JsonObject, *, source: str = "") -> str:
        """Return the text; raises FileError that names `source` and the line."""


class RuleBook(Protocol):
    """The rules of a workspace on what may happen."""

    def holding(self) -> Sequence[RuleSet]:
        """Return the rules that hold now."""

    async def keep(self, decision: Decision, rule: Rule, scope: Literal["workspace", "always"]) -> str:
        """Keep a rule for this workspace, or for all; return where it is kept. Raises UsageError when it cannot be."""


class Clock(Protocol):
    """The time outside. Conductors and systems do not get one."""

    def now(self) -> str:
        """Return UTC, ISO 8601 with milliseconds and Z."""

    def monotonic(self) -> float:
        """Return seconds that never go back."""
