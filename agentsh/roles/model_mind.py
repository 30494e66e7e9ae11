"""A role's mind that is a model: assembles a request that fits the window, and asks."""

from collections.abc import Sequence
from dataclasses import replace

from agentsh.core.canonical import digest
from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.chat import Answer, ChatOptions, ChatRequest
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.engine.reaction import Reaction
from agentsh.ports import Renderer
from agentsh.roles.ask import ask_structured
from agentsh.roles.asking import DEFAULT_TEMPERATURE, Asking
from agentsh.roles.fit import Parts, Turn, fit, fits
from agentsh.roles.memory import Memory, Recall
from agentsh.roles.outline import outline
from agentsh.roles.question import Question
from agentsh.roles.turns import turn
from agentsh.roles.words import Words

_SUMMARY = ActionCard(name=ActionName("summarise"), max_tokens=400)


class ModelMind:
    """Answers for one role in one reaction."""

    def __init__(
        self,
        reaction: Reaction,
        card: RoleCard,
        system: str,
        memory: Memory,
        asking: Asking,
        renderer: Renderer,
        *,
        may_summarise: bool = True,
    ) -> None:
        """Take what it works with; `system`: who the role is, which every request begins with."""
        self._reaction = reaction
        self._card = card
        self._words = Words(renderer)
        self._system = system
        self._memory = memory
        self._asking = asking
        self._summary = reaction.summary
        self._may_summarise = may_summarise

    async def answer(self, question: Question) -> Answer:
        """Ask the model once."""
        return await self._reaction.ask_model(await self.request(question))

    async def choose(self, question: Question, choices: Sequence[str]) -> str:
        """Let the model choose; the choices are an enum, so an unknown one cannot come."""
        schema: JsonObject = {
            "type": "object",
            "properties": {"choice": {"enum": list(choices)}},
            "required": ["choice"],
            "additionalProperties": False,
        }
        constrained = replace(question, schema=schema)
        chosen = await ask_structured(self, constrained, schema, self._asking.repairs)
        return str(chosen["choice"])

    async def request(self, question: Question) -> ChatRequest:
        """Return the request for `question`, fitted; older history is summarised when it has no room."""
        if question.alone:
            return self._chat_request(question, self._parts(Recall(), question))
        recall = await self._memory.recall(self._reaction, question.action, self._summary)
        parts = self._parts(recall, question)
        budget = self._budget(question.max_tokens)
        if not fits(parts, budget) and await self._summarise(recall):
            recall = await self._memory.recall(self._reaction, question.action, self._summary)
            parts = self._parts(recall, question)
        return self._chat_request(question, parts)

    def _parts(self, recall: Recall, question: Question) -> Parts:
        schema = question.schema
        shape = "" if schema is None else f"\n\n{self._words.say('shape', outline=outline(schema))}"
        about = {message.id for message in recall.about}
        history = tuple(self._turn(message, needed=message.id in about) for message in recall.messages)
        return Parts(
            system=self._system,
            summary=self._words.say("so_far", summary=recall.summary[1].strip()) if recall.summary else None,
            turns=history + tuple(self._turn(message, needed=True) for message in recall.older),
            prompt=lambda cap: question.render(cap) + shape,
            after=question.after,
        )

    def _turn(self, message: Message, *, needed: bool) -> Turn:
        return Turn(turn(message, self._card.name), needed=needed)

    def _budget(self, max_tokens: int) -> int:
        asking = self._asking
        return asking.num_ctx - asking.num_predict(max_tokens) - asking.reserve_tokens

    def _chat_request(self, question: Question, parts: Parts) -> ChatRequest:
        return ChatRequest(
            model=self._reaction.model or self._asking.model,
            messages=fit(parts, self._budget(question.max_tokens)),
            schema_=question.schema,
            tools=tuple(tool.native() for tool in question.tools if question.schema is None),
            options=ChatOptions(
                num_ctx=self._asking.num_ctx,
                num_predict=self._asking.num_predict(question.max_tokens),
                temperature=self._temperature(question.action),
                seed=self._seed(question),
            ),
        )

    def _temperature(self, action: ActionCard) -> float:
        choices = (action.temperature, self._card.temperature, self._asking.temperature)
        return next((value for value in choices if value is not None), DEFAULT_TEMPERATURE)

    def _seed(self, question: Question) -> int:
        """Another seed for each question and attempt, the same in every run: 31 bits, which every server takes."""
        name = f"{self._reaction.seed}/{self._card.name}/{question.action.name}/{question.label}/{question.attempt}"
        return int(digest(name)[:8], 16) & 0x7FFFFFFF

    async def _summarise(self, recall: Recall) -> bool:
        """Let the model tell what is older than the window in short; False when there is nothing, or it could not."""
        older = recall.messages[: max(0, len(recall.messages) - self._memory.window)]
        if not older or not self._may_summarise:
            return False
        prompt = self._words.say("summarise")
        most_tokens = min(_SUMMARY.max_tokens, self._asking.num_ctx // 8)
        question = Question(_SUMMARY, lambda _: prompt, most_tokens, self._words)
        parts = self._parts(Recall(recall.summary, older, older), question)
        answer = await self._reaction.ask_model(self._chat_request(question, parts))
        if answer.reason != "stop" or not answer.text.strip():
            self._may_summarise = False
            return False
        self._summary = (older[-1].id, answer.text.strip())
        self._reaction.summarise(*self._summary)
        return True
