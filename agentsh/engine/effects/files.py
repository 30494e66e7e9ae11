"""Reading and writing the workspace: what was read is recorded, what is written is committed."""

from collections.abc import Sequence
from posixpath import normpath

from pydantic import JsonValue, TypeAdapter

from agentsh.core.canonical import digest
from agentsh.core.events import FileChanged
from agentsh.core.files import ChangeNote, Commit, FileDraft
from agentsh.core.ids import ReactionId, RoleName
from agentsh.engine.desk import Desk
from agentsh.engine.effects.allowed import check_writes, readable
from agentsh.engine.effects.conflicts import settle_conflicts
from agentsh.engine.hands import text_digest
from agentsh.engine.steps import Effect, Outcome

_TEXTS: TypeAdapter[dict[str, str]] = TypeAdapter(dict[str, str])


def read_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, paths: Sequence[str] | None
) -> Effect[dict[str, str]]:
    """Return the step that reads files: the reaction sees the same again when it runs again.

    A file that the rules deny is as if it were not there; that is told.
    """

    async def perform(ordinal: int) -> Outcome[dict[str, str]]:
        wanted = [entry.path for entry in await desk.workspace.files()] if paths is None else list(paths)
        allowed, told = await readable(desk, role, reaction, ordinal, wanted)
        found: dict[str, str] = {}
        for path in allowed:
            if (text := await desk.workspace.read(path)) is not None:
                found[path] = text
        return Outcome(found, _TEXTS.dump_python(found, mode="json"), events=told)

    return Effect("read", None if paths is None else list(paths), perform, _TEXTS.validate_python)


def write_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, files: Sequence[FileDraft], summary: str
) -> Effect[Commit]:
    """Return the step that writes files. Writing the same again changes nothing, so a crash in between is mended.

    A file that somebody changed by hand since the role last read it is not overwritten unless the Boss says so.
    """
    note = ChangeNote(role=role, reaction=reaction, summary=summary)

    async def perform(ordinal: int) -> Outcome[Commit]:
        await check_writes(desk, role, reaction, ordinal, files)
        clash = await settle_conflicts(desk, role, reaction, ordinal, files)
        written = {draft.path: draft.text for draft in files if draft.path not in clash.kept}
        desk.hands.expect(written)
        commit = await desk.workspace.write([FileDraft(path=path, text=text) for path, text in written.items()], note)
        desk.hands.saw(role, written)
        digests = {normpath(path): text_digest(text) for path, text in written.items()}
        changed = tuple(
            FileChanged(
                role=role, reaction=reaction, file=change, commit=commit.id, digest=digests.get(change.path, "")
            )
            for change in commit.changes
        )
        return Outcome(commit, commit.model_dump(mode="json"), events=(*changed, *clash.events))

    request: JsonValue = {
        "summary": summary,
        "files": [[draft.path, None if draft.text is None else digest(draft.text)] for draft in files],
    }
    return Effect("write", request, perform, Commit.model_validate)
