"""Reading and writing the workspace: what was read is recorded, what is written is committed."""

from collections.abc import Sequence

from pydantic import JsonValue, TypeAdapter

from agentsh.core.canonical import digest
from agentsh.core.events import FileChanged
from agentsh.core.files import ChangeNote, Commit, FileDraft
from agentsh.core.ids import ReactionId, RoleName
from agentsh.engine.desk import Desk
from agentsh.engine.steps import Effect, Outcome

_TEXTS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


def read_effect(desk: Desk, paths: Sequence[str] | None) -> Effect[dict[str, str]]:
    """Return the step that reads files: the reaction sees the same again when it runs again."""

    async def perform(_ordinal: int) -> Outcome[dict[str, str]]:
        wanted = [entry.path for entry in await desk.workspace.files()] if paths is None else list(paths)
        found: dict[str, str] = {}
        for path in wanted:
            if (text := await desk.workspace.read(path)) is not None:
                found[path] = text
        return Outcome(found, _TEXTS.dump_python(found, mode="json"))

    return Effect("read", None if paths is None else list(paths), perform, _TEXTS.validate_python)


def write_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, files: Sequence[FileDraft], summary: str
) -> Effect[Commit]:
    """Return the step that writes files. Writing the same again changes nothing, so a crash in between is mended."""
    note = ChangeNote(role=role, reaction=reaction, summary=summary)

    async def perform(_ordinal: int) -> Outcome[Commit]:
        commit = await desk.workspace.write(files, note)
        changed = tuple(
            FileChanged(role=role, reaction=reaction, file=change, commit=commit.id) for change in commit.changes
        )
        return Outcome(commit, commit.model_dump(mode="json"), events=changed)

    request: JsonValue = {
        "summary": summary,
        "files": [[draft.path, None if draft.text is None else digest(draft.text)] for draft in files],
    }
    return Effect("write", request, perform, Commit.model_validate)
