"""Completes what is typed, as the registry of commands says."""

from collections.abc import AsyncGenerator, Callable, Iterable

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from agentsh.commands.completion import complete
from agentsh.commands.context import Context
from agentsh.core.terminal import clean, one_line
from agentsh.repl.inbox import Matter

SUMMARY = 60
"""Characters of what is said about a completion."""


class Words(Completer):
    """Commands, roles, files and sessions; or the words of what is asked."""

    def __init__(self, context: Context, front: Callable[[], Matter | None]) -> None:
        self._context = context
        self._front = front

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        """Everything that completes is asked for asynchronously."""
        return ()

    async def get_completions_async(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002  (prompt_toolkit's shape)
    ) -> AsyncGenerator[Completion, None]:
        """Yield what the last word may become."""
        typed = document.text_before_cursor
        for word in self._asked(typed):
            yield Completion(word, -len(typed), display=one_line(word, SUMMARY))
        for found in await complete(self._context, typed):
            if clean(found.text) == found.text:
                summary = one_line(found.summary, SUMMARY)
                yield Completion(found.text, found.start - len(typed), display_meta=summary)

    def _asked(self, typed: str) -> list[str]:
        front = self._front()
        words = () if front is None or front.asks is None else front.asks.words
        return [word for word in words if word.startswith(typed) and clean(word) == word]


def wants_completion(text: str) -> bool:
    """Return whether completions are to be shown while this is typed, without being asked for."""
    return text.startswith("/") or text.rpartition(" ")[2][:1] in ("@", "#")
