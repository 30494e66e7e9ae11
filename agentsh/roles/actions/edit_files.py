"""Changes to files that are there, as search/replace blocks or a diff: what is not named in them stays as it is."""

from collections.abc import Mapping
from functools import partial

from pydantic import JsonValue

from agentsh.core.errors import OutputInvalid
from agentsh.core.files import FileDraft
from agentsh.core.messages import Message
from agentsh.core.patch import FilePatch, PatchError, apply_patch
from agentsh.core.patch_text import parse_patch
from agentsh.roles.actions.paths import is_plain
from agentsh.roles.ask import ask_until
from agentsh.roles.question import Question
from agentsh.roles.reviewing import Reviewable, as_wanted
from agentsh.roles.work import Work

_HOW = (
    "Write the path, then a block: <<<<<<< SEARCH, lines exactly as they are in the file, =======, the lines in their "
    "place, >>>>>>> REPLACE."
)


async def edit_files(work: Work) -> Message:
    """Ask for changes, put them in and publish which files they changed. Raises OutputInvalid; UnsafePath."""
    files = await work.files()
    patches = await _wanted(work, files)
    drafts = [FileDraft(path=patch.path, text=apply_patch(patch, files.get(patch.path))) for patch in patches]
    commit = await work.reaction.write(drafts, f"{work.action.name}: {', '.join(patch.path for patch in patches)}")
    told = "\n".join(f"- `{c.path}` (+{c.added_lines} -{c.removed_lines})" for c in commit.changes)
    listed: list[JsonValue] = [
        {"path": c.path, "added": c.added_lines, "removed": c.removed_lines} for c in commit.changes
    ]
    return await work.publish(f"Changed:\n\n{told}" if told else "Nothing had to be changed.", {"files": listed})


async def _wanted(work: Work, files: dict[str, str]) -> tuple[FilePatch, ...]:
    """Return changes as the Boss wants them, where the role's card says that the Boss sees them first."""
    how = Reviewable(
        what=lambda made: f"change {', '.join(patch.path for patch in made[1])}",
        text=lambda made: made[0],
        read=partial(_fitting, files),
        make=lambda question: _patches(work, question, files),
    )
    _, patches = await as_wanted(work, await work.question(files=files), how)
    return patches


async def _patches(work: Work, question: Question, files: dict[str, str]) -> tuple[str, tuple[FilePatch, ...]]:
    """Return an answer with its changes, which fit.

    A file that is there and was not shown is added to `files`, and asked about again.
    """
    for _ in range(work.repairs + 1):
        said, patches = await ask_until(work.mind, question, partial(_fitting, files), work.repairs)
        unknown = [patch.path for patch in patches if patch.path not in files]
        hidden = await work.reaction.read(unknown) if unknown else {}
        if not hidden:
            return said, patches
        files |= hidden
        shown = "\n\n".join(f"~~~ {path}\n{text.rstrip()}\n~~~" for path, text in hidden.items())
        question = question.again(
            said, f"{', '.join(hidden)} is there already. Change it, do not replace it:\n\n{shown}"
        )
    raise OutputInvalid(
        f"{work.action.name} would replace files that it was not shown", raw=said, hint="pick them first"
    )


def _fitting(files: Mapping[str, str], answer: str) -> tuple[str, tuple[FilePatch, ...]]:
    """Return the answer with its changes; raises ValueError with words for the model when one does not fit."""
    try:
        patches = parse_patch(answer)
        for patch in patches:
            if not is_plain(patch.path):
                raise PatchError(f"{patch.path!r} is no path inside the project.")
            apply_patch(patch, files.get(patch.path))
    except PatchError as error:
        raise ValueError(f"{error}\n{_HOW}") from None
    return answer, patches
