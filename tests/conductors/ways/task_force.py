"""Two experts are recruited, their solution is not good enough, and three do better with the advice."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _judged(score: int, advice: str) -> JsonObject:
    return {"completeness": score, "correctness": 9, "advice": advice, "score": score}


WAY = Way(
    team="task-force",
    idea="A lunch for fifty people",
    rules=[
        rule("recruiter", "round 1 of 3", json={"duties": ["A cook", "A waiter"]}),
        rule("expert_1", "here as: A cook.*your field say", reply="Soup can be made ahead."),
        rule("expert_2", "here as: A waiter.*your field say", reply="Bowls can be carried."),
        rule("expert_1", "here as: A cook.*Write the whole solution", reply="Soup in bowls."),
        rule("evaluator", "\\A(?!.*Say the price).*Judge the solution", json=_judged(5, "Say the price.")),
        rule("recruiter", "round 2 of 3", json={"duties": ["A chef", "A waiter", "A buyer"]}),
        rule("expert_1", "here as: A chef.*your field say", reply="Lentils."),
        rule("expert_2", "judged: Say the price.*your field say", reply="Bowls, again."),
        rule("expert_3", "here as: A buyer.*your field say", reply="Two a head."),
        rule("expert_1", "here as: A chef.*Write the whole solution", reply="Lentil soup, two a head."),
        rule("evaluator", "was judged: Say the price.*Judge the solution", json=_judged(9, "")),
    ],
    published=["recruit_experts", "discuss", "solve", "evaluate"],
    files=["solution.md"],
)
