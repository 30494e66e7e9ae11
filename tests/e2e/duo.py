"""A team of two for stories of the shells: an engineer who plans, builds and mends, and a tester who tries it."""

from pathlib import Path

from agentsh.core.model import JsonObject
from tests.cli.tiny import PROGRAM

MODEL = "tiny:latest"
IDEA = "Write double(number): 21 -> 42"
PLAN: JsonObject = {"title": "A doubling tool of the model's", "goals": ["It doubles"]}

_FILES = {
    "teams/duo.md": "---\nname: duo\nsummary: Two.\nroles: [engineer, tester]\nverify: true\n---\nTwo.\n",
    "roles/engineer.md": (
        "---\nname: engineer\nprofile: Engineer\nwatch:\n  user_requirement: [plan, build]\n  try_it: [mend]\n"
        "actions: [plan, build, mend]\n---\n"
    ),
    "roles/tester.md": (
        "---\nname: tester\nprofile: Tester\nwatch:\n  build: [try_it]\n  mend: [try_it]\nactions: [try_it]\n---\n"
    ),
    "actions/plan.md": (
        "---\nname: plan\nsummary: Plans it.\ndoes: ask\noutput:\n  title: str\n  goals: list[str]\n---\n"
        "Plan: {{ idea }}\n"
    ),
    "actions/build.md": "---\nname: build\nsummary: Writes it.\ndoes: write_files\n---\nBuild: {{ idea }}\n",
    "actions/mend.md": (
        "---\nname: mend\nsummary: Mends it.\ndoes: write_files\ncontext: [try_it]\n---\n"
        "Mend it. {{ verdict.failure.evidence if verdict and verdict.failure else '' }}\n"
    ),
    "actions/try_it.md": "---\nname: try_it\nsummary: Runs it.\ndoes: verify\nrounds: 3\non_fail: [engineer]\n---\n",
}


def furnish(home: Path) -> None:
    """Put the team into a home."""
    for name, text in _FILES.items():
        path = home / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


SLOWLY_S = 1.0
"""Between twenty pieces of the plan: time enough to interfere, on a busy machine too. Then the server hurries."""


def rules(*, chunk_s: float = 0.0) -> list[JsonObject]:
    """Return what the model says; the plan comes in pieces, `chunk_s` seconds apart."""
    return [
        {"match": "^Plan:", "json": PLAN, "chunks": 20, "chunk_s": chunk_s},
        {"match": "^Build:", "reply": PROGRAM},
        {"match": "^Mend it", "reply": PROGRAM},
    ]
