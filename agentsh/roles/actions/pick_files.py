"""Which files of a repository matter for what is asked: chosen from its map, and only such as are there."""

import difflib
from collections.abc import Collection
from dataclasses import replace

from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.roles.ask import ask_until
from agentsh.roles.work import Work

MOST_FILES = 12
PICKED: JsonObject = {
    "type": "object",
    "properties": {
        "why": {"type": "string", "maxLength": 600},
        "files": {
            "type": "array",
            "items": {"type": "string", "maxLength": 200},
            "minItems": 1,
            "maxItems": MOST_FILES,
        },
    },
    "required": ["why", "files"],
    "additionalProperties": False,
}
"""What it answers, when its action has no output of its own; one that has needs `files` as well."""


async def pick_files(work: Work) -> Message:
    """Ask for files, and publish those. Raises OutputInvalid."""
    survey = await work.reaction.survey()
    there = {file.path for file in survey}
    if not there:
        return await work.publish("The workspace is empty.", {"why": "there is nothing yet", "files": []})
    schema = work.action.output or PICKED
    question = replace(await work.question(files={}, survey=survey), schema=schema)
    data = await ask_until(work.mind, question, lambda text: _picked(schema, text, there), work.repairs)
    listed = data["files"]
    names = "\n".join(f"- `{path}`" for path in listed) if isinstance(listed, list) else ""
    return await work.publish(f"{data.get('why') or 'These files matter.'}\n\n{names}", data)


def _picked(schema: JsonObject, text: str, there: Collection[str]) -> JsonObject:
    """Return the answer; raises ValueError with words for the model when a file is not there."""
    data = validate_output(schema, text)
    listed = data.get("files")
    paths = [str(path).removeprefix("./") for path in listed] if isinstance(listed, list) else []
    for path in paths:
        if path not in there:
            close = difflib.get_close_matches(path, there, n=3)
            raise ValueError(f"There is no file {path!r}." + (f" There is: {', '.join(close)}." if close else ""))
    return data | {"files": [*dict.fromkeys(paths)]}
