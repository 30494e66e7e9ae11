"""Makes text from outside harmless to a terminal: what a model or a program says is shown, and never obeyed.

Every screen shows such text through here; the journal keeps it as it was. Sequences after ECMA-48 and xterm's ctlseqs.
"""

import re
from collections.abc import Callable

_BIDI_AND_UNSEEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e01ef"
)
_LONE_SURROGATES = "\ud800-\udfff"
_CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f"

_SPECIAL = re.compile(f"[{_CONTROLS}{_BIDI_AND_UNSEEN}{_LONE_SURROGATES}]")
_CSI_BODY = re.compile(r"[\x20-\x3f]*")
_INTERMEDIATES = re.compile(r"[\x20-\x2f]*")
_STRING_END = re.compile(r"[\x07\n\r\x18\x1a\x1b\x9c]")

_ESC = "\x1b"
_STRING_INTRODUCERS = "]P_^X"
"""After ESC: OSC, DCS, APC, PM, SOS."""
_C1_CSI = "\x9b"
_C1_STRINGS = "\x9d\x90\x9f\x9e\x98"


class Cleaner:
    """Cleans text that arrives in pieces; how it is cut into pieces makes no difference.

    Escape sequences (ESC, CSI, OSC, DCS, APC, PM, SOS, in 7 and 8 bits) and other controls vanish, but `\\n` and `\\t`.
    A carriage return is a line's end. Bidi and invisible characters become marks such as U+202E in angle quotes, lone
    surrogates U+FFFD. A string sequence that nobody ends is over with its line, so that it hides no more than that.
    Each character is looked at a bounded number of times, and nothing is held back.
    """

    def __init__(self) -> None:
        self._state: Callable[[str, int], int] = self._ground
        self._after_return = False
        self._shown: list[str] = []

    def feed(self, text: str) -> str:
        """Return what of `text` may be shown."""
        at = 0
        while at < len(text):
            at = self._state(text, at)
        shown = "".join(self._shown)
        self._shown.clear()
        return shown

    def flush(self) -> None:
        """End the text: an unfinished sequence is forgotten, and the next piece begins afresh."""
        self._state = self._ground
        self._after_return = False

    def _ground(self, text: str, at: int) -> int:
        if self._after_return:
            self._after_return = False
            if text[at] == "\n":
                return at + 1
        special = _SPECIAL.search(text, at)
        if special is None:
            self._shown.append(text[at:])
            return len(text)
        self._shown.append(text[at : special.start()])
        self._meet(special.group())
        return special.end()

    def _meet(self, character: str) -> None:
        if character == _ESC:
            self._state = self._escape
        elif character == _C1_CSI:
            self._state = self._csi
        elif character in _C1_STRINGS:
            self._state = self._string
        elif character == "\r":
            self._after_return = True
            self._shown.append("\n")
        elif "\ud800" <= character <= "\udfff":
            self._shown.append("\ufffd")
        elif character >= "\xa0":
            self._shown.append(f"\u2039U+{ord(character):04X}\u203a")

    def _escape(self, text: str, at: int) -> int:
        character = text[at]
        if character == "[":
            self._state = self._csi
        elif character in _STRING_INTRODUCERS:
            self._state = self._string
        elif " " <= character <= "/":
            self._state = self._intermediate
        else:
            self._state = self._ground
            return at + 1 if "0" <= character <= "~" else at
        return at + 1

    def _intermediate(self, text: str, at: int) -> int:
        return self._final(text, _past(_INTERMEDIATES, text, at), "0")

    def _csi(self, text: str, at: int) -> int:
        return self._final(text, _past(_CSI_BODY, text, at), "@")

    def _final(self, text: str, at: int, lowest: str) -> int:
        """End the sequence at its final character; one that cannot be part of it is looked at again as text."""
        if at == len(text):
            return at
        self._state = self._ground
        return at + 1 if lowest <= text[at] <= "~" else at

    def _string(self, text: str, at: int) -> int:
        end = _STRING_END.search(text, at)
        if end is None:
            return len(text)
        self._state = self._string_escape if end.group() == _ESC else self._ground
        return end.start() if end.group() in "\n\r" else end.end()

    def _string_escape(self, text: str, at: int) -> int:
        if text[at] == "\\":
            self._state = self._ground
            return at + 1
        self._state = self._escape
        return at


def clean(text: str) -> str:
    """Return all of `text` that may be shown on a terminal."""
    return Cleaner().feed(text)


def one_line(text: str, limit: int) -> str:
    """Return `text` cleaned, on one line, of at most `limit` characters, the last an ellipsis if it was cut."""
    # A cut before cleaning keeps a long text cheap; a sequence or a mark is never shown in part, only lost.
    flat = " ".join(clean(text[: 20 * limit]).split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    """Return where the longest match of `pattern` at `at` ends; `at` when there is none."""
    match = pattern.match(text, at)
    return at if match is None else match.end()
