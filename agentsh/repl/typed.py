"""Which question a line is meant for: the one that was asked when its first character was typed."""

from agentsh.repl.inbox import Matter


class Typed:
    """Watches a line from its first character to its end, so that nothing typed for one thing decides another."""

    def __init__(self) -> None:
        self._about: str | None = None
        self._begun = False
        self._warned = False

    def changed(self, text: str, front: Matter | None) -> None:
        """The line is `text` now, and `front` is asked."""
        if not text:
            self._begun = self._warned = False
        elif not self._begun:
            self._begun = True
            self._about = None if front is None else front.id

    def about(self, text: str, front: Matter | None) -> str | None:
        """Return the id of the matter that the finished line is meant for; None: for nothing that is asked."""
        if not text:
            return None if front is None else front.id
        return self._about

    def surprised(self, text: str, front: Matter | None) -> bool:
        """Return True, once, for words meant for the team while something else has come to be asked meanwhile."""
        surprised = bool(text) and self._about is None and front is not None and not text.startswith("/")
        if not surprised or self._warned:
            return False
        self._warned = True
        return True
