"""How the team's program is tried: as it was designed, or as whoever wrote it says."""

from collections.abc import Iterator

from pydantic import JsonValue

from agentsh.core.cards import ActionCard
from agentsh.core.model import JsonObject
from agentsh.core.verdict import VerifyPlan
from agentsh.roles.actions.paths import is_file
from agentsh.roles.memory import about
from agentsh.roles.work import Work


async def plan_of(work: Work, verifying: ActionCard) -> VerifyPlan:
    """Return what to try; how the program is started is taken from the newest that says so.

    Args:
        work: whose team it is.
        verifying: the action whose context says where to look.
    """
    wall_s = verifying.timeout_s
    if work.facts.verify_command is not None:
        return VerifyPlan(command=work.facts.verify_command, wall_s=wall_s)
    for message in reversed(await about(work.reaction, verifying)):
        data = message.data or {}
        entry = data.get("entry")
        if isinstance(entry, str) and is_file(entry) and await _counts(work, entry):
            args = _texts(data.get("entry_args"))
            return VerifyPlan(entry=entry, entry_args=args, entry_stdin=_text(data), wall_s=wall_s)
    return VerifyPlan(wall_s=wall_s)


def verifying_actions(work: Work) -> Iterator[ActionCard]:
    """Yield the team's actions that verify."""
    return (card for card in work.actions.values() if card.does == "verify")


async def _counts(work: Work, entry: str) -> bool:
    """Whether this is what has to start: a Python file also when it is missing, which the gates then tell."""
    return entry.endswith(".py") or bool(await work.reaction.read([entry]))


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _text(data: JsonObject) -> str:
    stdin = data.get("entry_stdin")
    return stdin if isinstance(stdin, str) else ""
