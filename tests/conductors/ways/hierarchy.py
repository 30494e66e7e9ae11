"""A manager whose first plan goes in a circle; two tasks side by side, a third after them, and one that was missing."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _task(id_: str, by: str, *after: str) -> JsonObject:
    return {"id": id_, "text": f"What is called {id_}", "by": by, "after": list(after)}


CIRCLE: JsonObject = {"steps": [_task("facts", "researcher", "page"), _task("page", "writer", "facts")]}
TASKS: JsonObject = {
    "steps": [_task("facts", "researcher"), _task("doubts", "thinker"), _task("page", "writer", "facts", "doubts")]
}

WAY = Way(
    team="hierarchy",
    idea="A page about owls",
    rules=[
        rule("manager", "in a circle: facts → page → facts", json=TASKS),
        rule("manager", "Something is missing: a title", json={"steps": [_task("title", "writer")]}),
        rule("manager", "Give tasks to your team", json=CIRCLE),
        rule("researcher", "What is called facts", reply="Owls see at night."),
        rule("thinker", "What is called doubts", reply="Not all of them."),
        rule("writer", "What is called page", reply="Most owls see at night."),
        rule("writer", "What is called title", reply="Owls"),
        rule(
            "manager",
            "time 1 of 2",
            json={"answer": "Most owls see at night.", "missing": "a title", "complete": False},
        ),
        rule("manager", "time 2 of 2", json={"answer": "Owls. Most see at night.", "missing": "", "complete": True}),
    ],
    published=["delegate", "do_task", "combine"],
    files=["answer.md"],
)
