"""ReAct by native calls: it looks, writes, patches, runs and answers; what it pretends to have seen is sent back."""

from agentsh.core.model import JsonObject
from tests.conductors.ways import Way, rule

PATCH = """n.py
<<<<<<< SEARCH
print(1)
=======
print(2)
>>>>>>> REPLACE
"""


def call(name: str, **arguments: object) -> JsonObject:
    return {"name": name, "arguments": arguments}  # type: ignore[dict-item]


RULES: list[JsonObject] = [
    rule("handyman", "", anywhere="^2$", reply="n.py prints 2."),
    rule("handyman", "as text", calls=[call("run_shell", command="python3 n.py")]),
    rule("handyman", "", anywhere=r"1  print\(2\)", reply="Observation: it printed 3."),
    rule(
        "handyman",
        "",
        anywhere="^n.py: added",
        calls=[call("patch_files", patch=PATCH), call("read_file", path="n.py")],
    ),
    rule("handyman", "", anywhere="^No file fits", calls=[call("write_file", path="n.py", content="print(1)")]),
    rule("handyman", "^Make n", calls=[call("list_files", pattern="*.py")]),
]
WAY = Way(
    team="react",
    idea="Make n.py print a number",
    rules=RULES,
    published=["work_with_tools"],
    files=["n.py"],
)
