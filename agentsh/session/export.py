"""A session as text for elsewhere: a Markdown page, or each event as one JSON line. Scripts read the JSON's keys."""

import json
from collections.abc import Iterable, Iterator
from typing import Literal

from agentsh.core.events import Recorded, role_of
from agentsh.core.model import JsonObject
from agentsh.session.transcript import transcript

ExportFormat = Literal["md", "jsonl"]


def exported(events: Iterable[Recorded], session: str, format: ExportFormat) -> Iterator[str]:
    """Yield the lines of a session's export."""
    if format == "md":
        yield from transcript(events)
        return
    for recorded in events:
        yield json.dumps(event_line(recorded, session))


def event_line(recorded: Recorded, session: str) -> JsonObject:
    """Return an event with its own fields beside `seq`, `at`, `kind`, `session` and `role`. No key is ever renamed."""
    fields = recorded.event.model_dump(mode="json", by_alias=True)
    head: JsonObject = {
        "seq": recorded.seq,
        "at": recorded.at,
        "kind": recorded.event.kind,
        "session": session,
        "role": role_of(recorded.event),
    }
    return head | fields
