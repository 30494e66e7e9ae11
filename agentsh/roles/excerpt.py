"""A text cut to a number of lines or characters, with an honest mark where something is missing."""


def lines_of(text: str, most: int | None) -> str:
    """Return `text` with at most `most` of its lines (None: all): two thirds from its head, the rest from its end."""
    lines = text.splitlines()
    if most is None or len(lines) <= most:
        return text
    head, tail = _shares(most)
    mark = f"[… {len(lines) - most} lines left out …]"
    return _shorter("\n".join([*lines[:head], mark, *lines[len(lines) - tail :]]), text)


def characters_of(text: str, most: int) -> str:
    """Return `text` with at most `most` of its characters, and the mark."""
    if len(text) <= most:
        return text
    head, tail = _shares(most)
    mark = f"[… {len(text) - most} characters left out …]"
    return _shorter(f"{text[:head]}\n{mark}\n{text[len(text) - tail :]}", text)


def _shorter(cut: str, text: str) -> str:
    """Return whichever is shorter: of a short text the mark takes more than it saves."""
    return cut if len(cut) < len(text) else text


def _shares(most: int) -> tuple[int, int]:
    head = most - most // 3
    return head, most - head
