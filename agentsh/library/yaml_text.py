"""YAML as front matter wants it: text stays text, nothing is there twice, nothing grows, and every value has a line.

Every scalar is kept as it was typed (`NO`, `1.10`, `on`), or is None when it is empty, `~` or `null`; what it has to be
is decided by the field that takes it. So no value changes by a rule that its author does not know.
"""

from collections.abc import Iterator

import yaml
from pydantic import JsonValue

from agentsh.core.errors import FileError
from agentsh.core.model import JsonObject
from agentsh.library.places import Place, Places

MOST_DEPTH = 12
MOST_ALIASES = 8
"""Eight aliases can make a file about twenty times larger, not a billion."""

_TOO_DEEP = f"nested deeper than {MOST_DEPTH}"
_FLATTER = "Make it flatter."
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULLS = {"", "~", "null", "Null", "NULL"}
_HINTS = {
    "mapping values are not allowed": "Put a value that contains ': ' in quotes.",
    "did not find expected ',' or": "Types such as list[str] go on a line of their own, not inside { } or [ ].",
    "did not find expected key": "Check the indentation of this line, and the quotes before it.",
    "cannot start any token": "Put a value that begins with @, `, % or a tab in quotes.",
    "found unexpected end of stream": "A quote is opened and not closed.",
}


def parse_mapping(text: str, path: str, first_line: int) -> tuple[JsonObject, Places]:
    """Return the mapping that `text` holds, and where each value stands.

    Args:
        text: the YAML.
        path: how the file is named in errors.
        first_line: line of the file on which `text` begins.

    Raises:
        FileError: it is not YAML, not one mapping, or uses what is not allowed here.
    """
    reader = _Reader(path, first_line, yaml.parse(text, Loader=_LOADER))
    try:
        return reader.document(), reader.places
    except yaml.YAMLError as error:
        raise _not_yaml(error, path, first_line) from None


def _not_yaml(error: yaml.YAMLError, path: str, first_line: int) -> FileError:
    problem = str(getattr(error, "problem", None) or error)
    mark = getattr(error, "problem_mark", None)
    line = first_line + (mark.line if mark else 0)
    if "nesting depth" in problem:  # PyYAML has, since 6.0.4, a limit of its own, far above the one here
        return FileError(path, line, _TOO_DEEP, hint=_FLATTER)
    hint = next((hint for said, hint in _HINTS.items() if said in problem), "")
    return FileError(path, line, f"this is not valid YAML: {problem}", hint=hint)


class _Reader:
    """Builds values from parse events, so that depth, aliases and lines are known before anything is built."""

    def __init__(self, path: str, first_line: int, events: Iterator[yaml.Event]) -> None:
        self._path = path
        self._first_line = first_line
        self._events = events
        self._anchors: dict[str, JsonValue] = {}
        self._aliases = 0
        self._lines: dict[Place, int] = {}
        self.places = Places(path, self._lines, max(1, first_line - 1))

    def document(self) -> JsonObject:
        """Return the one mapping of the stream."""
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            raise FileError(self._path, self._first_line, "the front matter is empty", hint="Give at least a name.")
        event = next(self._events)
        if not isinstance(event, yaml.MappingStartEvent):
            raise self._error(event, "the front matter has to be a mapping", "Write lines such as: name: write_prd")
        value = self._mapping(event, ())
        next(self._events)
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            raise self._error(event, "the front matter has a second document", "Keep one.")
        return value

    def _value(self, event: yaml.Event, place: Place) -> JsonValue:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        value = self._own_value(event, place)
        if anchor := getattr(event, "anchor", None):
            self._anchors[anchor] = value
        return value

    def _own_value(self, event: yaml.Event, place: Place) -> JsonValue:
        if getattr(event, "tag", None) is not None:
            raise self._error(event, f"the tag {getattr(event, 'tag', '')!r} means nothing here", "Leave it out.")
        if len(place) > MOST_DEPTH:
            raise self._error(event, _TOO_DEEP, _FLATTER)
        match event:
            case yaml.MappingStartEvent():
                return self._mapping(event, place)
            case yaml.SequenceStartEvent():
                return self._sequence(place)
            case yaml.ScalarEvent():
                plain = event.style in (None, "")
                return None if plain and event.value in _NULLS else event.value
        raise self._error(event, "this is not a value", "Write text, a list or a mapping.")

    def _alias(self, event: yaml.AliasEvent) -> JsonValue:
        self._aliases += 1
        if self._aliases > MOST_ALIASES:
            raise self._error(event, f"more than {MOST_ALIASES} aliases", "Write the values out.")
        if event.anchor not in self._anchors:
            raise self._error(event, f"the alias {event.anchor!r} names nothing that came before it", "Write it out.")
        return self._anchors[event.anchor]

    def _sequence(self, place: Place) -> list[JsonValue]:
        items: list[JsonValue] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            here = (*place, len(items))
            self._lines[here] = self._line(event)
            items.append(self._value(event, here))
        return items

    def _mapping(self, event: yaml.Event, place: Place) -> JsonObject:
        fields: JsonObject = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event)
            here = (*place, key)
            if key in fields:
                raise self._error(
                    event, f"the key {key!r} is there twice, first on line {self._lines[here]}", "Keep one."
                )
            self._lines[here] = self._line(event)
            fields[key] = self._value(next(self._events), here)
        return fields

    def _key(self, event: yaml.Event) -> str:
        if not isinstance(event, yaml.ScalarEvent) or event.tag is not None or not event.value:
            raise self._error(event, "a key has to be a word", "Write lines such as: name: write_prd")
        return event.value

    def _line(self, event: yaml.Event) -> int:
        return self._first_line + (event.start_mark.line if event.start_mark else 0)

    def _error(self, event: yaml.Event, message: str, hint: str) -> FileError:
        return FileError(self._path, self._line(event), message, hint=hint)
