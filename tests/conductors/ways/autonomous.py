"""An agent that sets itself a second task, and reaches its goal before it gets to a third."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _record(result: str, *new: str, done: bool = False) -> JsonObject:
    return {
        "thoughts": "One after the other.",
        "reasoning": "The second needs the first.",
        "plan": ["look", "compare"],
        "criticism": "Prices change.",
        "result": result,
        "new_tasks": list(new),
        "done": done,
    }


WAY = Way(
    team="autonomous",
    idea="Find out what tea costs",
    rules=[
        rule("agent", "Do now: Find out what tea costs", json=_record("Tea 3.", "Compare it", "Draw it")),
        rule("agent", "Do now: Compare it", json=_record("Less than coffee.", done=True)),
    ],
    published=["pursue"],
)
