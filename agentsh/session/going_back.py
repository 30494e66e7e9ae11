"""Lets the workspace follow a session that went back: the files that changed since are as they were."""

from agentsh.core.events import WorkspaceRestored
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import BOSS
from agentsh.engine.log import EventLog
from agentsh.ports import Workspace


async def restore_files(log: EventLog, workspace: Workspace) -> None:
    """Write the files back as a change of its own, so that nothing of the history goes; again, after a crash.

    Raises:
        UsageError: the history is damaged.
        StoreFull: the disk is full; each file is as it was, or complete.
    """
    back = log.state.going_back
    if back is None:
        return
    then = await workspace.read_at(back.commit, back.paths)
    drafts = [FileDraft(path=path, text=text) for path, text in (then or {}).items()]
    note = ChangeNote(role=BOSS, summary=f"Go back to event {back.seq}")
    commit = await workspace.write(drafts, note) if drafts else None
    left = tuple(path for path in back.paths if then is None or path not in then)
    await log.append(
        WorkspaceRestored(
            paths=tuple(draft.path for draft in drafts), commit=None if commit is None else commit.id, left=left
        )
    )
