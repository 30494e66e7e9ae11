"""Structured output as Markdown that people read: the same text for the same data."""

import json

from pydantic import JsonValue

from agentsh.core.model import JsonObject

_DEEPEST_HEADING = 4


def to_markdown(data: JsonObject, level: int = 2) -> str:
    """Return a heading and a body for each field, in the order of `data`; fields without a value are left out."""
    return "\n\n".join(_section(name, value, level) for name, value in data.items() if _is_said(value))


def title(name: str) -> str:
    """Return a field's name as a heading: `user_stories` → `User stories`."""
    words = name.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _section(name: str, value: JsonValue, level: int) -> str:
    heading = f"{'#' * min(level, _DEEPEST_HEADING)} {title(name)}"
    if isinstance(value, dict):
        return f"{heading}\n\n{_fields(value)}"
    if isinstance(value, list):
        return f"{heading}\n\n{_items(value)}"
    return f"{heading}\n\n{_scalar(value)}"


def _items(values: list[JsonValue]) -> str:
    return "\n".join(_item(value) for value in values)


def _item(value: JsonValue) -> str:
    if isinstance(value, dict):
        return _object_item(value)
    if isinstance(value, list):
        return "- " + ", ".join(_inline(inner) for inner in value)
    return "- " + _indented(_scalar(value))


def _object_item(value: JsonObject) -> str:
    """The first field names the thing; the others are said below it."""
    said = [(name, inner) for name, inner in value.items() if _is_said(inner)]
    if not said:
        return "- nothing"
    first, *rest = said
    lines = [f"- **{_inline(first[1])}**"]
    lines += [f"  - {title(name)}: {_indented(_inline(inner), 4)}" for name, inner in rest]
    return "\n".join(lines)


def _fields(value: JsonObject) -> str:
    return "\n".join(
        f"- {title(name)}: {_indented(_inline(inner))}" for name, inner in value.items() if _is_said(inner)
    )


def _inline(value: JsonValue) -> str:
    if isinstance(value, list):
        return ", ".join(_inline(inner) for inner in value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_inline(inner)}" for name, inner in value.items() if _is_said(inner))
    return _scalar(value)


def _scalar(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.strip() if isinstance(value, str) else json.dumps(value)


def _indented(text: str, columns: int = 2) -> str:
    return text.replace("\n", "\n" + " " * columns)


def _is_said(value: JsonValue) -> bool:
    return value is not None and value not in ("", [], {})
