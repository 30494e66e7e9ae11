"""A request that fits its window. What is too much goes by rule, oldest history first, and the request says so."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

from agentsh.core.chat import ChatMessage
from agentsh.core.errors import UsageError
from agentsh.core.tokens import estimate_prompt
from agentsh.roles.excerpt import characters_of, lines_of

_FEWEST_CHARACTERS = 200
"""A prompt cut to less than this says nothing any more."""

Render = Callable[[int | None], str]
"""Fills a prompt, with each file or other text in it cut to so many lines; None: whole."""


@dataclass(frozen=True)
class Turn:
    """One remembered message as it stands in a request."""

    chat: ChatMessage
    needed: bool = False
    """The prompt is about it: it may be cut, and is never dropped."""


@dataclass(frozen=True)
class Parts:
    """A request before it is fitted, in its order.

    Attributes:
        system: the role's prefix.
        summary: what is said in place of the history before `turns`.
        turns: the history.
        prompt: the action's prompt.
        after: what came after the prompt: an answer that did not fit, and what is wrong with it.
        dropped: how many turns were left out of the history.
    """

    system: str
    prompt: Render
    summary: str | None = None
    turns: tuple[Turn, ...] = ()
    after: tuple[ChatMessage, ...] = ()
    dropped: int = 0

    @cached_property
    def whole(self) -> tuple[ChatMessage, ...]:
        """The turns of the request, nothing cut: a prompt is filled once, however often it is measured."""
        return self.messages()

    @cached_property
    def tokens(self) -> int:
        """How much that is."""
        return estimate_prompt(self.whole)

    def messages(self, cap: int | None = None) -> tuple[ChatMessage, ...]:
        """Return the turns of the request, each text but the system's cut to `cap` lines."""
        history = [_capped(turn.chat, cap) for turn in self.turns]
        answered = [_capped(chat, cap) for chat in self.after]
        prompt = ChatMessage(role="user", content=self.prompt(cap))
        return (*self._front(cap), *history, prompt, *answered)

    def _front(self, cap: int | None) -> list[ChatMessage]:
        front = [ChatMessage(role="system", content=self.system)]
        if self.summary is not None:
            front.append(_capped(ChatMessage(role="user", content=self.summary), cap))
        if self.dropped:
            front.append(ChatMessage(role="user", content=f"[… {self.dropped} earlier messages left out …]"))
        return front


def fits(parts: Parts, budget_tokens: int) -> bool:
    """Return whether everything has room."""
    return parts.tokens <= budget_tokens


def fit(parts: Parts, budget_tokens: int) -> tuple[ChatMessage, ...]:
    """Return the request, cut until it has room: old turns go, then long texts are cut, then the prompt's middle.

    Raises:
        UsageError: there is no room even for that.
    """
    kept = parts if fits(parts, budget_tokens) else _without_oldest(parts, budget_tokens)
    if fits(kept, budget_tokens):
        return kept.whole
    most_lines = max(message.content.count("\n") + 1 for message in kept.whole)
    cap = _largest(most_lines, lambda lines: estimate_prompt(kept.messages(lines)) <= budget_tokens)
    if cap is not None:
        return kept.messages(cap)
    return _squeezed(kept, budget_tokens)


def _without_oldest(parts: Parts, budget_tokens: int) -> Parts:
    droppable = [index for index, turn in enumerate(parts.turns) if not turn.needed]

    def without(count: int) -> Parts:
        gone = set(droppable[:count])
        turns = tuple(turn for index, turn in enumerate(parts.turns) if index not in gone)
        return replace(parts, turns=turns, dropped=count)

    enough = _largest(len(droppable), lambda kept: fits(without(len(droppable) - kept), budget_tokens))
    return without(len(droppable) - (enough or 0))


def _squeezed(parts: Parts, budget_tokens: int) -> tuple[ChatMessage, ...]:
    text = parts.prompt(0)

    def squeezed(characters: int) -> tuple[ChatMessage, ...]:
        return replace(parts, prompt=lambda _: characters_of(text, characters)).messages(0)

    most = _largest(len(text), lambda characters: estimate_prompt(squeezed(characters)) <= budget_tokens)
    if most is None or most < min(_FEWEST_CHARACTERS, len(text)):
        raise UsageError(
            f"a prompt has no room in {budget_tokens} tokens, even cut down",
            hint="raise num_ctx in agentsh.toml, or lower the action's max_tokens",
        )
    return squeezed(most)


def _capped(chat: ChatMessage, cap: int | None) -> ChatMessage:
    return chat if cap is None else chat.model_copy(update={"content": lines_of(chat.content, cap)})


def _largest(most: int, holds: Callable[[int], bool]) -> int | None:
    """Return the largest number up to `most` that `holds`, as all smaller ones do too; None when 0 does not."""
    if not holds(0):
        return None
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low
