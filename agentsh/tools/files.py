"""Tools on the files of the workspace."""

from agentsh.core.errors import UnsafePath
from agentsh.core.files import FileDraft
from agentsh.core.patch import PatchError, apply_patch
from agentsh.core.patch_text import parse_patch
from agentsh.core.tools import ToolFault
from agentsh.ports import Hands

MOST_PATHS = 300


async def read_file(hands: Hands, path: str, first_line: int = 1, most_lines: int = 400) -> str:
    """Read a text file of the workspace.

    Args:
        path: relative to the workspace.
        first_line: where to begin, from 1.
        most_lines: how many lines at the most.
    """
    text = await _there(hands, path)
    lines = text.splitlines()
    start = max(1, first_line)
    shown = lines[start - 1 : start - 1 + max(1, most_lines)]
    if not shown:
        return f"{path} has {len(lines)} lines."
    rest = len(lines) - (start - 1 + len(shown))
    more = f"\n[{rest} more lines]" if rest > 0 else ""
    return "\n".join(f"{number:>5}  {line}" for number, line in enumerate(shown, start)) + more


async def write_file(hands: Hands, path: str, content: str) -> str:
    """Write a whole file of the workspace, new or in place of the old one.

    Args:
        path: relative to the workspace.
        content: the whole text.
    """
    text = content if content.endswith("\n") or not content else f"{content}\n"
    return await _write(hands, [FileDraft(path=path, text=text)], f"write {path}")


async def patch_files(hands: Hands, patch: str) -> str:
    """Change files of the workspace in some places: search/replace blocks, or a unified diff.

    Args:
        patch: for each change a line with the path, then <<<<<<< SEARCH, the old lines, =======, the new lines,
            >>>>>>> REPLACE. The old lines have to stand in the file exactly so, once.
    """
    try:
        patches = parse_patch(patch)
        there = await hands.read([found.path for found in patches])
        drafts = [FileDraft(path=found.path, text=apply_patch(found, there.get(found.path))) for found in patches]
    except PatchError as error:
        raise ToolFault(f"{error} Nothing was changed.") from None
    except UnsafePath as error:
        raise ToolFault(str(error)) from None
    return await _write(hands, drafts, f"patch {', '.join(found.path for found in patches)}")


async def list_files(hands: Hands, pattern: str = "*") -> str:
    """List files of the workspace.

    Args:
        pattern: a glob on the path, such as *.py or src/*; * also stands for slashes.
    """
    paths = await hands.list_files(pattern)
    if not paths:
        return f"No file fits {pattern!r}."
    more = f"\n[{len(paths) - MOST_PATHS} more]" if len(paths) > MOST_PATHS else ""
    return "\n".join(paths[:MOST_PATHS]) + more


async def search_files(hands: Hands, text: str, pattern: str = "*") -> str:
    """Find lines in files of the workspace that hold a text, whatever its case.

    Args:
        text: what to look for, literally.
        pattern: a glob on the path.
    """
    if not text.strip():
        raise ToolFault("There is no text to look for.")
    found = await hands.search_files(text, pattern)
    return "\n".join(f"{line.path}:{line.line}: {line.text}" for line in found) or f"No line holds {text!r}."


async def _there(hands: Hands, path: str) -> str:
    try:
        found = await hands.read([path])
    except UnsafePath as error:
        raise ToolFault(str(error)) from None
    if path not in found:
        near = await hands.list_files(f"*{path.rpartition('/')[2]}*")
        hint = f" There is: {', '.join(near[:5])}." if near else ""
        raise ToolFault(f"{path} is not there, or no text.{hint}")
    return found[path]


async def _write(hands: Hands, drafts: list[FileDraft], summary: str) -> str:
    try:
        commit = await hands.write(drafts, summary)
    except UnsafePath as error:
        raise ToolFault(str(error)) from None
    told = [f"{c.path}: {c.change}, +{c.added_lines} -{c.removed_lines}" for c in commit.changes]
    return "\n".join(told) or "Nothing changed: the files were like that already, or changed by hand meanwhile."
