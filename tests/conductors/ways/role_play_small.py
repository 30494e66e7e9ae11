"""Role-play in two turns: its end is the end of its turns."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="role-play-small",
    idea="Tell me about birds of the shore",
    rules=[
        rule("planner", "Divide this", json={"parts": ["Name the birds"]}),
        rule("instructor", "in one sentence", times=1, json={"instruction": "Name them.", "done": False}),
        rule("assistant", "Answer that in one", times=1, json={"solution": "Gull and tern."}),
        rule("instructor", "in one sentence", json={"instruction": "One more.", "done": False}),
        rule("assistant", "Answer that in one", json={"solution": "The plover."}),
    ],
    published=["plan_in_short", "instruct_in_short", "give_short_answer"],
)
