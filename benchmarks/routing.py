"""Routing 1,000 broadcasts to 10, 100 and 500 roles: folded in memory, and durably through the journal."""

import asyncio
import tempfile
import time
from pathlib import Path

from agentsh.core.events import MessagePublished, Recorded
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.engine.fold import Fold
from agentsh.engine.log import EventLog
from agentsh.store.journal import SqliteJournal
from benchmarks.probe import fsync_ms
from tests.support.stage import card, facts

MESSAGES = 1000
SIZES = (10, 100, 500)


def _message(number: int) -> MessagePublished:
    return MessagePublished(
        message=Message(
            id=MessageId(f"r0:1:{number}"),
            content=f"news {number}",
            cause_by=ActionName("news"),
            sent_from=RoleName("r0"),
            reaction=ReactionId("r0:1"),
        )
    )


def _in_memory(roles: int) -> float:
    fold = Fold()
    fold.apply(Recorded(seq=1, at="", event=facts([card(f"r{n}", "news") for n in range(roles)])))
    events = [Recorded(seq=n + 2, at="", event=_message(n)) for n in range(MESSAGES)]
    start = time.perf_counter()
    for recorded in events:
        fold.apply(recorded)
    return MESSAGES / (time.perf_counter() - start)


async def _durable(path: Path, roles: int) -> float:
    journal = await SqliteJournal.open(path, create=True)
    log = EventLog(journal, Fold())
    await log.append(facts([card(f"r{n}", "news") for n in range(roles)]))
    start = time.perf_counter()
    for number in range(MESSAGES):
        log.submit(_message(number))
    await log.settle()
    rate = MESSAGES / (time.perf_counter() - start)
    await journal.aclose()
    return rate


def measure() -> dict[str, object]:
    """Return messages a second, each delivered to every role."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        figures["fsync_ms"] = round(fsync_ms(Path(folder)), 3)
        for roles in SIZES:
            figures[f"memory_{roles}_roles"] = round(_in_memory(roles))
            figures[f"durable_{roles}_roles"] = round(asyncio.run(_durable(Path(folder) / f"{roles}.db", roles)))
    return {
        "name": "routing",
        "figures": figures,
        "target": "memory >= 20000 / 5000 / 1000, durable >= 5000 messages/s",
    }
