"""A form made from a JSON schema: a field for each property, and what was filled in as a value that fits."""

import json
from collections.abc import Iterable
from typing import ClassVar

from pydantic import JsonValue
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static, TextArea

from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch, Shape, validate_object
from agentsh.core.terminal import one_line
from agentsh.tui.shown import plain

_SCALARS = ("string", "integer", "number", "boolean", None)


class Answer(TextArea):
    """A text as answer: enter sends, ctrl+j begins another line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "send", "Send", priority=True, id="answer.send"),
        Binding("ctrl+j,shift+enter,alt+enter", "newline", "New line", show=False, id="answer.newline"),
    ]
    DEFAULT_CSS = """
    Answer { height: auto; min-height: 3; max-height: 8; border: round $border; margin: 1 0 0 0; }
    """

    class Sent(Message):
        """The text is to be sent."""

    def __init__(self) -> None:
        super().__init__(highlight_cursor_line=False, placeholder="Your answer; enter sends, ctrl+j a new line")

    def action_send(self) -> None:
        """Send it."""
        self.post_message(self.Sent())

    def action_newline(self) -> None:
        """Begin another line."""
        self.insert("\n")


class Fields(Vertical):
    """One field a property of the schema."""

    DEFAULT_CSS = """
    Fields {
        height: auto;
        & .fields--label { color: $text-primary; margin: 1 0 0 0; height: 1; }
        & Input { height: 1; border: none; padding: 0 1; background: $panel; &:focus { border: none; } }
        & TextArea {
            height: auto; min-height: 2; max-height: 8; border: none; background: $panel; &:focus { border: none; }
        }
        & SelectCurrent Static#label { color: $text-disabled; }
        & SelectCurrent.-has-value Static#label { color: $foreground; }
        & Checkbox { margin: 1 0 0 0; border: none; padding: 0; &:focus { border: none; } }
    }
    """

    def __init__(self, schema: JsonObject) -> None:
        super().__init__()
        self._schema = schema
        self._shape = Shape.model_validate(schema)
        self._widgets: dict[str, Widget] = {}

    def compose(self) -> ComposeResult:
        """Lay out label and field, in the order of the schema."""
        for name, shape in self._shape.properties.items():
            field = _field(shape)
            self._widgets[name] = field
            if isinstance(field, Checkbox):
                field.label = plain(name)
            else:
                yield Static(self._label(name, shape), classes="fields--label", markup=False)
            yield field

    def value(self) -> JsonObject:
        """Return what was filled in. Raises OutputMismatch, which says what does not fit."""
        said: JsonObject = {}
        for name, widget in self._widgets.items():
            shape = self._shape.properties[name]
            value = _value(widget, shape)
            needed = name in self._shape.required
            if value == "" and needed and not _may_be_empty(shape):
                # A schema that says nothing of it lets an empty text pass; a person has forgotten it.
                raise OutputMismatch(f"{name} is needed.")
            if value is not None and (value != "" or needed):
                said[name] = value
        return validate_object(self._schema, said)

    def _label(self, name: str, shape: Shape) -> str:
        kind = _kind(shape)
        optional = "" if name in self._shape.required and not _may_be_empty(shape) else ", optional"
        return one_line(f"{name} ({kind}{optional})", 70)


def _kind(shape: Shape) -> str:
    inner = _inner(shape)
    if inner.enum is not None:
        return "choose"
    if inner.type == "array":
        return "JSON" if inner.items is not None and inner.items.type not in _SCALARS else "one a line"
    return {"object": "JSON", "string": "text", None: "text"}.get(inner.type, inner.type or "text")


def _may_be_empty(shape: Shape) -> bool:
    return shape.min_length == 0


def _inner(shape: Shape) -> Shape:
    """Return what an optional field holds when it is there."""
    return next((option for option in shape.any_of if option.type != "null"), shape)


def _field(shape: Shape) -> Widget:
    inner = _inner(shape)
    if inner.enum is not None:
        choices = [(plain(str(choice)), place) for place, choice in enumerate(inner.enum)]
        return Select(choices, prompt="choose", compact=True)
    if inner.type == "boolean":
        return Checkbox()
    if inner.type in ("integer", "number"):
        return Input(type="integer" if inner.type == "integer" else "number")
    if inner.type in ("array", "object"):
        return TextArea(highlight_cursor_line=False)
    return TextArea(highlight_cursor_line=False) if (inner.max_length or 999) > 80 else Input()


def _value(widget: Widget, shape: Shape) -> JsonValue:
    inner = _inner(shape)
    match widget:
        case Checkbox():
            return widget.value
        case Select():
            chosen = widget.value
            return inner.enum[chosen] if inner.enum is not None and isinstance(chosen, int) else None
        case Input():
            return widget.value
        case TextArea():
            return _text(widget.text, inner)
        case _:
            return None


def _text(text: str, shape: Shape) -> JsonValue:
    if shape.type == "array" and (shape.items is None or shape.items.type in _SCALARS):
        return _lines(text.splitlines())
    return _json(text) if shape.type in ("array", "object") else text.strip()


def _lines(lines: Iterable[str]) -> JsonValue:
    found: list[JsonValue] = [line.strip() for line in lines if line.strip()]
    return found or None


def _json(text: str) -> JsonValue:
    if not text.strip():
        return None
    try:
        value: JsonValue = json.loads(text)
    except ValueError as error:
        raise OutputMismatch(f"This is no JSON: {error}.") from None
    return value
