"""The person's terminal, as the drawn line shell uses it."""

import os
import select
import sys
import termios

from prompt_toolkit.output.vt100 import Vt100_Output


class Below(Vt100_Output):
    """Draws right below what was printed, as high as is needed.

    Else the terminal would be asked after each print how many rows are left, and no bar shown until it has answered.
    """

    def get_rows_below_cursor_position(self) -> int:
        """Return that one row is left: drawing scrolls the terminal when it needs more."""
        return 1


def drawn_output() -> Below:
    """Return where to draw."""
    return Below.from_pty(sys.stdout, term=os.environ.get("TERM"))  # type: ignore[return-value]  # it is a cls(...)


def typed_ahead(descriptor: int) -> list[str]:
    """Return the lines that were typed while the program was starting.

    They are read before the terminal is set to single keys: later, their ends could not be told from ctrl+j.
    """
    data = b""
    while _is_canonical(descriptor) and select.select([descriptor], [], [], 0)[0]:
        if not (more := os.read(descriptor, 1 << 16)):
            break
        data += more
    return [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]


def _is_canonical(descriptor: int) -> bool:
    """Return whether the terminal hands over whole lines."""
    try:
        return bool(termios.tcgetattr(descriptor)[3] & termios.ICANON)
    except termios.error:
        return False
