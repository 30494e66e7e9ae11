"""A talk of three: the host chooses each speaker, first one who is no member, and it ends when all is said."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _chosen(name: str) -> JsonObject:
    return {"why": "It is their turn.", "choice": name}


WAY = Way(
    team="group-chat",
    idea="How should a village share one tractor?",
    rules=[
        rule("host", "'smith' is|That answer cannot be used", json=_chosen("thinker")),
        rule("host", "turn 1, so", json=_chosen("smith")),
        rule("host", "turn 2, so", json=_chosen("maker")),
        rule("host", "turn 3, so", json=_chosen("writer")),
        rule("host", "turn 4, so", json=_chosen("maker")),
        rule("thinker", "Speak now as thinker", reply="Who mends it, when it breaks?"),
        rule("maker", "Speak now as maker, turn 2", reply="Who used it last."),
        rule("maker", "Speak now as maker, turn 4", reply="TERMINATE"),
        rule("writer", "Speak now as writer", reply="So: a book, and whoever used it last mends it."),
    ],
    published=["choose_speaker", "speak"],
)
