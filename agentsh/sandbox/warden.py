"""Ends the bubbles of an agentsh that was killed, also those that were only being set up.

A bubble dies with its parent, except in two short moments. Killed before bubblewrap has asked for that, or between its
two processes, the one that is left waits for ever. So a small process, in a session of its own, waits for the other
end of a pipe to close, which it does however agentsh ends, and kills what has this agentsh's token in its environment.
"""

import os
import secrets
from typing import Final

VARIABLE: Final = "AGENTSH_BUBBLE"
"""What bubblewrap is told the token by; the program in the bubble does not get it."""
_PATH: Final = "/usr/bin:/bin:/run/current-system/sw/bin"
_WAIT: Final = f"""
cd /
read -r _
for pause in 0 1 2; do
    sleep $pause
    grep -lsF "{VARIABLE}=$0" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do kill -9 "$pid"; done
done
"""
"""From the root: a disk can be unmounted meanwhile. Again: what was about to become bubblewrap at that very moment is
found later, on a busy machine after seconds."""


class Warden:
    """One for all bubbles of a process; it begins to wait when the first is about to start."""

    def __init__(self) -> None:
        self._token = secrets.token_hex(16)
        self._open = False

    def environment(self) -> dict[str, str]:
        """Return the environment for bubblewrap, once somebody waits for the end of this process.

        Raises:
            OSError: there is no shell that could wait.
        """
        if not self._open:
            self._wait()
            self._open = True
        return {VARIABLE: self._token}

    def _wait(self) -> None:
        ours, _kept = os.pipe()  # nobody closes the other end but the kernel, when this process is gone
        try:
            os.posix_spawn(
                "/bin/sh",
                ["sh", "-c", _WAIT, self._token],
                {"PATH": _PATH},
                file_actions=[(os.POSIX_SPAWN_DUP2, ours, 0), *_silent()],
                setsid=True,
            )
        finally:
            os.close(ours)


def _silent() -> list[tuple[int, int, str, int, int]]:
    """Return the actions that leave nothing of the terminal, or of a pipe that somebody reads to its end."""
    return [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_WRONLY, 0) for fd in (1, 2)]
