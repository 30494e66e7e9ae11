"""Conditions on components, as people write them."""

from dataclasses import dataclass, field

import pytest

from agentsh.core.errors import UsageError
from agentsh.engine.breakpoints import Passage, parse_breakpoint
from agentsh.engine.conditions import parse_condition


@dataclass
class Body:
    """Something with fields."""

    hp: int = 5
    name: str = "ann"
    alive: bool = True
    bag: dict[str, int] = field(default_factory=lambda: {"coins": 3})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("component:Body.hp<10", True),
        ("component:Body.hp<5", False),
        ("component:Body.hp<=5", True),
        ("component: Body.hp > 4.5", True),
        ("component:Body.hp>=6", False),
        ("component:Body.hp==5", True),
        ("component:Body.hp!=5", False),
        ("component:Body.name==ann", True),
        ('component:Body.name=="ann"', True),
        ("component:Body.name!=bob", True),
        ("component:Body.alive==true", True),
        ("component:Body.bag.coins==3", True),
        ("component:Body.bag.coins<3", False),
        ("component:Body.nothing<3", False),
        ("component:Body.nothing==null", True),
        ("component:Body.name<3", False),
    ],
)
def test_a_condition_holds_of_a_component_or_not(text: str, holds: bool) -> None:
    assert parse_condition(text).holds(Body()) is holds


@pytest.mark.parametrize("text", ["component:Body", "component:Body.hp", "component:Body.hp=5", "component:.hp<5", ""])
def test_what_is_no_condition_is_told_with_the_form(text: str) -> None:
    with pytest.raises(UsageError, match="is not a condition") as told:
        parse_condition(text)
    assert "component:KIND.FIELD" in told.value.hint


def test_only_numbers_are_more_or_less() -> None:
    with pytest.raises(UsageError, match="'ann' is not a number"):
        parse_condition("component:Body.name<ann")


def test_a_breakpoint_on_a_component_stops_no_step() -> None:
    point = parse_breakpoint("component:Body.hp<10")
    at = Passage(role="ann", reaction="ann:1", step="publish", message="component")  # type: ignore[arg-type]
    assert point.condition is not None
    assert point.text == "component:Body.hp<10"
    assert not point.hits(at)


def test_a_tick_is_a_kind_of_step() -> None:
    at = Passage(role="world", reaction="world:3", step="tick")  # type: ignore[arg-type]
    assert parse_breakpoint("before:tick").hits(at)
    assert parse_breakpoint("role:world").hits(at)
