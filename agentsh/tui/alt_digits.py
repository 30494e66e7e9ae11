"""Alt and a digit as keys, whatever the terminal.

A terminal without a protocol of its own for keys sends alt+1 as escape and 1. Textual reads that as the character that
one terminal types with these keys on another system, such as ¡, and so it would land in the prompt.
"""

from typing import cast

from textual._ansi_sequences import ANSI_SEQUENCES_KEYS


def free_alt_digits() -> None:
    """Let alt+0 to alt+9 be read as keys from now on, in this process."""
    known = cast("dict[str, object]", ANSI_SEQUENCES_KEYS)
    for digit in range(10):
        known.pop(f"\x1b{digit}", None)
