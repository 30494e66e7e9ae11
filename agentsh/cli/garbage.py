"""How often Python looks for cycles. Here nearly everything is immutable and dies by its count, so: rarely."""

import gc

ALLOCATIONS = 20_000
"""New containers before the youngest are looked at; Python's own default is 700."""


def collect_less() -> None:
    """Look for cycles less often, in the whole process: a quarter of a busy world's time went into looking."""
    gc.set_threshold(ALLOCATIONS, 20, 20)
