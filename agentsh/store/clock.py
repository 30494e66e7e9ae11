"""The time outside, as the journal stamps it."""

import time
from datetime import UTC, datetime
from functools import lru_cache


def utc_now() -> str:
    """Return UTC, ISO 8601 with milliseconds and Z: `2026-03-01T12:00:00.000Z`."""
    return _stamp(time.time_ns() // 1_000_000)


class SystemClock:
    """The machine's clock, for ports.Clock."""

    def now(self) -> str:
        """Return UTC, ISO 8601 with milliseconds and Z."""
        return utc_now()

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        return time.monotonic()


@lru_cache(maxsize=1)
def _stamp(unix_ms: int) -> str:
    seconds, milliseconds = divmod(unix_ms, 1000)
    return f"{_second(seconds)}.{milliseconds:03d}Z"


@lru_cache(maxsize=1)
def _second(unix_s: int) -> str:
    return f"{datetime.fromtimestamp(unix_s, UTC):%Y-%m-%dT%H:%M:%S}"
