"""A role writes what somebody changed by hand meanwhile: that stays, unless the Boss decides otherwise."""

from collections.abc import Sequence
from dataclasses import dataclass
from posixpath import normpath

from agentsh.core.events import Event, FileConflict, MessagePublished
from agentsh.core.files import FileDraft
from agentsh.core.ids import BOSS, EDITED_BY_HAND, MessageId, ReactionId, RoleName, question_id
from agentsh.core.messages import Message
from agentsh.engine.desk import Desk

MINE = "keep mine"


@dataclass(frozen=True, slots=True)
class Clash:
    """What came of the conflicts of one write: paths that stay as they are, and what is told of it."""

    kept: frozenset[str] = frozenset()
    events: tuple[Event, ...] = ()


async def settle_conflicts(
    desk: Desk, role: RoleName, reaction: ReactionId, ordinal: int, files: Sequence[FileDraft]
) -> Clash:
    """Find out which of `files` would overwrite a change by hand, and what becomes of these.

    Somebody who is there is asked; without anybody the versions made by hand stay. The role is told of those that
    stay, in its memory, so that it reads them before it writes again.
    """
    paths = [draft.path for draft in files if await _is_conflict(desk, role, draft)]
    if not paths:
        return Clash()
    theirs = f"take {role}'s"
    kept = True
    if desk.people.present:
        prompt = f"{role} writes {', '.join(paths)}, which changed by hand since {role} last read it."
        choices = (MINE, theirs)
        kept = (
            await desk.people.ask(question_id(reaction, ordinal), role, prompt, choices=choices, to_boss=True) == MINE
        )
    told: list[Event] = [
        FileConflict(role=role, reaction=reaction, path=path, kept="hand" if kept else "role") for path in paths
    ]
    if not kept:
        return Clash(events=tuple(told))
    return Clash(frozenset(paths), (*told, MessagePublished(message=_word(role, reaction, ordinal, paths))))


async def _is_conflict(desk: Desk, role: RoleName, draft: FileDraft) -> bool:
    known = desk.log.state.files.get(normpath(draft.path))
    if known is None:
        return False
    there = await desk.workspace.read(draft.path)
    return desk.hands.conflicts(role, draft.path, there, draft.text, known)


def _word(role: RoleName, reaction: ReactionId, ordinal: int, paths: Sequence[str]) -> Message:
    which = ", ".join(f"`{path}`" for path in paths)
    return Message(
        id=MessageId(f"{reaction}:{ordinal}:kept"),
        content=f"I changed {which} by hand after you had read it. My version stays: what you wrote there is not kept. "
        "Read it before you write it again.",
        cause_by=EDITED_BY_HAND,
        sent_from=BOSS,
        send_to=(role,),
    )
