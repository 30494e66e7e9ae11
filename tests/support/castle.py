"""Scripted answers for whatever the castle of the magic sword asks: everybody waits and sees."""

ANSWERS = """\
  - match: off the record
    reply: I answer from what came to mind.
  - match: How do you reach it
    json: {steps: [ask around, listen]}
  - match: How far have you come
    json: {status: in_progress, progress: 50, why: some progress}
  - match: What do you conclude
    json: {insights: [{insight: Aria is brave, because: [1]}]}
  - match: What you can do now
    json: {thought: "I wait and see.", action: wait, words: ""}
"""


def script(first: str = "") -> str:
    """Return a script for the scripted provider; rules that stand before the others win."""
    return f"rules:\n{first}{ANSWERS}"
