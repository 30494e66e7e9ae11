"""A session as a Markdown page."""

from agentsh.core.chat import Usage
from agentsh.core.verdict import GateResult
from agentsh.session.transcript import transcript
from tests.cli import stories as s


def test_the_page_tells_what_was_said_changed_tried_and_how_it_ended() -> None:
    events = [
        s.session_started(),
        s.boss_says("A tool"),
        s.reaction_started(),
        s.step_finished(usage=Usage(prompt_tokens=1000, completion_tokens=50, calls=2, model_seconds=61)),
        s.file_changed("main.py", 42),
        s.published("I wrote **main.py**.\n\nIt works."),
        s.verified(GateResult(gate="tests", passed=True, evidence="")),
        s.finished(),
    ]
    page = "\n".join(transcript(s.recorded(seq, event) for seq, event in enumerate(events, 1)))
    assert page.startswith("# a-tool\n")
    for part in (
        "- team: pair (engineer, qa_engineer)",
        "## Boss\n\n*boss:1",
        "## engineer · write_code",
        "I wrote **main.py**.\n\nIt works.",
        "- engineer: main.py +42",
        "passed: tests",
        "**finished**",
        "2 model calls, 1,000 + 50 tokens, 1:01 of model time.",
    ):
        assert part in page
