"""How long a test waits for what has to come: no slow and busy machine needs so long, and a test may take longer."""

from collections.abc import Awaitable, Callable

HANG_S = 100.0
"""Nothing is expected to take so long; what does, hangs."""


async def least(measure: Callable[[int], Awaitable[float]], enough: float, tries: int = 8) -> float:
    """Return the least of some figures: of those up to the first below `enough`, or of all `tries`.

    What is promised of a time holds on a machine that is free. This one may be busy with other things for a while.
    """
    figures: list[float] = []
    while len(figures) < tries and (not figures or figures[-1] >= enough):
        figures.append(await measure(len(figures)))
    return min(figures)
