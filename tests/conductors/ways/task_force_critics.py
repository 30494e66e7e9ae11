"""One expert solves, two object; after one of them agrees and the other is answered, the solution is good enough."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule

OBJECTS: JsonObject = {"objections": ["Bowls are missing"], "agrees": False}
WAY = Way(
    team="task-force-critics",
    idea="A lunch for fifty",
    rules=[
        rule("recruiter", "round 1 of 3", json={"duties": ["A cook", "A waiter", "A buyer"]}),
        rule("expert_1", "here as: A cook.*Write the whole solution", reply="Soup.", unless="Bowls are missing"),
        rule("expert_1", "Write the whole solution", reply="Soup in bowls."),
        rule(
            "expert_2", "What is wrong", json={"objections": ["Bowls are missing"], "agrees": False}, unless="in bowls"
        ),
        rule("expert_2", "What is wrong", json={"objections": [], "agrees": True}),
        rule("expert_3", "What is wrong", json={"objections": [], "agrees": True}),
        rule("evaluator", "Judge the solution", json={"completeness": 8, "correctness": 9, "advice": "", "score": 8}),
    ],
    published=["recruit_experts", "solve", "criticise", "evaluate"],
    files=["solution.md"],
)
