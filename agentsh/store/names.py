"""Session names: made from ideas, safe as file names on any system, and refused where they are not."""

import re
import unicodedata

from agentsh.core.errors import UsageError
from agentsh.core.ids import SessionName

LONGEST = 48
"""Characters, with the number that makes it unique."""
_FALLBACK = "session"
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def slug(idea: str) -> str:
    """Return a name for an idea: `Write a cli snake game` → `write-a-cli-snake-game`.

    Latin letters lose their accents; an idea in another script keeps its own letters.
    """
    ascii_words = re.findall(r"[a-z0-9]+", _without_accents(idea).lower())
    words = ascii_words if sum(map(len, ascii_words)) >= 3 else _letters(idea)
    name = _joined(words, LONGEST - 4)
    return _FALLBACK if not name or _RESERVED.fullmatch(name) else name


def checked_name(name: str) -> SessionName:
    """Return `name` if it can name a session.

    Raises:
        UsageError: it is empty, too long, or would be another path.
    """
    if not name or name.startswith((".", "-")) or len(name.encode()) > 200 or not _is_plain(name):
        raise UsageError(
            f"{name!r} cannot name a session", hint="use letters, digits, '-', '_' and '.', not '.' or '-' first"
        )
    return SessionName(name)


def _is_plain(name: str) -> bool:
    return all(character in "-_." or unicodedata.category(character)[0] in "LMN" for character in name)


def _without_accents(text: str) -> str:
    return "".join(
        character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character)
    )


def _letters(text: str) -> list[str]:
    composed = unicodedata.normalize("NFKC", text).lower()
    return "".join(character if unicodedata.category(character)[0] in "LMN" else " " for character in composed).split()


def _joined(words: list[str], longest: int) -> str:
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:longest]
        if len(longer) > longest:
            break
        name = longer
    return name
