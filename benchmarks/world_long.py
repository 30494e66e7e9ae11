"""A town that lives on and on: what a tick costs, what there is, memory and file, at the beginning and at the end.

A tenth of the ticks that the figures in docs/WORLDS.md are of; `AGENTSH_TICKS=10000 python -m benchmarks world_long`
makes those.
"""

import asyncio
import os
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.cli.garbage import collect_less
from agentsh.core import events as e
from agentsh.core.messages import Draft
from agentsh.core.worlds import THINK, WORLD, WorldCard
from agentsh.engine.reaction import Reaction
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.worlds import WorldShelf
from agentsh.world.components.environment import Stimulus
from agentsh.world.minds import Agent
from agentsh.world.moment import Question
from agentsh.world.shipped import shipped_catalogue
from benchmarks.world import Instant, rss_mb, whim
from tests.support.stage import request
from tests.world.stage import WorldStage, world_stage

AGENTS = 10
TICKS = 1_000


async def _thinks(reaction: Reaction) -> None:
    told = reaction.observed[-1]
    await reaction.ask_model(request(told.content))
    said = whim(Question(told.id, reaction.role, told.content, told.data or {}))
    await reaction.publish(Draft(content=said.content, data=said.data, cause_by=THINK, send_to=(WORLD,)))


@dataclass
class _Looks:
    """What was measured at each tick: processor time so far, and at ten of them how much there is."""

    on: WorldStage
    file: Path
    ticks: int
    cpu_s: list[float] = field(default_factory=list)
    there: list[dict[str, float]] = field(default_factory=list)

    def hear(self, item: e.Recorded | e.Delta) -> None:
        if not isinstance(item, e.Recorded) or not isinstance(item.event, e.TickFinished):
            return
        self.cpu_s.append(time.process_time())
        if item.event.tick % (self.ticks // 10) == 0:
            store = self.on.world.store
            self.there.append(
                {
                    "entities": len(store.alive),
                    "stimuli": len(store.tables[Stimulus]),
                    "rss_mb": round(rss_mb(), 1),
                    "file_mb": round(_size(self.file) / 2**20, 1),
                    "tick_ms": round(self._tick_ms(), 2),
                }
            )

    def _tick_ms(self) -> float:
        """Return the mean of the newest tenth: no more than some ticks have a thought."""
        newest = self.cpu_s[-(self.ticks // 10) :]
        return (newest[-1] - newest[0]) * 1000 / (len(newest) - 1)


def _size(file: Path) -> int:
    """Return the bytes of a session file with its log."""
    return sum(part.stat().st_size for part in (file, file.with_name(f"{file.name}-wal")) if part.exists())


def _card(ticks: int) -> WorldCard:
    """Return the town with its first inhabitants."""
    town = WorldShelf(Shelf([shipped_prompts()])).world("town").card
    people = [entity.name for entity in town.entities if "Agent" in entity.components]
    gone = set(people[AGENTS:])
    kept = tuple(
        entity.model_copy(
            update={
                "relations": {
                    kind: tuple(name for name in names if name not in gone) for kind, names in entity.relations.items()
                }
            }
        )
        for entity in town.entities
        if entity.name not in gone
    )
    return town.model_copy(update={"entities": kept, "ticks": ticks})


async def _live(folder: Path, ticks: int) -> _Looks:
    file = folder / "long.db"
    async with world_stage(
        file, shipped_catalogue(), _card(ticks), model=Instant(), react=_thinks, parallel=AGENTS, debug=False
    ) as on:
        looks = _Looks(on, file, ticks)
        on.desk.log.listen(looks.hear)
        await on.session.run()
        assert sum(1 for _ in on.world.store.each(Agent)) == AGENTS
    return looks


def measure() -> dict[str, object]:
    """Return the second tenth of the ticks beside the last, and what there was after each tenth."""
    collect_less()  # as the program does
    ticks = int(os.environ.get("AGENTSH_TICKS", TICKS))
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        looks = asyncio.run(_live(Path(folder), ticks))
    second, last = looks.there[1], looks.there[-1]
    grown = [b["file_mb"] - a["file_mb"] for a, b in zip(looks.there, looks.there[1:], strict=False)]
    return {
        "name": "world_long",
        "figures": {
            "ticks": ticks,
            **{f"second_tenth_{name}": value for name, value in second.items()},
            **{f"last_tenth_{name}": value for name, value in last.items()},
            "file_kb_a_tick": round(statistics.median(grown) * 1024 / (ticks // 10), 2),
        },
        "target": "flat: a tick, entities, stimuli and memory after the last tenth as after the second",
    }
