"""A session of 10,000 messages: what 20 more turns add to its file, and how soon it is open."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from pydantic import JsonValue

from agentsh.core.events import MessagePublished, StepFinished, StepStarted
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.store.journal import SqliteJournal
from benchmarks.probe import fsync_ms

MESSAGES = 10_000
TURNS = 20
OPENINGS = 15
SEED_BATCH = 500


def _message(number: int) -> Message:
    return Message(
        id=MessageId(f"writer:1:{number}"),
        content=f"message {number}: " + f"this is what was said as number {number}. " * 8,
        cause_by=ActionName("speak"),
        sent_from=RoleName("writer"),
        reaction=ReactionId("writer:1"),
    )


async def _begin(path: Path) -> None:
    journal = await SqliteJournal.open(path, create=True)
    for start in range(0, MESSAGES, SEED_BATCH):
        messages = map(_message, range(start, start + SEED_BATCH))
        await journal.append([MessagePublished(message=message) for message in messages])
    await journal.save_snapshot(MESSAGES, {"seq": MESSAGES, "due": {}})
    await journal.aclose()


async def _turn(journal: SqliteJournal, number: int, last: int | None) -> None:
    """Ask with the newest `last` messages in the request (None: all of them), and publish the answer."""
    history = await journal.messages(last=last)
    spoken: list[JsonValue] = [{"role": "user", "content": message.content} for message in history]
    request: JsonObject = {"model": "m", "messages": spoken, "options": {"num_ctx": 8192}}
    reaction, role = ReactionId(f"writer:{number + 2}"), RoleName("writer")
    key = {"reaction": reaction, "role": role, "request_hash": "0" * 32}
    reply = _message(MESSAGES + number)
    await journal.append([StepStarted(**key, ordinal=0, step="model", request=request)])
    await journal.append([StepFinished(**key, ordinal=0, step="model", result={"text": reply.content})])
    await journal.append([MessagePublished(message=reply, ordinal=1, request_hash="0" * 32)])


async def _growth_bytes(path: Path, last: int | None) -> tuple[int, float]:
    """Return what 20 turns add to the file, and the milliseconds of a turn."""
    before = path.stat().st_size
    journal = await SqliteJournal.open(path, create=False)
    times_ms = []
    for number in range(TURNS):
        began = time.perf_counter()
        await _turn(journal, number, last)
        times_ms.append((time.perf_counter() - began) * 1000)
    await journal.aclose()
    return path.stat().st_size - before, statistics.median(times_ms)


async def _opening_ms(path: Path) -> float:
    began = time.perf_counter()
    journal = await SqliteJournal.open(path, create=False)
    snapshot = await journal.load_snapshot()
    tail = await journal.read(after=0 if snapshot is None else snapshot[0])
    history = await journal.messages(visible_to=RoleName("editor"), last=12)
    took_ms = (time.perf_counter() - began) * 1000
    await journal.aclose()
    assert snapshot is not None
    assert (len(tail), len(history)) == (0, 12)
    return took_ms


async def _figures(folder: Path) -> dict[str, float]:
    paths = {name: folder / f"{name}.db" for name in ("opened", "window", "whole")}
    for path in paths.values():
        await _begin(path)
    openings_ms = [await _opening_ms(paths["opened"]) for _ in range(OPENINGS)]
    window_bytes, window_ms = await _growth_bytes(paths["window"], 12)
    whole_bytes, whole_ms = await _growth_bytes(paths["whole"], None)
    return {
        "turns_with_window_bytes": window_bytes,
        "turns_with_whole_history_bytes": whole_bytes,
        "turn_with_window_ms": round(window_ms, 2),
        "turn_with_whole_history_ms": round(whole_ms, 2),
        "open_ms": round(statistics.median(openings_ms), 2),
        "fsync_ms": round(fsync_ms(folder), 3),
    }


def measure() -> dict[str, object]:
    """Return the bytes of 20 turns, with 12 messages and with all 10,000 in each request, and the time to open."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        figures = asyncio.run(_figures(Path(folder)))
    return {
        "name": "history",
        "figures": figures,
        "target": {"turns_with_window_bytes": 200_000, "turns_with_whole_history_bytes": 200_000, "open_ms": 100},
    }
