"""A text through its states: settled by two, drafted, criticised twice because the director says so, finished."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule


def _to(state: str) -> JsonObject:
    return {"why": "That is what is missing.", "choice": state}


WAY = Way(
    team="sop-graph",
    idea="A notice that the library closes early on Friday",
    rules=[
        rule("editor", "who asks what the text has to do", reply="For whom, and until when?"),
        rule("drafter", "who says how it will do it", reply="For readers: until five."),
        rule("drafter", "Write the text as it was settled", reply="The library closes at five on Friday."),
        rule("editor", "Say what is wrong with the text as it stands.*turn 1", reply="Say which Friday."),
        rule("editor", "Say what is wrong with the text as it stands.*turn 2", reply="Good, but for the date."),
        rule("director", 'stands at "critique".*\\(stay here\\)', json=_to("critique")),
        rule("director", 'stands at "critique"', json=_to("finish")),
        rule("drafter", "Write the last version", reply="The library closes at five on Friday, 3 May."),
    ],
    published=["speak", "write_draft", "choose_state"],
    files=["draft.md"],
)
