"""The chat company: phases of two roles, with a question back, a review that wants a change, and a failing trial."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule
from tests.e2e import company

DEMAND: JsonObject = {
    "product": "A command line tool that prints how many words a text has.",
    "form": "command line",
    "requirements": ["Print the number of words of --text"],
    "acceptance": [{"when": "the text is `one two  three`", "then": "it prints 3"}],
    "open_question": "Are words split at every white space?",
    "settled": False,
}
WHOLE = "\n\n".join(company.fenced(path, company.FILES[path]) for path in ("main.py", "README.md"))
FIRST = f"{company.fenced('counter.py', company.BUGGY_COUNTER)}\n\n{WHOLE}"

RULES: list[JsonObject] = [
    rule("cpo", "answer 1 of at most 3", json=DEMAND),
    rule("cpo", "answer 2 of at most 3", json={**DEMAND, "open_question": "", "settled": True}),
    rule("ceo", "^.*You instruct cpo", reply="Yes, at every white space. Settled."),
    rule("cto", "Choose the programming language", json={"why": "Small.", "language": "Python", "settled": True}),
    rule("programmer", "^Before you begin", json={"question": "What if there is no --text?", "clear": False}),
    rule("cto", "asked the question above", reply="Then read standard input."),
    rule("programmer", "Write the whole program now", reply=FIRST),
    rule("programmer", "Look for what is not there yet", json={"missing": [], "complete": True}),
    rule("reviewer", "Review 1 of at most 3", json={"comments": ["README.md: say what it prints"], "approved": False}),
    rule("reviewer", "Review 2 of at most 3", json={"comments": [], "approved": True}),
    rule(
        "programmer", "Make the changes that the review", reply=company.fenced("README.md", company.FILES["README.md"])
    ),
    rule("tester", "Write its tests in one file", reply=company.fenced("test_program.py", company.TESTS)),
    company.mends(("counter.py", company.COUNTER)) | {"system": "^You are programmer,"},
    rule("programmer", "Write its environment document", reply="# Environment\n\nPython 3.11, nothing else."),
    rule("cpo", "Write its manual", reply="# Word counter\n\nIt counts words."),
]

WAY = Way(
    team="chat-company",
    idea=company.IDEA,
    rules=RULES,
    published=[
        "analyse_demand",
        "instruct",
        "choose_language",
        "clarify",
        "explain",
        "write_program",
        "list_stubs",
        "comment_program",
        "change_program",
        "write_program_tests",
        "try_program",
        "fix_bug",
        "describe_environment",
        "write_manual",
    ],
    files=["main.py", "counter.py", "docs/requirements.md", "docs/environment.md", "docs/manual.md"],
)
