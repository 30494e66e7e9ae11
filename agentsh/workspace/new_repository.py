"""A repository before its first commit: made without git, and without loading what reads and writes its objects."""

import os

from agentsh.core.errors import UsageError
from agentsh.workspace.ignore import ALWAYS
from agentsh.workspace.tree import Tree, temp_name

MARKER = ".git/agentsh"
"""A repository that holds this file is committed to."""
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"


def make_repository(files: Tree) -> None:
    """Make a repository in `files.root`, at once and whole, unless there is one.

    Raises:
        UsageError: something else is in its place.
    """
    if files.stat(".git") is None:
        temp = temp_name()
        for name, text in _skeleton().items():
            files.write(f"{temp}/{name}", text.encode())
        for name in ("objects/pack", "refs/heads", "refs/tags"):
            files.make_folder(f"{temp}/{name}")
        with files.folder() as folder:
            os.rename(temp, ".git", src_dir_fd=folder, dst_dir_fd=folder)
    elif files.stat(".git/HEAD") is None:
        raise UsageError(
            f"{str(files.root / '.git')!r} is not a git repository",
            hint="Move it away; agentsh then makes a repository of its own there.",
        )


def _skeleton() -> dict[str, str]:
    return {
        "HEAD": "ref: refs/heads/main\n",
        "config": _CONFIG,
        "description": "A workspace of agentsh\n",
        "info/exclude": ALWAYS.lstrip(),
        "agentsh": "agentsh commits to this repository. Remove this file and it will not.\n",
    }
