"""The machine's clock fulfils ports.Clock."""

import re

from agentsh.ports import Clock
from agentsh.store.clock import SystemClock


def test_the_time_is_utc_with_milliseconds_and_never_goes_back() -> None:
    clock: Clock = SystemClock()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", clock.now())
    assert clock.now() <= clock.now()
    assert clock.monotonic() <= clock.monotonic()
