"""Laws of what people read of structured data: all of it, in its order, the same each time."""

from agentsh.roles.markdown import to_markdown
from agentsh.roles.outline import outline


def test_every_kind_of_value_is_told() -> None:
    data = {
        "title": "Snake",
        "needs_network": False,
        "lines": 120,
        "user_stories": ["move", "eat"],
        "tasks": [{"path": "main.py", "purpose": "start", "uses": ["game.py", "ui.py"]}, {"path": "game.py"}],
        "author": {"name": "Ann", "age": None},
        "diagram": "a -> b\nb -> c",
    }

    assert to_markdown(data) == (
        "## Title\n\nSnake\n\n"
        "## Needs network\n\nno\n\n"
        "## Lines\n\n120\n\n"
        "## User stories\n\n- move\n- eat\n\n"
        "## Tasks\n\n- **main.py**\n  - Purpose: start\n  - Uses: game.py, ui.py\n- **game.py**\n\n"
        "## Author\n\n- Name: Ann\n\n"
        "## Diagram\n\na -> b\nb -> c"
    )


def test_what_is_empty_is_left_out() -> None:
    assert to_markdown({"a": None, "b": "", "c": [], "d": {}, "e": 0, "f": False}) == "## E\n\n0\n\n## F\n\nno"


def test_a_schema_is_said_in_one_line() -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "maxLength": 80},
            "kind": {"type": "string", "enum": ["cli", "web"]},
            "tasks": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"path": {"type": "string"}, "size": {"type": "integer"}},
                    "required": ["path"],
                },
            },
            "ok": {"anyOf": [{"type": "boolean"}, {"type": "null"}]},
        },
        "required": ["title", "kind", "tasks", "ok"],
    }

    assert outline(schema) == (
        '{"title": string, "kind": "cli" | "web", '
        '"tasks": [{"path": string, "size": integer | null}, …], "ok": boolean | null}'
    )
