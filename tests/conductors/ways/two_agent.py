"""One writes a program with a fault, the other runs it, and it is mended by what the run said."""

from tests.conductors.ways import Way, rule
from tests.e2e import company

WHOLE = "\n\n".join(company.fenced(path, company.FILES[path]) for path in ("main.py", "README.md"))
FIRST = f"{company.fenced('counter.py', company.BUGGY_COUNTER)}\n\n{WHOLE}\n\n" + company.fenced(
    "test_program.py", company.TESTS
)

WAY = Way(
    team="two-agent",
    idea=company.IDEA,
    rules=[
        rule("coder", "Write the program: `main.py`", reply=FIRST),
        rule("coder", "The last run failed at", reply=company.fenced("counter.py", company.COUNTER)),
    ],
    published=["write_solution", "run_solution"],
    files=["main.py", "counter.py", "test_program.py"],
)
