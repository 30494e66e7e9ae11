"""The software company: five roles along a procedure."""

from tests.conductors.ways import Way
from tests.e2e import company

WAY = Way(
    team="software-company",
    idea=company.IDEA,
    rules=company.rules(),
    published=["write_prd", "write_design", "write_tasks", "write_code", "write_tests", "verify"],
    files=["main.py", "counter.py", "docs/prd.md"],
)
