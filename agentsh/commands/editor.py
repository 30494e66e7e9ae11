"""Lets a person edit a text in the editor of their choice. Whoever calls has given the terminal away first."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path

from agentsh.core.errors import UsageError


async def edited(text: str, suffix: str = ".md") -> str:
    """Return `text` as it comes back from $VISUAL or $EDITOR, else vi. The file is its owner's alone, and goes again.

    Raises:
        UsageError: the editor cannot be started, or failed.
    """
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="agentsh-") as folder:
        file = Path(folder) / f"text{suffix}"
        await asyncio.to_thread(file.write_text, text, encoding="utf-8")
        code = await _run([*command, str(file)])
        if code != 0:
            raise UsageError(f"the editor {command[0]!r} ended with {code}", hint="set $EDITOR to another one")
        return await asyncio.to_thread(file.read_text, encoding="utf-8", errors="replace")


async def _run(argv: list[str]) -> int:
    try:
        process = await asyncio.create_subprocess_exec(*argv)
    except OSError as error:
        raise UsageError(f"the editor {argv[0]!r} cannot be started: {error.strerror}", hint="set $EDITOR") from error
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
