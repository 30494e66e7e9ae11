"""Three proposals, one of which gets two votes and is written down."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _for(name: str) -> JsonObject:
    return {"why": "It is the plainest.", "choice": name}


WAY = Way(
    team="vote",
    idea="What colour should the gate have?",
    rules=[
        rule("ann", "Make your own proposal, ann", reply="Green, like the grass."),
        rule("ben", "Make your own proposal, ben", reply="Red, so that it is seen."),
        rule("cleo", "Make your own proposal, cleo", reply="None: leave the wood."),
        rule("ann", "Vote for one of", json=_for("ben")),
        rule("ben", "Vote for one of", json=_for("cleo")),
        rule("cleo", "Vote for one of", json=_for("ben")),
        rule("ben", "ann 0, ben 2, cleo 1. The proposal of ben", reply="Red, oiled every spring."),
    ],
    published=["propose", "vote", "give_verdict"],
    files=["verdict.md"],
)
