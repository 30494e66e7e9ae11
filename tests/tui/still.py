"""A clock that stands still: what a screen shows of times and speeds is the same in every run."""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from math import inf
from types import SimpleNamespace
from typing import Self
from unittest.mock import patch

from agentsh.engine import steps
from agentsh.store import clock
from agentsh.tui import chat, shown
from agentsh.tui.session_screen import SessionScreen

HAPPENED = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
"""When everything happens that is recorded."""
LOOKED_AT = HAPPENED + timedelta(seconds=12)
"""When somebody looks."""


class _Then(datetime):
    """Asks for no time but that one."""

    @classmethod
    def now(cls, tz: object = None) -> Self:
        return cls.fromtimestamp(LOOKED_AT.timestamp(), UTC)


@contextmanager
def standing_still() -> Iterator[None]:
    """Let no clock go on that a screen shows: of the journal, of steps, of who looks, of tokens a second."""
    recorded_ns = int(HAPPENED.timestamp() * 1e9)
    with ExitStack() as patched:
        for module, stopped in (
            (clock, SimpleNamespace(time_ns=lambda: recorded_ns, monotonic=time.monotonic)),
            (steps, SimpleNamespace(monotonic=lambda: 0.0)),
        ):
            patched.enter_context(patch.object(module, "time", stopped))
        patched.enter_context(patch.object(shown, "datetime", _Then))
        patched.enter_context(patch.object(chat, "HURRIED", inf))  # a draft is Markdown on however quick a machine
        patched.enter_context(patch.object(SessionScreen, "_second", lambda _: None))
        patched.enter_context(patch.dict(os.environ, {"TZ": "UTC"}))
        time.tzset()
        yield
    time.tzset()
