"""The chain of two: of two drafts the one that is right on the examples is kept, and run."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="chat-pair",
    idea="Write double(number) that doubles a number: 21 -> 42, 2 -> 4",
    rules=[
        rule(
            "programmer", "def double", times=1, reply="```python\ndef double(number):\n    return number * number\n```"
        ),
        rule("programmer", "def double", reply="```python\ndef double(number):\n    return number * 2\n```"),
    ],
    published=["write_function", "try_program"],
    files=["main.py"],
)
