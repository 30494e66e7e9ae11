"""Edits a text in the person's own editor, the team going on meanwhile."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from agentsh.core.errors import UsageError

if TYPE_CHECKING:
    from textual.app import App


async def edited(app: "App[int]", text: str, suffix: str = ".md") -> str:
    """Return `text` as it comes back from $VISUAL or $EDITOR.

    Raises:
        UsageError: there is no editor, or it failed.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="agentsh-") as folder:
        file = Path(folder) / f"text{suffix}"
        file.write_text(text, encoding="utf-8")
        with app.batch_update(), app.suspend():
            code = await _run([*command, str(file)])
        if code != 0:
            raise UsageError(f"the editor {command[0]!r} ended with {code}", hint="set $EDITOR")
        return file.read_text(encoding="utf-8", errors="replace")


async def _run(argv: list[str]) -> int:
    try:
        process = await asyncio.create_subprocess_exec(*argv)
    except OSError as error:
        raise UsageError(f"the editor {argv[0]!r} cannot be started: {error}", hint="set $EDITOR") from error
    return await process.wait()
