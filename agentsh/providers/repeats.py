"""Notices that a model has fallen into a loop and says the same for ever, as small models do."""

SPAN_CHARS = 2400
"""So much has to be repetition: below it, tables, grids and separators are legitimate."""
TIMES = 12
"""So often a long phrase has to come in a row."""
LONGEST_PHRASE_CHARS = 600
BLANK_CHARS = 600
"""So much white space in a row is the loop of a model that is held to a JSON schema."""
_KEY_CHARS = 32
_CHECK_EVERY_CHARS = 64


class RepeatDetector:
    """Reads an answer as it streams. The work a chunk is constant, however long the answer gets."""

    def __init__(self) -> None:
        self._tail = ""
        self._unchecked = 0

    def feed(self, chunk: str) -> bool:
        """Return whether the answer, with `chunk`, ends in a loop."""
        self._tail = (self._tail + chunk)[-TIMES * LONGEST_PHRASE_CHARS :]
        self._unchecked += len(chunk)
        if self._unchecked < _CHECK_EVERY_CHARS:
            return False
        self._unchecked = 0
        return self._is_blank() or self._is_periodic()

    def _is_blank(self) -> bool:
        end = self._tail[-BLANK_CHARS:]
        return len(end) == BLANK_CHARS and end.isspace()

    def _is_periodic(self) -> bool:
        """The last characters' nearest earlier occurrence gives the period that is then tried on the whole span."""
        tail = self._tail
        before = tail.rfind(tail[-_KEY_CHARS:], 0, len(tail) - 1)
        if before < 0:
            return False
        period = len(tail) - _KEY_CHARS - before
        span = max(SPAN_CHARS, TIMES * period)
        return len(tail) >= span and tail[-span:-period] == tail[-span + period :]
