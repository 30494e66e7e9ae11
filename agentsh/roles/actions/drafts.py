"""Files in an answer: taken out when they are whole and where they may be, else told to whoever wrote them."""

import re
from collections.abc import Callable, Collection, Sequence

from agentsh.core.fenced import Fenced, parse_fenced
from agentsh.core.files import FileDraft
from agentsh.roles.actions.paths import is_plain

_HOW = "Give each file whole, in a fenced block with its path behind the language: ```python main.py"
_BACKTICKS = re.compile(r"`{3,}")

Reader = Callable[[str], tuple[FileDraft, ...]]


def reader(expected: str | None, not_now: Collection[str] = ()) -> Reader:
    """Return what takes the files out of an answer.

    Args:
        expected: the file that was asked for; None: any.
        not_now: files that are asked for on their own; they are left out.
    """

    def read(answer: str) -> tuple[FileDraft, ...]:
        """Raises ValueError with words for the model."""
        fenced = parse_fenced(answer)
        if fenced.incomplete is not None:
            raise ValueError(f"The block of {fenced.incomplete.path or 'a file'} has no end. {_HOW}")
        files = [draft for draft in _named(fenced, expected) if draft.path not in not_now]
        if not files:
            raise ValueError(f"There is no file in it. {_HOW}")
        if expected is not None and all(draft.path != expected for draft in files):
            raise ValueError(f"The file {expected} is not in it. {_HOW}")
        for draft in files:
            if not is_plain(draft.path):
                raise ValueError(f"{draft.path!r} is no path inside the project.")
        return tuple(files)

    return read


def as_answer(drafts: Sequence[FileDraft]) -> str:
    """Return files as an answer that holds them."""
    return "\n\n".join(_block(draft) for draft in drafts)


def _named(fenced: Fenced, expected: str | None) -> tuple[FileDraft, ...]:
    """Return the files, the one that was asked for under its own name when it is plain which one it is."""
    if expected is None or any(draft.path == expected for draft in fenced.files):
        return fenced.files
    if not fenced.files and len(fenced.anonymous) == 1:
        return (FileDraft(path=expected, text=fenced.anonymous[0].text),)
    if len(fenced.files) == 1 and _basename(fenced.files[0].path) == _basename(expected):
        return (FileDraft(path=expected, text=fenced.files[0].text),)
    return fenced.files


def _block(draft: FileDraft) -> str:
    text = draft.text or ""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    ending = "" if text.endswith("\n") or not text else "\n"
    return f"`{draft.path}`\n{fence}\n{text}{ending}{fence}"


def _basename(path: str) -> str:
    return path.rpartition("/")[2]
