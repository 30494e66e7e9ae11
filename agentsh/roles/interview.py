"""What a role's model is asked when somebody questions the role off the record. Source: Generative Agents."""

from collections.abc import Sequence

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.chat import ChatRequest
from agentsh.core.ids import ActionName
from agentsh.engine.reaction import Reaction
from agentsh.ports import Renderer
from agentsh.roles.asking import Asking
from agentsh.roles.memory import Memory
from agentsh.roles.model_mind import ModelMind
from agentsh.roles.question import Question
from agentsh.roles.words import Words

INTERVIEW = ActionCard(name=ActionName("interview"), context=(), max_tokens=600)


async def interview_request(
    reaction: Reaction,
    card: RoleCard,
    system: str,
    memory: Memory,
    asking: Asking,
    renderer: Renderer,
    question: str,
    in_mind: Sequence[str] = (),
) -> ChatRequest:
    """Return the request: who the role is, what it remembers, and the question. Nothing is summarised for it.

    `in_mind` is what it remembers elsewhere than in messages: in a world.
    """
    words = Words(renderer)
    prompt = words.say("interview", question=question, in_mind=list(in_mind))
    mind = ModelMind(reaction, card, system, memory, asking, renderer, may_summarise=False)
    return await mind.request(Question(INTERVIEW, lambda _: prompt, INTERVIEW.max_tokens, words))
