"""Which files of a large workspace a prompt shows: those that were picked, written or blamed in what it is about."""

from collections.abc import Iterable, Iterator, Mapping

from pydantic import JsonValue

from agentsh.core.messages import Message
from agentsh.roles.actions.paths import is_plain

MOST_CHOSEN = 30


def chosen_in(messages: Iterable[Message]) -> list[str]:
    """Return the paths that these messages' data name as files, the newest message's first, each once."""
    found = (path for message in reversed([*messages]) for path in _paths(message.data or {}))
    return list(dict.fromkeys(path for path in found if is_plain(path)))[:MOST_CHOSEN]


def _paths(data: Mapping[str, JsonValue]) -> Iterator[str]:
    for key in ("files", "gates"):
        listed = data.get(key)
        for item in listed if isinstance(listed, list) else ():
            path = item.get("path") if isinstance(item, dict) else item
            if isinstance(path, str):
                yield path
