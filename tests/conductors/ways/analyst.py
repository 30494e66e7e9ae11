"""One analyst who plans, whose first plan goes in a circle, and who does it step by step."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _step(id_: str, by: str, *after: str) -> JsonObject:
    return {"id": id_, "text": f"the part called {id_}", "by": by, "after": list(after)}


CIRCLE: JsonObject = {"steps": [_step("facts", "collect_facts", "sum"), _step("sum", "work_out", "facts")]}
PLAN: JsonObject = {
    "steps": [
        _step("report", "write_report", "sum"),
        _step("sum", "work_out", "facts"),
        _step("facts", "collect_facts"),
    ]
}

WAY = Way(
    team="analyst",
    idea="How many letters does a town of 100 people post in a year?",
    rules=[
        rule("analyst", "^These steps wait|in a circle: facts → sum → facts", json=PLAN),
        rule("analyst", "Plan what is to be done, in 1 to 6 steps", json=CIRCLE),
        rule("analyst", "Collect what is known about this: the part called facts", reply="A person posts 5. Likely."),
        rule("analyst", "Work this out .*: the part called sum", reply="5 times 100.\n\nResult: 500"),
        rule("analyst", "Write for the Boss: the part called report", reply="500 letters.\n\nIt rests on 5 a person."),
    ],
    published=["plan", "collect_facts", "work_out", "write_report"],
    files=["report.md"],
)
