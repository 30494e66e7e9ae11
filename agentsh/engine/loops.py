"""Tells when a role only repeats itself. Somebody who is there decides what becomes of it; else it is stopped."""

from agentsh.core.errors import LoopDetected
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.messages import Draft, said_digest
from agentsh.engine.desk import Desk

MOST_REPEATS = 2
"""How often in a row a role may say the same again before it counts as a loop."""
GO_ON = "let it say so"
STOP = "stop it"
_SHOWN = 500
"""Characters of the repeated text that a person is shown."""


async def check_repeats(desk: Desk, role: RoleName, draft: Draft, question: QuestionId) -> None:
    """Let a draft pass unless the role has just said it too often; then ask the Boss, if somebody is there.

    Raises:
        LoopDetected: it is a loop, and the Boss stops it or is not there.
    """
    speaker = desk.log.state.roles[role]
    repeats = speaker.said_again if said_digest(draft) == speaker.last_said else 0
    if repeats < MOST_REPEATS or repeats % MOST_REPEATS:
        return
    fact = f"{role} has said the same {repeats + 1} times in a row"
    if desk.people.present:
        prompt = f"{fact}, and is about to say it again:\n\n{draft.content[:_SHOWN]}"
        if await desk.people.ask(question, role, prompt, choices=(GO_ON, STOP), to_boss=True) == GO_ON:
            return
    raise LoopDetected(fact, hint="say something to it, or change its prompt, then /retry")
