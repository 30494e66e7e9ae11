"""What a durable model call costs beyond the model: one role that asks, its model answering at once."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from benchmarks.probe import fsync_ms
from tests.support.stage import ModelInProcess, card, request, stage

CALLS = 300


async def _calls(folder: Path) -> list[float]:
    took: list[float] = []

    async def react(reaction: Reaction) -> None:
        for number in range(CALLS):
            start = time.perf_counter()
            await reaction.ask_model(request(f"question {number}"))
            took.append((time.perf_counter() - start) * 1000)
        await reaction.publish(Draft(content="done", cause_by=ActionName("answer")))

    async with stage(folder / "overhead.db", [(card("ann"), react)], model=ModelInProcess()) as on:
        await on.session.run()
    return took


def measure() -> dict[str, object]:
    """Return milliseconds a call: request to recorded answer, committed with synchronous=FULL."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        probe = fsync_ms(Path(folder))
        took = asyncio.run(_calls(Path(folder)))
    first, last = took[: CALLS // 3], took[-CALLS // 3 :]
    return {
        "name": "overhead",
        "figures": {
            "median_ms": round(statistics.median(took), 3),
            "p95_ms": round(sorted(took)[int(CALLS * 0.95)], 3),
            "first_third_ms": round(statistics.median(first), 3),
            "last_third_ms": round(statistics.median(last), 3),
            "fsync_ms": round(probe, 3),
            "calls": CALLS,
        },
        "target": "median_ms <= 2, flat in the length of the session",
    }
