"""What a role's model is asked when somebody questions the role off the record. Source: Generative Agents."""

from collections.abc import Sequence

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.chat import ChatRequest
from agentsh.core.ids import ActionName
from agentsh.engine.reaction import Reaction
from agentsh.roles.asking import Asking
from agentsh.roles.facts import TeamFacts
from agentsh.roles.memory import Memory
from agentsh.roles.model_mind import ModelMind
from agentsh.roles.question import Question

INTERVIEW = ActionCard(name=ActionName("interview"), context=(), max_tokens=600)
_PROMPT = (
    "The Boss asks you this off the record. Answer as yourself, from what you know and remember, in a few sentences; "
    "say so when you do not know. Do not do any work now.\n\n"
)


async def interview_request(
    reaction: Reaction,
    card: RoleCard,
    facts: TeamFacts,
    memory: Memory,
    asking: Asking,
    question: str,
    in_mind: Sequence[str] = (),
) -> ChatRequest:
    """Return the request: who the role is, what it remembers, and the question. Nothing is summarised for it.

    `in_mind` is what it remembers elsewhere than in messages: in a world.
    """
    recalled = "".join(["What comes to your mind:\n", *(f"- {text}\n" for text in in_mind), "\n"]) if in_mind else ""
    mind = ModelMind(reaction, card, facts, memory, asking, may_summarise=False)
    return await mind.request(Question(INTERVIEW, lambda _: recalled + _PROMPT + question, INTERVIEW.max_tokens))
