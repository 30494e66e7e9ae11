"""A tool is what its function says: models are told its docstring and types, and a call gets just these."""

from typing import Any, Literal, cast

import pytest

from agentsh.core.errors import UsageError
from agentsh.core.tools import SHIPPED
from agentsh.ports import Hands
from agentsh.tools.making import tool
from agentsh.tools.shipped import shipped_tools

NOBODY = cast("Hands", None)


async def greet(hands: Hands, name: str, times: int = 1, tone: Literal["warm", "cold"] = "warm") -> str:
    """Greet somebody,
    in one line.

    It is not told to models what stands here.

    Args:
        name: who is greeted,
            by first name.
        times: how often.
    """
    return ", ".join([f"{tone} greetings {name}"] * times)


async def test_models_are_told_the_docstring_and_the_types() -> None:
    spec = tool(greet).spec
    assert (spec.name, spec.description) == ("greet", "Greet somebody, in one line.")
    assert spec.parameters["required"] == ["name"]
    properties = cast("dict[str, Any]", spec.parameters["properties"])
    assert properties["name"]["description"] == "who is greeted, by first name."
    assert properties["name"]["maxLength"] > 0
    assert properties["times"] == {"default": 1, "description": "how often.", "type": "integer"}
    assert properties["tone"]["enum"] == ["warm", "cold"]
    function = cast("dict[str, Any]", spec.native())["function"]
    assert function["parameters"] == spec.parameters


async def test_what_is_left_out_has_its_default() -> None:
    assert await tool(greet).call(NOBODY, {"name": "Ada", "times": None}) == "warm greetings Ada"
    said = await tool(greet).call(NOBODY, {"name": "Ada", "times": 2, "tone": "cold"})
    assert said == "cold greetings Ada, cold greetings Ada"


class Stranger:
    """No JSON value."""


async def _untold(hands: Hands, x: int) -> str:
    return str(x)


async def _untyped(hands: Hands, x) -> str:  # type: ignore[no-untyped-def]
    """Say x."""
    return str(x)


async def _strange(hands: Hands, x: Stranger) -> str:
    """Say x."""
    return str(x)


@pytest.mark.parametrize(
    ("function", "said"),
    [(_untold, "has no docstring"), (_untyped, "'x' without a type"), (_strange, "'_strange'")],
)
def test_a_function_that_is_no_tool_is_refused_with_its_name(function: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        tool(function)


def test_what_ships_is_what_team_files_may_name() -> None:
    tools = shipped_tools()
    assert tuple(tools) == SHIPPED
    for name, found in tools.items():
        properties = cast("dict[str, Any]", found.spec.parameters["properties"])
        assert all(told.get("description") for told in properties.values()), f"{name} does not tell of all it takes"
        assert not found.spec.fenced or found.spec.fenced in properties
