"""No barrier: four lanes of slow and fast steps take as long as the longest lane; 32 roles as long as one."""

import asyncio
import tempfile
import time
from pathlib import Path

from agentsh.core.chat import ChatRequest
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.stage import ModelInProcess, React, card, request, stage

SLOW_S, FAST_S = 0.4, 0.02
LANES = 4
STEPS = 4
PARALLEL = 32
LATENCY_S = 0.05


class ModelByText(ModelInProcess):
    """Answers after as many seconds as the question says."""

    async def chat(self, request: ChatRequest):  # type: ignore[no-untyped-def]
        """Stream one answer."""
        self.delay_s = float(request.messages[-1].content.split()[0])
        async for event in super().chat(request):
            yield event


def _relay(action: str, seconds: float) -> React:
    async def react(reaction: Reaction) -> None:
        await reaction.ask_model(request(f"{seconds} {action}"))
        await reaction.publish(Draft(content=action, cause_by=ActionName(action)))

    return react


def _lanes() -> list[tuple[object, React]]:
    """Each lane: a chain of roles, slow and fast in turn; every other lane begins slow."""
    pairs: list[tuple[object, React]] = []
    for lane in range(LANES):
        for step in range(STEPS):
            watch = () if step == 0 else (f"l{lane}s{step - 1}",)
            seconds = SLOW_S if (lane + step) % 2 else FAST_S
            pairs.append((card(f"r{lane}-{step}", *watch), _relay(f"l{lane}s{step}", seconds)))
    return pairs


async def _wall_s(path: Path, pairs: list[tuple[object, React]]) -> float:
    async with stage(path, pairs, model=ModelByText()) as on:  # type: ignore[arg-type]
        start = time.perf_counter()
        await on.session.run()
        return time.perf_counter() - start


def measure() -> dict[str, object]:
    """Return wall time over critical path, and the wall time of 32 roles at 50 ms each."""
    critical_s = STEPS / 2 * (SLOW_S + FAST_S)
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        wall_s = asyncio.run(_wall_s(Path(folder) / "lanes.db", _lanes()))
        crowd = [(card(f"r{n}"), _relay(f"a{n}", LATENCY_S)) for n in range(PARALLEL)]
        crowd_s = asyncio.run(_wall_s(Path(folder) / "crowd.db", crowd))
    return {
        "name": "lanes",
        "figures": {
            "wall_over_critical_path": round(wall_s / critical_s, 3),
            "parallel_32_roles_s": round(crowd_s, 4),
            "latency_s": LATENCY_S,
        },
        "target": "wall_over_critical_path <= 1.05, parallel_32_roles_s <= 0.08",
    }
