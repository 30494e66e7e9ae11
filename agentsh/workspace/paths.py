"""Which names may be written in a workspace, as far as the text alone can tell."""

import unicodedata

from agentsh.core.errors import UnsafePath
from agentsh.core.files import plainly

MAX_PATH_BYTES = 1024
MAX_NAME_BYTES = 200
MAX_DEPTH = 32
TEMP_PREFIX = ".agentsh-tmp-"
"""Begins the names of files under way; nobody else may use such a name."""

_PROTECTED = frozenset(
    # Read by a shell, an editor or another tool as soon as somebody steps into the folder, and able to run things.
    {
        ".bashrc",
        ".bash_profile",
        ".bash_login",
        ".bash_logout",
        ".bash_aliases",
        ".profile",
        ".login",
        ".cshrc",
        ".tcshrc",
    }
    | {".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".envrc", ".inputrc", ".xinitrc", ".xsession"}
    | {
        ".vimrc",
        ".gvimrc",
        ".nvimrc",
        ".exrc",
        ".emacs",
        ".dir-locals.el",
        ".gdbinit",
        ".lldbinit",
        ".pdbrc",
        ".screenrc",
    }
    | {".tmux.conf", ".netrc", ".npmrc", ".yarnrc", ".pypirc", ".curlrc", ".wgetrc", ".ripgreprc", ".mcp.json"}
    | {
        ".gitconfig",
        ".gitmodules",
        ".gitattributes",
        ".ssh",
        ".gnupg",
        ".vscode",
        ".idea",
        ".claude",
        ".pre-commit-config.yaml",
    }
    | {".hg", ".svn", ".venv", ".agentsh", "agentsh.toml"}
)
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SHOWN = 120
"""Characters of a refused path that its error shows."""


def check_path(path: str) -> str:
    """Return `path` in its plain spelling: relative, with forward slashes, without `.` and doubled slashes.

    Raises:
        UnsafePath: it could leave the workspace, means something to a shell, or names what is not to be touched.
    """
    _check_whole(path)
    names = plainly(path).split("/")
    if names[0] in {"", "."}:
        raise refuse(path, "it names no file")
    if len(names) > MAX_DEPTH:
        raise refuse(path, f"it is more than {MAX_DEPTH} folders deep")
    for name in names:
        _check_name(path, name)
    return "/".join(names)


def refuse(path: str, reason: str) -> UnsafePath:
    """Return the error that says why `path` is not touched."""
    shown = path if len(path) <= _SHOWN else path[:_SHOWN] + "…"
    return UnsafePath(
        f"path {shown!r} is refused: {reason}", hint="Give a path inside the workspace, such as 'main.py'."
    )


def is_protected(name: str) -> bool:
    """Whether no file or folder of this name is written by agentsh, or read for a model."""
    plain = name.casefold()
    return plain in _PROTECTED or plain == ".git" or plain.startswith(TEMP_PREFIX)


def _check_whole(path: str) -> None:
    if not path.strip():
        raise refuse(path, "it is empty")
    if any(unicodedata.category(char) in _INVISIBLE for char in path):
        raise refuse(path, "it holds a control character, a line break or an invisible one")
    if len(path.encode("utf-8")) > MAX_PATH_BYTES:
        raise refuse(path, f"it is longer than {MAX_PATH_BYTES} bytes")
    if path.startswith("/"):
        raise refuse(path, "it is absolute")
    if "\\" in path:
        raise refuse(path, "it holds a backslash; folders are divided by /")
    if ":" in path:
        raise refuse(path, "it holds a colon, as drives and streams do")
    if path.endswith("/"):
        raise refuse(path, "it names a folder, not a file")


def _check_name(path: str, name: str) -> None:
    if name == "..":
        raise refuse(path, "it goes up with '..'")
    if name.startswith(("~", "-")):
        raise refuse(path, f"{name!r} begins with {name[0]!r}, which programs take for something else than a file")
    if name != name.strip() or name.endswith("."):
        raise refuse(path, f"{name!r} has a space at an end, or ends with a dot")
    if len(name.encode("utf-8")) > MAX_NAME_BYTES:
        raise refuse(path, f"a name in it is longer than {MAX_NAME_BYTES} bytes")
    plain = unicodedata.normalize("NFKC", name)
    if is_protected(name) or is_protected(plain) or plain.casefold() == "git~1":
        raise refuse(path, f"{name!r} is protected: other programs obey it")
