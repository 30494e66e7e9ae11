"""Reads a session from its first event to its last, beside whoever has it open."""

from collections.abc import Iterator
from pathlib import Path

from agentsh.core.errors import SessionDamaged
from agentsh.core.events import Recorded
from agentsh.store.catalogue import read_session

PAGE_EVENTS = 500


def events_of(path: Path) -> Iterator[Recorded]:
    """Yield a session's events page by page; what stands before a damaged one comes before its error."""
    after, damage, limit = 0, None, PAGE_EVENTS
    while True:
        try:
            page = read_session(path, after, limit)
        except SessionDamaged as error:
            if damage is not None or error.last_good_seq <= after:
                raise
            damage, limit = error, error.last_good_seq - after
            continue
        yield from page
        if damage is not None:
            raise damage
        if not page:
            return
        after = page[-1].seq
