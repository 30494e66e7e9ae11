"""What `--jsonl` prints: one JSON object a line. Scripts read these keys: they are never renamed."""

from datetime import UTC, datetime

from agentsh.core.model import JsonObject
from agentsh.session.export import event_line

__all__ = ["error_line", "event_line"]


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
