"""Role-play in two turns: its end is the end of its turns."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="role-play-small",
    idea="Tell me about birds of the shore",
    rules=[
        rule("planner", "Divide the task", json={"parts": ["Name the birds"]}),
        rule("instructor", "Instruction 1 of", json={"instruction": "Name them.", "input": "", "done": False}),
        rule("assistant", "Carry out", times=1, json={"solution": "Gull and tern."}),
        rule("instructor", "Instruction 2 of", json={"instruction": "One more.", "input": "", "done": False}),
        rule("assistant", "Carry out", json={"solution": "The plover."}),
    ],
    published=["plan_task", "give_instruction", "give_short_answer"],
)
