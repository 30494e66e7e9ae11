"""The attacks that a sandbox is held against, by name. Status lines, tests and documents use these names."""

from typing import Final, Literal

Tier = Literal["bubblewrap", "landlock", "none"]

SUITE: Final = (
    *("secret read", "home list", "outside write", "symlink read", "symlinked folder write", "parent path"),
    *("hard link", "rename out", "proc root", "tcp", "udp", "dns", "listen", "abstract socket", "path socket"),
    *("env secret", "parent environ", "signal", "ptrace", "descriptor leak", "fork bomb", "memory", "cpu loop"),
    *("sleep", "stdout flood", "disk fill", "inode fill", "daemon", "user namespace", "tiocsti", "git hook"),
    *("protected swap", "sandbox gone"),
)
"""What a sandbox should stop."""

FURTHER: Final = ("mode change", "file metadata")
"""What Landlock does not see: chmod on the user's own files elsewhere, and that a file is there, how large, since when.
Beyond the suite."""

PROBED: Final = (
    *("secret read", "home list", "outside write", "symlink read", "hard link", "rename out", "proc root"),
    *("tcp", "udp", "abstract socket", "path socket", "env secret", "parent environ", "signal", "ptrace"),
    *("descriptor leak", "memory", "disk fill", "user namespace", "tiocsti", "git hook", "protected swap"),
    *("mode change", "file metadata", "fork bomb"),
)
"""Those that take no time: run at each start of agentsh."""

ESSENTIAL: Final = frozenset(("secret read", "outside write", "symlink read", "tcp", "udp", "path socket"))
"""A tier that lets one of these through does not confine."""


def uncovered(tier: Tier, landlock_abi: int) -> tuple[str, ...]:
    """Return what a tier does not cover by its nature, and no probe at the start can show."""
    if tier == "none":
        # As root the probe's target is out of reach in /proc; other processes of root's without privileges are not.
        return ("proc root", "symlinked folder write", "parent path", "dns", "listen")
    # Before Landlock scoped signals, model code could kill the launcher that would end its daemons.
    return ("daemon",) if tier == "landlock" and landlock_abi < 6 else ()
