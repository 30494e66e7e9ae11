"""Where a program is tried: each run gets a copy of the workspace of its own, which is gone when the run is over.

Verifying leaves nothing behind, one run does not find what another wrote, and drafts can be tried before they are
written. Source: the scratch copies of nox and tox.
"""

import json
from collections.abc import Sequence

from agentsh.core.code import Command, RunResult, SandboxStatus
from agentsh.core.files import FileDraft
from agentsh.core.model import JsonObject
from agentsh.ports import Sandbox
from agentsh.verify.scripts import script_text

_COPY = "/agentsh-copy"
_ENDS_A_PATH = frozenset(" \t\r\n\"'`()<>[]{},;=:|")
_LONGEST_FOLDER = 400
"""Characters before the copy's name that are searched for where its path begins."""


class Bench:
    """Fulfils `ports.Sandbox` on another one: the workspace can only be read, and what runs, runs in a copy."""

    def __init__(self, sandbox: Sandbox, drafts: Sequence[FileDraft] = ()) -> None:
        """Take where to run, and drafts that every copy is to hold."""
        self._sandbox = sandbox
        self._drafts = [[draft.path, draft.text] for draft in drafts]

    @property
    def status(self) -> SandboxStatus:
        """What the sandbox was measured to hold."""
        return self._sandbox.status

    async def run(self, command: Command) -> RunResult:
        """Run to the end, or to a limit. Paths in the copy are told relative to it."""
        request: JsonObject = {
            "argv": list(command.argv),
            "stdin": command.stdin,
            "cwd": command.cwd,
            "drafts": [list(draft) for draft in self._drafts],
        }
        staged = {
            "argv": ("python3", "-I", "-S", "-c", script_text("stage")),
            "stdin": json.dumps(request),
            "cwd": ".",
            "read_only": True,
        }
        result = await self._sandbox.run(command.model_copy(update=staged))
        told = {"stdout": without_copy(result.stdout), "stderr": without_copy(result.stderr)}
        return result.model_copy(update=told)


def without_copy(text: str) -> str:
    """Return `text` with the copy's paths made relative to it."""
    parts: list[str] = []
    at = 0
    while (found := text.find(_COPY, at)) >= 0:
        end = found + len(_COPY)
        begin = _beginning(text, found, at)
        parts.append(text[at:begin])
        is_inside = text[end : end + 1] == "/"
        parts.append("" if is_inside else ".")
        at = end + is_inside
    return "".join([*parts, text[at:]]) if parts else text


def _beginning(text: str, found: int, least: int) -> int:
    """Return where the path begins that has the copy's name at `found`."""
    begin = found
    lowest = max(least, found - _LONGEST_FOLDER)
    while begin > lowest and text[begin - 1] not in _ENDS_A_PATH:
        begin -= 1
    # What stands right before it, such as the n of an escaped line end, is not a part of it.
    return text.find("/", begin, found + 1)
