"""What `agentsh team new` does: a model writes files, they are kept where yours are, and you may edit them."""

import asyncio
import os
import shlex
import subprocess
from pathlib import Path

import typer

from agentsh.cli import printing
from agentsh.cli.project import kit_of, project
from agentsh.cli.screen import screen_there
from agentsh.core.errors import UsageError

Where = tuple[str | None, str | None, str | None]
"""Provider, host and model, as flags say them."""


def drafted(context: typer.Context, sentence: str, where: Where, *, edit: bool) -> tuple[str, list[Path]]:
    """Return the name of the team that was written, and its files. Raises UsageError; ProviderError; OutputInvalid."""
    from agentsh.library.drafting import write_files
    from agentsh.wiring.drafter import draft_team
    from agentsh.wiring.models import Wish

    if not sentence.strip():
        raise UsageError("the sentence is empty", hint='Type: agentsh team new "A cook and a critic who write a menu"')
    settings, home = project(context)
    provider, host, model = where
    wish = Wish(provider=provider, host=host, model=model)
    printing.note("a model writes the team …")
    draft = asyncio.run(draft_team(sentence.strip(), wish, settings, os.environ, kit_of(context).shelf()))
    paths = write_files(home.prompts, draft.files)
    if edit and screen_there():
        _edit(paths)
        for finding in kit_of(context).shelf().check_team(draft.name):
            printing.note(f"{finding.severity}: {finding.as_error()}  {finding.hint}")
    return draft.name, paths


def _edit(paths: list[Path]) -> None:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        subprocess.run([*command, *map(str, paths)], check=False)
    except OSError as error:
        printing.note(f"the editor {command[0]!r} cannot be started: {error.strerror}; set $EDITOR")
