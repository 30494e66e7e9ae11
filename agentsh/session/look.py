"""Looks into a session beyond its view: pages of messages, steps, prompts, causes, memories, files, models."""

from collections.abc import Sequence

from agentsh.core import events as e
from agentsh.core.chat import ModelInfo, Usage
from agentsh.core.code import Cell, CellResult
from agentsh.core.errors import ModelMissing, ProviderError, UsageError
from agentsh.core.files import FileEntry
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName, reaction_id
from agentsh.core.messages import Message
from agentsh.core.model import Frozen
from agentsh.engine.desk import Desk
from agentsh.engine.interpreters import recorded_cells
from agentsh.engine.state import FileState

MOST_REACTIONS = 50
"""So many of a role's reactions are looked through for its last steps."""


class Said(Frozen):
    """A message with its place in the history."""

    seq: int
    at: str
    """UTC, ISO 8601."""
    message: Message


class StepView(Frozen):
    """One step of a role."""

    reaction: ReactionId
    ordinal: int
    step: e.StepKind
    action: ActionName | None
    at: str
    """When it began, or was recorded: UTC, ISO 8601."""
    state: str
    """under way, done or failed."""
    detail: str = ""
    """What it published, or why it failed."""
    seconds: float = 0.0
    usage: Usage = Usage()


class FileView(Frozen):
    """A file of the workspace, with its newest known change."""

    path: str
    size_bytes: int
    change: str = ""
    """added, modified, or nothing that is known."""
    role: RoleName | None = None
    added_lines: int = 0
    removed_lines: int = 0


class Look:
    """The reading half of a session; changes nothing."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def messages(
        self,
        *,
        before: int | None = None,
        last: int = 50,
        causes: Sequence[ActionName] | None = None,
        visible_to: RoleName | None = None,
    ) -> list[Said]:
        """Return a page of messages, oldest first: the newest `last` with seq < `before`, or of all."""
        page = await self._desk.log.journal.published(before=before, last=last, causes=causes, visible_to=visible_to)
        return [
            Said(seq=recorded.seq, at=recorded.at, message=recorded.event.message)
            for recorded in page
            if isinstance(recorded.event, e.MessagePublished)
        ]

    async def message(self, id: MessageId) -> Message:
        """Return one message; raises UsageError when there is none of that id."""
        if (found := await self._desk.log.journal.message(id)) is None:
            raise UsageError(f"there is no message {id!r}", hint="see /bus; ids look like architect:1:2")
        return found

    async def search(self, text: str, limit: int = 50) -> list[Message]:
        """Return messages that hold all words of `text`, best first."""
        return await self._desk.log.journal.search(text, limit=limit)

    async def steps(self, role: RoleName, last: int = 20) -> list[StepView]:
        """Return a role's newest steps, oldest first."""
        found: list[StepView] = []
        newest = self._desk.log.state.roles[role].reactions
        for number in range(newest, max(newest - MOST_REACTIONS, 0), -1):
            steps = step_views(await self._desk.log.journal.steps(reaction_id(role, number)))
            found = [*steps, *found]
            if len(found) >= last:
                break
        return found[max(len(found) - last, 0) :]

    async def cells(self, role: RoleName) -> list[tuple[Cell, CellResult]]:
        """Return what a role's interpreter remembers having run, oldest first."""
        return await recorded_cells(self._desk.log, role)

    async def files(self) -> list[FileView]:
        """Return the workspace's files with who changed them last."""
        known = self._desk.log.state.files
        return [_file_view(entry, known.get(entry.path)) for entry in await self._desk.workspace.files()]

    async def file(self, path: str) -> str:
        """Return a file's text. Raises UsageError when it is not there or no text; UnsafePath."""
        if (text := await self._desk.workspace.read(path)) is None:
            raise UsageError(f"there is no text file {path!r} in the workspace", hint="see /files")
        return text

    async def diff(self, a: str | None = None, b: str | None = None) -> str:
        """Return a unified diff of the workspace: see `ports.Workspace.diff`."""
        return await self._desk.workspace.diff(a, b)

    async def models(self) -> list[ModelInfo]:
        """Return what all model servers have, each model once. Raises ProviderError when none answers."""
        found: dict[str, ModelInfo] = {}
        failure: ProviderError | None = None
        for host in self._desk.models.hosts:
            try:
                found.update({model.name: model for model in await host.provider.list_models()})
            except ProviderError as error:
                failure = error
        if failure is not None and not found:
            raise failure
        return list(found.values())

    async def model_named(self, name: str) -> str:
        """Return the full name of a model that a server has and that may be asked there.

        Raises:
            ModelMissing: no server has it.
            ProviderError: no server answers.
            UsageError: no host is for it.
        """
        models = self._desk.models
        hosts = [host for host in models.hosts if host.takes(name)]
        if not hosts:
            there = ", ".join(host.provider.host for host in models.hosts)
            raise UsageError(f"no host is for model {name!r}", hint=f"add it to one of [model.hosts]: {there}")
        known = {model.name for model in await self.models()}
        full = next((wanted for wanted in (name, f"{name}:latest") if wanted in known), None)
        if full is None:
            raise ModelMissing(name, ", ".join(host.provider.host for host in hosts))
        return full


def step_views(recorded: Sequence[e.Recorded]) -> list[StepView]:
    """Return the steps that one reaction's records tell of, the newest try of each."""
    found: dict[int, StepView] = {}
    for item in recorded:
        event = item.event
        match event:
            case e.StepStarted():
                found[event.ordinal] = StepView(
                    reaction=event.reaction,
                    ordinal=event.ordinal,
                    step=event.step,
                    action=event.action,
                    at=item.at,
                    state="under way",
                )
            case e.StepFinished() if event.ordinal in found:
                done = {"state": "done", "seconds": event.seconds, "usage": event.usage or Usage()}
                found[event.ordinal] = found[event.ordinal].model_copy(update=done)
            case e.StepFailed() if event.ordinal in found:
                failed = {"state": "failed", "detail": event.error}
                found[event.ordinal] = found[event.ordinal].model_copy(update=failed)
            case e.MessagePublished(message=said, ordinal=int(ordinal)) if said.reaction is not None:
                found[ordinal] = StepView(
                    reaction=said.reaction,
                    ordinal=ordinal,
                    step="publish",
                    action=said.cause_by,
                    at=item.at,
                    state="done",
                    detail=said.id,
                )
            case _:
                pass
    return [found[ordinal] for ordinal in sorted(found)]


def _file_view(entry: FileEntry, known: FileState | None) -> FileView:
    if known is None:
        return FileView(path=entry.path, size_bytes=entry.size_bytes)
    return FileView(
        path=entry.path,
        size_bytes=entry.size_bytes,
        change=known.change,
        role=known.role,
        added_lines=known.added_lines,
        removed_lines=known.removed_lines,
    )
