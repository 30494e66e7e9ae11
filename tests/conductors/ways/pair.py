"""The pair for small models: a function first, kept because it is right on its examples."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="pair",
    idea="Write double(number) that doubles a number: 21 -> 42, 2 -> 4",
    rules=[rule("engineer", "def double", reply="```python\ndef double(number):\n    return number * 2\n```")],
    published=["write_function", "verify"],
    files=["main.py"],
)
