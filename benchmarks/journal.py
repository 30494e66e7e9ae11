"""Durable events a second through the journal's port, and how long one append waits to be acknowledged."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from agentsh.core.events import Event, MessagePublished, StepFinished
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.store.journal import SqliteJournal
from benchmarks.probe import fsync_ms

PRODUCERS = 16
EVENTS = 24_000
ACKS = 500
MEMORY = Path("/dev/shm")
"""Where fsync is free: what the path costs by itself."""


def _step(producer: int, ordinal: int) -> StepFinished:
    return StepFinished(
        reaction=ReactionId(f"r{producer}:1"),
        role=RoleName(f"r{producer}"),
        ordinal=ordinal,
        step="run",
        request_hash="0" * 32,
        result={"exit_code": 0, "stdout": "ok"},
    )


def _message(producer: int, ordinal: int) -> MessagePublished:
    reaction = ReactionId(f"r{producer}:1")
    message = Message(
        id=MessageId(f"{reaction}:{ordinal}"),
        content="a short message to whoever watches",
        cause_by=ActionName("speak"),
        sent_from=RoleName(f"r{producer}"),
        reaction=reaction,
    )
    return MessagePublished(message=message, ordinal=ordinal, request_hash="0" * 32)


async def _rate(path: Path, stories: Sequence[Sequence[Event]], batch: int) -> float:
    """Return events a second when each producer waits for each append of `batch` events."""
    journal = await SqliteJournal.open(path, create=True)

    async def produce(story: Sequence[Event]) -> None:
        for start in range(0, len(story), batch):
            await journal.append(story[start : start + batch])

    try:
        began = time.perf_counter()
        await asyncio.gather(*map(produce, stories))
        return sum(map(len, stories)) / (time.perf_counter() - began)
    finally:
        await journal.aclose()


async def _acks_ms(path: Path) -> list[float]:
    journal = await SqliteJournal.open(path, create=True)
    times_ms = []
    try:
        for ordinal in range(ACKS):
            event = _step(0, ordinal)
            began = time.perf_counter()
            await journal.append([event])
            times_ms.append((time.perf_counter() - began) * 1000)
    finally:
        await journal.aclose()
    return sorted(times_ms)


async def _rates(folder: Path, prefix: str) -> dict[str, float]:
    each = range(EVENTS // PRODUCERS)
    steps = [[_step(producer, ordinal) for ordinal in each] for producer in range(PRODUCERS)]
    messages = [[_message(producer, ordinal) for ordinal in each] for producer in range(PRODUCERS)]
    return {
        f"{prefix}steps_per_s": round(await _rate(folder / "steps.db", steps, 1)),
        f"{prefix}messages_per_s": round(await _rate(folder / "messages.db", messages, 1)),
        f"{prefix}steps_by_10_per_s": round(await _rate(folder / "by_10.db", steps, 10)),
    }


async def _figures(folder: Path) -> dict[str, float]:
    acks_ms = await _acks_ms(folder / "acks.db")
    return {
        **await _rates(folder, ""),
        "ack_p50_ms": round(statistics.median(acks_ms), 3),
        "ack_p95_ms": round(acks_ms[int(ACKS * 0.95)], 3),
        "fsync_ms": round(fsync_ms(folder), 3),
    }


def measure() -> dict[str, object]:
    """Return the rates with 16 producers, on the disk and without one, and the acknowledgement of a single one."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        figures = asyncio.run(_figures(Path(folder)))
    if MEMORY.is_dir():
        with tempfile.TemporaryDirectory(prefix="agentsh-bench-", dir=MEMORY) as folder:
            figures |= asyncio.run(_rates(Path(folder), "without_disk_"))
    return {
        "name": "journal",
        "figures": figures,
        "target": {"without_disk_steps_per_s": 30_000, "ack_p50_ms": "0.2 + fsync_ms"},
    }
