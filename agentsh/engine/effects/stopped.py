"""A generation that a person interrupts is not lost: its text is kept, edited, gone on from, or dropped."""

from collections.abc import Awaitable, Callable

from agentsh.core import events as e
from agentsh.core.chat import Answer, ChatMessage, ChatRequest, Usage
from agentsh.core.errors import GenerationStopped
from agentsh.core.ids import ReactionId, RoleName, question_id
from agentsh.core.tokens import estimate_prompt, estimate_tokens
from agentsh.engine.breakpoints import Passage
from agentsh.engine.desk import Desk
from agentsh.engine.state import StoppedGeneration

Generate = Callable[[ChatRequest], Awaitable[Answer]]


async def until_whole(
    desk: Desk, role: RoleName, reaction: ReactionId, ordinal: int, request: ChatRequest, generate: Generate
) -> Answer:
    """Return the answer to `request`, whatever a person does to it on the way; its usage is that of all tries.

    What was decided before a crash still holds.

    Raises:
        GenerationStopped: it was interrupted, and nobody is there to say what becomes of it.
        ProviderError: it failed.
    """
    question = question_id(reaction, ordinal)
    while True:
        stopped = desk.log.state.stopped.get(question)
        if stopped is not None and stopped.how is None:
            await desk.generations.decision(question)
            continue
        if stopped is not None and stopped.how in ("keep", "edit"):
            return Answer(text=stopped.text, usage=stopped.usage)
        if stopped is not None:
            await desk.gate.passes(Passage(role=role, reaction=reaction, step="model"))
        asked = _asked_again(request, stopped)
        try:
            answer = await generate(asked)
        except GenerationStopped as error:
            if not desk.people.present:
                raise
            await desk.log.append(_noted(reaction, role, ordinal, asked, _so_far(stopped, error.partial)))
        else:
            return _joined(stopped, answer)


def _asked_again(request: ChatRequest, stopped: StoppedGeneration | None) -> ChatRequest:
    """Return what the model is asked: after a drop with another seed, to go on with its own words before it.

    A server that holds an answer to a schema would begin the object anew, so it is left free to go on; the answer is
    checked against the schema all the same.
    """
    if stopped is None:
        return request
    if begun := _begun(stopped):
        said = ChatMessage(role="assistant", content=begun)
        return request.model_copy(update={"messages": (*request.messages, said), "schema_": None})
    seed = None if request.options.seed is None else (request.options.seed + stopped.tries) & 0x7FFFFFFF
    return request.model_copy(update={"options": request.options.model_copy(update={"seed": seed})})


def _begun(stopped: StoppedGeneration | None) -> str:
    return stopped.text if stopped is not None and stopped.how == "continue" else ""


def _joined(stopped: StoppedGeneration | None, answer: Answer) -> Answer:
    """Return the whole answer."""
    if stopped is None:
        return answer
    text = _with_begun(_begun(stopped), answer.text)
    return answer.model_copy(update={"text": text, "usage": stopped.usage + answer.usage})


def _with_begun(begun: str, said: str) -> str:
    """Return the whole. A model that began again in place of going on has said it all itself."""
    return said if said.startswith(begun) else begun + said


def _so_far(stopped: StoppedGeneration | None, partial: str) -> str:
    """Return what was said before this stop; one that has begun again and is not that far yet adds nothing."""
    begun = _begun(stopped)
    return begun if begun.startswith(partial) else _with_begun(begun, partial)


def _noted(reaction: ReactionId, role: RoleName, ordinal: int, asked: ChatRequest, partial: str) -> e.GenerationStopped:
    usage = Usage(prompt_tokens=estimate_prompt(asked.messages), completion_tokens=estimate_tokens(partial), calls=1)
    return e.GenerationStopped(
        reaction=reaction, role=role, ordinal=ordinal, partial=partial, usage=usage if partial else Usage()
    )
