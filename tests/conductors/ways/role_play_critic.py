"""Role-play with a critic, who picks the second proposal of everything."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule
from tests.conductors.ways.role_play import TASK

RULES: list[JsonObject] = [
    rule("specifier", "Make it definite", json=TASK),
    rule("instructor", "Instruction 1 of", json={"instruction": "Name three.", "input": "", "done": False}),
    rule("assistant", "Carry out", times=1, reply="Solution: gulls."),
    rule("assistant", "Carry out", reply="Solution: gull, tern, plover."),
    rule("critic", "has 2 proposals", json={"why": "It is whole.", "choice": "2"}),
    rule("instructor", "Instruction 2 of", json={"instruction": "All three are told.", "input": "", "done": True}),
    rule("assistant", "Put together", reply="Gull, tern and plover."),
]
WAY = Way(
    team="role-play-critic",
    idea="Tell me about birds of the shore",
    rules=RULES,
    published=["specify_task", "give_instruction", "give_answer", "choose_proposal", "report_result"],
)
