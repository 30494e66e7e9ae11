"""The chat company with a customer, who is asked what is wanted, has one thing changed, and then approves."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule
from tests.conductors.ways.chat_company import RULES
from tests.e2e import company

CUSTOM: list[JsonObject] = [
    rule("cpo", "answer 1 of at most 2", json=next(r["json"] for r in RULES if r["match"] == "answer 1 of at most 3")),
    rule("cpo", "answer 2 of at most 2", json=next(r["json"] for r in RULES if r["match"] == "answer 2 of at most 3")),
    rule("reviewer", "Review 1 of at most 2", json={"comments": [], "approved": True}),
    rule("programmer", "Make the changes that the customer wants", reply=company.fenced("README.md", "# Counter\n")),
]
WAY = Way(
    team="chat-company-human",
    idea=company.IDEA,
    rules=[*CUSTOM, *RULES],
    published=["analyse_demand", "instruct", "give_feedback", "change_program", "write_manual"],
    files=["main.py", "docs/manual.md"],
    person={
        "You instruct cpo": "Yes, at every white space.",
        "feedback 1 of": {"comments": ["A shorter README"], "approved": False},
        "feedback 2 of": {"comments": [], "approved": True},
    },
)
