"""What `agentsh team new` does: a model writes files, they are kept where yours are, and you may edit them."""

import asyncio
import os
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

import typer

from agentsh.cli import printing
from agentsh.cli.project import kit_of, project
from agentsh.cli.screen import screen_there
from agentsh.core.errors import OutputInvalid, UsageError

_NEXT = "Try again, or with a larger one (--model NAME); by hand: agentsh new role NAME, agentsh new team NAME"

Where = tuple[str | None, str | None, str | None]
"""Provider, host and model, as flags say them."""


def drafted(context: typer.Context, sentence: str, where: Where, *, edit: bool) -> tuple[str, list[Path]]:
    """Return the name of the team that was written, and its files.

    Raises:
        UsageError: the sentence is empty, or what was edited is no team any more.
        ProviderError: no model answers.
        OutputInvalid: what the model wrote could not be used; nothing was written.
    """
    from agentsh.library.drafting import write_files

    if not sentence.strip():
        raise UsageError("the sentence is empty", hint='Type: agentsh team new "A cook and a critic who write a menu"')
    name, files = _draft(context, sentence.strip(), where)
    paths = write_files(project(context)[1].prompts, files)
    if edit and screen_there():
        _edit(paths)
        _check(context, name)
    return name, paths


def _draft(context: typer.Context, sentence: str, where: Where) -> tuple[str, Mapping[str, str]]:
    from agentsh.library.examined import Examined
    from agentsh.wiring.drafter import draft_team
    from agentsh.wiring.models import Wish

    settings, home = project(context)
    provider, host, model = where
    wish = Wish(provider=provider, host=host, model=model)
    printing.note("a model writes the team …")
    telling = draft_team(sentence, wish, settings, os.environ, kit_of(context).shelf(), Examined(home.examined), _tell)
    try:
        draft = asyncio.run(telling)
    except OutputInvalid as invalid:
        raise OutputInvalid(f"{invalid} Nothing was written.", raw=invalid.raw, hint=_NEXT) from None
    return draft.name, draft.files


def _tell(what: str) -> None:
    printing.note(f"  {what} …")


def _check(context: typer.Context, name: str) -> None:
    """Tell what is wrong with the files once they were edited. Raises UsageError when they are no team."""
    findings = kit_of(context).shelf().check_team(name)
    for finding in findings:
        printing.note(f"{finding.severity}: {finding.as_error()}  {finding.hint}")
    if any(finding.severity == "error" for finding in findings):
        raise UsageError(
            f"the files of {name} are kept as you left them, and are no team yet",
            hint=f"Mend what is told above, then type: agentsh team check {name}",
        )


def _edit(paths: list[Path]) -> None:
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    try:
        subprocess.run([*command, *map(str, paths)], check=False)
    except OSError as error:
        printing.note(f"the editor {command[0]!r} cannot be started: {error.strerror}; set $EDITOR")
