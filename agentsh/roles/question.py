"""What is asked of whoever plays a role: a prompt, and how the answer is to be."""

from dataclasses import dataclass, replace

from pydantic import JsonValue

from agentsh.core.cards import ActionCard
from agentsh.core.chat import ChatMessage
from agentsh.core.model import JsonObject
from agentsh.core.tools import ToolSpec
from agentsh.roles.fit import Render
from agentsh.roles.words import Words


@dataclass(frozen=True)
class Question:
    """One thing to be answered.

    Attributes:
        action: the skill that it belongs to: what it is about, how long and how warm the answer is.
        render: fills the prompt.
        label: which of the action's questions this is, such as the file that is to be written. Part of the seed.
        schema: of a structured answer; None: text.
        tools: what may be called instead of answering; with a schema, the call is told in its words.
        after: what came after the prompt: earlier answers, and what was wrong with them.
        attempt: how often it was asked before.
        max_tokens: most tokens of the answer.
        words: what is said when an answer does not hold.
        alone: whether it is asked without history: a very small model answers worse when there is more to read.
    """

    action: ActionCard
    render: Render
    max_tokens: int
    words: Words
    label: str = ""
    schema: JsonObject | None = None
    tools: tuple[ToolSpec, ...] = ()
    after: tuple[ChatMessage, ...] = ()
    attempt: int = 0
    alone: bool = False

    def then(self, answer: str, request: str) -> "Question":
        """Return what is asked once `answer` was given."""
        turns = (ChatMessage(role="assistant", content=answer), ChatMessage(role="user", content=request))
        return replace(self, after=(*self.after, *turns), attempt=self.attempt + 1)

    def went(self, *turns: ChatMessage) -> "Question":
        """Return the question once these turns came after it."""
        return replace(self, after=(*self.after, *turns), attempt=self.attempt + 1)

    def told(self, part: str, **values: JsonValue) -> "Question":
        """Return the question once these words came after it: a file of `prompts/parts`, filled."""
        return self.went(ChatMessage(role="user", content=self.words.say(part, **values)))

    def again(self, answer: str, error: str) -> "Question":
        """Return the question with the last answer and what is wrong with it."""
        said = (ChatMessage(role="assistant", content=answer),) if answer.strip() else ()
        complaint = self.words.say("again", error=error, structured=self.schema is not None)
        return self.went(*said, ChatMessage(role="user", content=complaint))

    def with_more_room(self) -> "Question":
        """Return the question for an answer that was cut at its limit."""
        return replace(self.told("too_long"), max_tokens=self.max_tokens * 2)
