"""Which files a role may read and write: what the rules deny stays shut, what they ask for is asked."""

from collections.abc import Sequence

from agentsh.core.errors import UnsafePath
from agentsh.core.events import Event, Noticed
from agentsh.core.files import FileDraft
from agentsh.core.ids import QuestionId, ReactionId, RoleName, file_question_id
from agentsh.core.rules import Judgement, Wish
from agentsh.engine.approvals import READ_FILES, WRITE_FILES, Proposal
from agentsh.engine.desk import Desk
from agentsh.engine.people import Permission


async def check_writes(
    desk: Desk, role: RoleName, reaction: ReactionId, ordinal: int, files: Sequence[FileDraft]
) -> None:
    """Return when all of `files` may be written; raises UnsafePath with the reason, and PersonNeeded."""
    if not desk.people.approvals.speak_of("write", desk.log.state):
        return
    paths = tuple(draft.path for draft in files)
    detail = "\n\n".join(f"{draft.path}:\n{'(deleted)' if draft.text is None else draft.text}" for draft in files)
    permission = await _permission(
        desk, role, file_question_id(reaction, ordinal), WRITE_FILES, detail, Wish(kind="write", subjects=paths)
    )
    if not permission.allowed:
        raise UnsafePath(
            f"{', '.join(paths)} may not be written: {permission.why or 'refused'}", hint="Type: agentsh rules"
        )


async def readable(
    desk: Desk, role: RoleName, reaction: ReactionId, ordinal: int, paths: Sequence[str]
) -> tuple[list[str], tuple[Event, ...]]:
    """Return which of `paths` may be read, and what is told of the others. Raises PersonNeeded."""
    if not desk.people.approvals.speak_of("read", desk.log.state):
        return list(paths), ()
    judged = {path: _judged(desk, path) for path in paths}
    asked = tuple(path for path in paths if judged[path].decision == "ask")
    shut = {path: found.why for path, found in judged.items() if found.decision == "deny"}
    if asked:
        wish = Wish(kind="read", subjects=asked)
        question = file_question_id(reaction, ordinal)
        permission = await _permission(desk, role, question, READ_FILES, ", ".join(asked), wish)
        shut |= {} if permission.allowed else dict.fromkeys(asked, permission.why or "refused")
    told = tuple(Noticed(message=f"{role} may not read {path}: {why}") for path, why in shut.items())
    return [path for path in paths if path not in shut], told


def _judged(desk: Desk, path: str) -> Judgement:
    proposal = Proposal(what=READ_FILES, detail=path, wishes=(Wish(kind="read", subjects=(path,)),))
    return desk.people.approvals.decide(proposal, desk.log.state)


async def _permission(
    desk: Desk, role: RoleName, question: QuestionId, what: str, detail: str, wish: Wish
) -> Permission:
    return await desk.people.permit(question, role, what, detail, confined=True, wishes=(wish,))
