"""Role-play: a task made definite and planned, then a talk that the instructor ends."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule

TASK: JsonObject = {
    "task": "Name three birds of the shore with one sentence on each.",
    "instructor_is": "teacher",
    "assistant_is": "ornithologist",
}
RULES: list[JsonObject] = [
    rule("specifier", "Make it definite", json=TASK),
    rule("planner", "Divide the task", json={"parts": ["Name the birds", "Say one thing on each"]}),
    rule("instructor", "Instruction 1 of", json={"instruction": "Name three.", "input": "", "done": False}),
    rule("assistant", "Carry out", times=1, reply="Solution: gull, tern, plover."),
    rule("instructor", "Instruction 2 of", json={"instruction": "Say more.", "input": "One line each.", "done": False}),
    rule("assistant", "Carry out", reply="Solution: gulls steal, terns dive, plovers run."),
    rule("instructor", "Instruction 3 of", json={"instruction": "All three are told.", "input": "", "done": True}),
    rule("assistant", "Put together", reply="Gulls steal, terns dive, plovers run."),
]
WAY = Way(
    team="role-play",
    idea="Tell me about birds of the shore",
    rules=RULES,
    published=["specify_task", "plan_task", "give_instruction", "give_answer", "report_result"],
)
