"""What `--jsonl` prints: one JSON object a line. Scripts read these keys: they are never renamed."""

from datetime import UTC, datetime

from agentsh.core.events import Recorded, role_of
from agentsh.core.model import JsonObject


def event_line(recorded: Recorded, session: str) -> JsonObject:
    """Return an event with its own fields beside `seq`, `at`, `kind`, `session` and `role`."""
    fields = recorded.event.model_dump(mode="json", by_alias=True)
    head: JsonObject = {
        "seq": recorded.seq,
        "at": recorded.at,
        "kind": recorded.event.kind,
        "session": session,
        "role": role_of(recorded.event),
    }
    return head | fields


def error_line(message: str, hint: str, exit_code: int, session: str | None) -> JsonObject:
    """Return the line for an error that ended the command and is in no journal; its `seq` is null."""
    return {
        "seq": None,
        "at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "kind": "error",
        "session": session,
        "role": None,
        "message": message,
        "hint": hint,
        "exit_code": int(exit_code),
    }
