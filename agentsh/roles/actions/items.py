"""What an action goes over: the list that `for_each: write_tasks.tasks as task` names."""

import re
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentsh.core.errors import UsageError
from agentsh.core.ids import ActionName
from agentsh.core.model import JsonObject
from agentsh.roles.work import Work

_FOR_EACH = re.compile(r"(?P<cause>\w+)\.(?P<field>[\w.]+)\s+as\s+(?P<name>\w+)")
_PATH_KEYS = ("path", "file", "filename", "file_name")


@dataclass(frozen=True)
class Item:
    """One thing to be done; a single one without a name when the action goes over nothing.

    Attributes:
        label: tells it from the others.
        path: the file that it is about, when it says so.
        variables: how the prompt knows it.
    """

    label: str = ""
    path: str | None = None
    variables: JsonObject = field(default_factory=dict)


async def items(work: Work) -> list[Item]:
    """Return what the action goes over, in the list's order.

    Raises:
        UsageError: `for_each` cannot be read, or there is no such list.
    """
    for_each = work.action.for_each
    if for_each is None:
        return [Item()]
    found = _FOR_EACH.fullmatch(for_each.strip())
    if found is None:
        raise _wrong(work, f"{for_each!r} is not understood", "Write: for_each: write_tasks.tasks as task")
    values = _at(await _newest(work, ActionName(found["cause"])), found["field"])
    if values is None:
        raise _wrong(work, f"there is no list {found['field']!r} in a message of {found['cause']}", "Check its output.")
    return [_item(index, value, found["name"]) for index, value in enumerate(values)]


async def _newest(work: Work, cause: ActionName) -> JsonObject:
    messages = await work.reaction.history(causes=[cause], last=1)
    return messages[-1].data or {} if messages else {}


def _at(data: JsonValue, field_path: str) -> list[JsonValue] | None:
    for name in field_path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, list) else None


def _item(index: int, value: JsonValue, name: str) -> Item:
    path = _path(value)
    return Item(label=path or str(index), path=path, variables={"item": value, name: value})


def _path(value: JsonValue) -> str | None:
    if isinstance(value, str):
        return value if "." in value and " " not in value else None
    if isinstance(value, dict):
        return next((path for key in _PATH_KEYS if isinstance(path := value.get(key), str) and path), None)
    return None


def _wrong(work: Work, message: str, hint: str) -> UsageError:
    return UsageError(f"for_each of {work.action.name}: {message}", hint=hint)
