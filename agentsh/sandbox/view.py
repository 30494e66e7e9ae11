"""What of the machine a run may see: the system read-only, the workspace to write in, and what stays as it is there."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from agentsh.core.errors import SandboxUnavailable, UnsafePath
from agentsh.sandbox.environment import WORKSPACE_VENV, interpreter_roots

SYSTEM: Final = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store")
"""Programs and libraries. On most systems all but the first are links into it."""

_SETTINGS: Final = (
    *("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "timezone", "os-release"),
    *("ssl/openssl.cnf", "nsswitch.conf", "hosts", "services", "protocols", "mime.types", "fonts", "terminfo"),
)
"""What programs read in /etc. Not all of it: the rest tells of the user, and as root of much more."""

_NETWORK_SETTINGS: Final = (
    *("resolv.conf", "gai.conf", "host.conf"),
    *("ssl/certs", "ca-certificates", "pki/tls/certs", "pki/ca-trust/extracted"),
)

PROTECTED_NAMES: Final = (
    *(".git", ".gitmodules", ".gitconfig", ".hg", ".svn", WORKSPACE_VENV),
    *(".bashrc", ".bash_profile", ".bash_login", ".profile", ".zshrc", ".zprofile", ".zshenv", ".envrc"),
    *(".npmrc", ".pypirc", ".vscode", ".idea", ".mcp.json", ".pre-commit-config.yaml"),
    *(".agentsh", "agentsh.toml"),
)
"""What other programs run or obey when somebody works in the workspace: read-only inside, where it exists."""


@cache
def shown(*, network: bool) -> tuple[Path, ...]:
    """Return what is shown of this machine read-only, apart from `SYSTEM`, as it was when first asked."""
    names = _SETTINGS + _NETWORK_SETTINGS if network else _SETTINGS
    settings = [Path("/etc", name) for name in names]
    roots = [root for root in interpreter_roots() if not _below(root, SYSTEM)]
    return tuple(path for path in (*settings, *roots) if path.exists())


@dataclass(frozen=True)
class View:
    """The part of the file system that a run gets."""

    workspace: Path
    """Absolute, without links."""
    protected: tuple[Path, ...] = ()
    """Absolute paths inside the workspace that stay read-only, beside the names that always do."""

    def kept(self) -> list[Path]:
        """Return what is there now and has to stay read-only, outermost first.

        A link is left out of the names that always count: to bind it would show what it points to.

        Raises:
            UnsafePath: one of agentsh's own paths has become a link.
        """
        for path in self.protected:
            if path.resolve() != path:
                raise UnsafePath(f"{str(path)!r} has become a link", hint="Remove it, and look at where it leads")
        always = [f"{self.workspace}/{name}" for name in PROTECTED_NAMES]
        return sorted({Path(path) for path in [*always, *map(str, self.protected)] if _is_itself_there(path)})

    def anchors(self, kept: Sequence[Path]) -> list[Path]:
        """Return the folders between the workspace and what is kept, outermost first: they must not be moved away."""
        between = {parent for path in kept for parent in path.parents if parent.is_relative_to(self.workspace)}
        return sorted(between - {self.workspace})

    def folder(self, cwd: str) -> Path:
        """Return the folder that a command starts in; raises UnsafePath when it is not one in the workspace."""
        folder = (self.workspace / cwd).resolve()
        if not folder.is_relative_to(self.workspace) or not folder.is_dir():
            raise UnsafePath(f"{cwd!r} is not a folder in the workspace", hint="Name one relative to the workspace")
        return folder


def view_of(workspace: Path, protected: Sequence[Path]) -> View:
    """Return the view of `workspace`; `protected` paths are relative to it or absolute, those outside it are hidden.

    Raises:
        SandboxUnavailable: the workspace holds the user's home or the whole machine, so nothing would be kept from
            model code.
    """
    root = workspace.resolve()
    if _holds_too_much(root):
        raise SandboxUnavailable(
            f"the workspace {str(root)!r} holds more than a team's work",
            hint="Choose a folder of its own with --workspace",
        )
    inside = (root / os.path.normpath(path) for path in protected)
    resolved = ((path.parent.resolve() / path.name) for path in inside)
    return View(root, tuple(path for path in resolved if path.is_relative_to(root) and path != root))


def _holds_too_much(root: Path) -> bool:
    places = [Path(os.path.expanduser("~")), Path("/etc"), Path("/proc"), Path("/dev"), *map(Path, SYSTEM)]  # noqa: PTH111
    below = any(root.is_relative_to(place) for place in ("/proc", "/dev", "/sys", "/etc"))
    return below or any(place.resolve().is_relative_to(root) for place in places)


def _is_itself_there(path: str) -> bool:
    try:
        return not stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False


def _below(path: Path, roots: Sequence[str]) -> bool:
    return any(path.is_relative_to(root) for root in roots)
