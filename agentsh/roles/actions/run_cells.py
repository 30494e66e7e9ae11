"""Doing a thing by Python: write a piece, see what it gives, write the next, until there is nothing more to run.

Only the first fenced block of an answer is run; what comes after it was said before anything was seen, so it does not
count. Source: open-interpreter, smolagents' code agent.
"""

import re

from agentsh.core.chat import ChatMessage
from agentsh.core.code import Cell
from agentsh.core.messages import Message
from agentsh.roles.actions.leading import most_calls
from agentsh.roles.actions.use_tools import MOST_OF_A_RESULT
from agentsh.roles.ask import ask_text
from agentsh.roles.excerpt import characters_of
from agentsh.roles.work import Work

_BLOCK = re.compile(r"^```(?:python|py|python3)?[ \t]*\n(?P<code>.*?)^```[ \t]*$", re.MULTILINE | re.DOTALL)
_OPEN = re.compile(r"^```", re.MULTILINE)


async def run_cells(work: Work) -> Message:
    """Let the role run Python in its interpreter until it answers without any, and publish that answer.

    Raises:
        OutputInvalid: no answer came.
    """
    protocol = work.settle_protocol()
    question = await work.question(extra={"led": protocol == "led"})
    for _ in range(most_calls(work.action, protocol)):
        answer = await ask_text(work.mind, question, work.repairs)
        block = _BLOCK.search(answer)
        if block is None:
            return await work.publish(answer)
        result = await work.reaction.run_cell(Cell(code=block["code"], wall_s=work.action.timeout_s))
        told = characters_of(result.told, MOST_OF_A_RESULT) or "It ran and printed nothing."
        question = question.went(
            ChatMessage(role="assistant", content=answer[: block.end()]),
            ChatMessage(role="user", content=question.words.say("cell_gave", result=told)),
        )
    return await work.publish(await ask_text(work.mind, question.told("out_of_calls"), work.repairs))
