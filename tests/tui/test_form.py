"""A form takes what fits its schema and says what does not, before anything is sent."""

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch
from agentsh.tui.form import Fields

SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 40},
        "note": {"type": "string", "maxLength": 40},
        "words": {"type": "string", "minLength": 0},
    },
    "required": ["name", "words"],
}


class Filled(App[None]):
    def compose(self) -> ComposeResult:
        yield Fields(SCHEMA)


async def test_a_text_that_is_required_is_not_left_empty_and_one_that_is_not_or_may_be_empty_may() -> None:
    app = Filled()
    async with app.run_test():
        fields = app.query_one(Fields)
        with pytest.raises(OutputMismatch, match="name is needed"):
            fields.value()
        app.query(Input).first().value = "Ann"
        assert fields.value() == {"name": "Ann", "note": None, "words": ""}
