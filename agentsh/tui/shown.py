"""How text from outside is shown: cleaned, never as markup, and never more of it than a screen can bear."""

from datetime import UTC, datetime

from textual.content import Content

from agentsh.core.terminal import clean

MOST_CHARACTERS = 12_000
"""Of one text in a card or a form; the whole is a key away."""
LONGEST_LINE = 2_000


def plain(text: str, style: str = "") -> Content:
    """Return text from outside as content without markup."""
    return Content.styled(clean(text), style) if style else Content(clean(text))


def excerpt(text: str, most: int = MOST_CHARACTERS) -> tuple[str, int]:
    """Return the cleaned beginning of `text`, long lines cut, and how many characters are left out."""
    kept = clean(text[:most])
    lines = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in kept.split("\n")]
    return "\n".join(lines), max(0, len(text) - most)


def ago(at: str, now: datetime | None = None) -> str:
    """Return how long ago a journal's time was: `just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    seconds = since_s(at, now)
    if seconds is None:
        return ""
    if seconds < 60:
        return "just now"
    for unit_s, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= unit_s:
            count = int(seconds // unit_s)
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def since_s(at: str, now: datetime | None = None) -> float | None:
    """Return the seconds since a journal's time; None when it cannot be read."""
    try:
        then = datetime.fromisoformat(at)
    except ValueError:
        return None
    return max(0.0, ((now or datetime.now(UTC)) - then).total_seconds())


def clock(at: str) -> str:
    """Return the local `HH:MM:SS` of a journal's time."""
    try:
        return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")
    except ValueError:
        return ""


def elapsed(seconds: float) -> str:
    """Return a duration in at most six characters: `12s`, `3m07s`, `1h04m`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    return f"{whole // 3600}h{whole % 3600 // 60:02d}m"


def amount(count: float) -> str:
    """Return a count in at most five characters: `950`, `12.3k`, `1.2M`."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            scaled = count / size
            return f"{scaled:.1f}{unit}" if scaled < 100 else f"{scaled:.0f}{unit}"
    return f"{count:.0f}"


def meter(share: float, cells: int) -> str:
    """Return a bar of `cells` cells, filled to `share` of it."""
    full = min(cells, max(0, round(share * cells)))
    return "▰" * full + "▱" * (cells - full)
