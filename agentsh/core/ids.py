"""Names of things. An id says where its thing came from, so ids are the same in every run of the same story."""

from typing import NewType

SessionName = NewType("SessionName", str)
RoleName = NewType("RoleName", str)
ActionName = NewType("ActionName", str)
ReactionId = NewType("ReactionId", str)
"""`architect:2` is the architect's second reaction."""
MessageId = NewType("MessageId", str)
"""`architect:2:5` is what the fifth step of that reaction published; `boss:3` is the Boss's third message."""
QuestionId = NewType("QuestionId", str)
"""The step that asks: `qa_engineer:1:4`."""

BOSS = RoleName("boss")
USER_REQUIREMENT = ActionName("user_requirement")
"""What the Boss says is caused by this action; a role watches it by default."""


WHISPER = ActionName("whisper")
"""What was put into one role's memory: it sets nobody off."""
EDITED_BY_HAND = ActionName("edited_by_hand")
"""Word of a file that changed by hand: whoever it is sent to remembers it, and it sets nobody off."""
SPOKEN_TO = ActionName("spoken_to")
"""What the Boss says to an agent of a world: it hears it there, with the next tick."""
SILENT = frozenset({WHISPER, SPOKEN_TO, EDITED_BY_HAND})
"""Causes that are remembered and set nobody off."""


def reaction_id(role: RoleName, number: int) -> ReactionId:
    """Return the id of the `number`-th reaction (from 1) of `role`."""
    return ReactionId(f"{role}:{number}")


def message_id(reaction: ReactionId, ordinal: int) -> MessageId:
    """Return the id of the message that step `ordinal` of `reaction` publishes."""
    return MessageId(f"{reaction}:{ordinal}")


def boss_message_id(number: int) -> MessageId:
    """Return the id of the Boss's `number`-th message (from 1)."""
    return MessageId(f"{BOSS}:{number}")


def question_id(reaction: ReactionId, ordinal: int) -> QuestionId:
    """Return the id of the question that step `ordinal` of `reaction` asks a person."""
    return QuestionId(f"{reaction}:{ordinal}")


def file_question_id(reaction: ReactionId, ordinal: int) -> QuestionId:
    """Return the id of the question whether step `ordinal` of `reaction` may touch files."""
    return QuestionId(f"{question_id(reaction, ordinal)}:files")
