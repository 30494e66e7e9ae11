"""What was typed before, as prompt_toolkit walks through it."""

from prompt_toolkit.history import History as PromptHistory

from agentsh.commands.history import History


class Remembered(PromptHistory):
    """The history of the home.

    Attributes:
        keeps: whether the next line is kept: what is said and commanded is, an answer is not.
    """

    def __init__(self, history: History) -> None:
        super().__init__()
        self.keeps = True
        self._kept = history

    def load_history_strings(self) -> list[str]:
        """Return what was typed before, newest first."""
        return self._kept.load()[::-1]

    def append_string(self, string: str) -> None:
        """Take one more line."""
        if self.keeps:
            super().append_string(string)

    def store_string(self, string: str) -> None:
        """Keep a line for the next time."""
        self._kept.add(string)
