"""Code as action: two pieces that share one memory, then an answer; what is said after a block does not count."""

from tests.conductors.ways import Way, rule

FIRST = "I look first.\n\n```python\nn = 6 * 7\nprint('n is', n)\n```\n\nThat gave 99."
SECOND = "```python\nprint(n + 1)\n```"

WAY = Way(
    team="interpreter",
    idea="What comes after six times seven?",
    rules=[
        rule("interpreter", "What comes after", reply=FIRST),
        rule("interpreter", "^That gave:\nn is 42$", reply=SECOND),
        rule("interpreter", "^That gave:\n43$", reply="43 comes after six times seven."),
    ],
    published=["work_in_python"],
)
