"""What a chain costs beside its model: a call of a long talk, and phases that wait for nobody, side by side."""

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from agentsh.cli.garbage import collect_less
from agentsh.core.events import Delta, Recorded, StepFinished
from agentsh.core.ids import SessionName
from agentsh.core.model import JsonObject
from agentsh.core.settings import ModelSettings, RunOptions, Settings
from agentsh.library.home import find_home
from agentsh.session.facade import Session
from agentsh.wiring import started
from benchmarks.probe import fsync_ms

CYCLES = 20
TURNS = 5
CALLS = CYCLES * (2 * TURNS - 1)
BESIDE = 8
LATENCY_S = 0.2


def _phase(name: str, assistant: str, **more: object) -> JsonObject:
    return {"name": name, "assistant": assistant, "user": "cto", "prompt": "explain", **more}  # type: ignore[dict-item]


def _team(name: str, phases: Iterable[JsonObject], roles: Iterable[str]) -> str:
    fields = {"name": name, "summary": "-", "conductor": "chain", "roles": [*roles], "verify": False}
    return f"---\n{json.dumps({**fields, 'phases': [*phases]})}\n---\n"


TALK = _team(
    "talk",
    [{"name": "cycles", "repeat": CYCLES, "phases": [_phase("talk", "programmer", turns=TURNS)]}],
    ["cto", "programmer"],
)
CROWD = _team(
    "crowd",
    [_phase(f"p{number}", f"r{number}", after=[]) for number in range(BESIDE)],
    ["cto", *(f"programmer as r{number}" for number in range(BESIDE))],
)


@dataclass(frozen=True)
class Worked:
    """How a team worked.

    Attributes:
        wall_s: how long it worked.
        cpu_s: processor time of it.
        answered_s: when each model call was answered and recorded.
    """

    wall_s: float
    cpu_s: float
    answered_s: list[float]

    @property
    def turn_ms(self) -> float:
        """Time from one answer to the next, the median."""
        return statistics.median(later - earlier for earlier, later in pairwise(self.answered_s)) * 1000


async def _worked(root: Path, team: str, text: str, delay_s: float) -> Worked:
    home = find_home(root, root / team)
    for name, content in ((f"teams/{team}.md", text), ("script.yaml", _script(delay_s))):
        path = home.prompts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    options = RunOptions(
        idea="Talk", team=team, provider="scripted", model=str(home.prompts / "script.yaml"), session=SessionName("s")
    )
    answered_s: list[float] = []

    async def listen(session: Session) -> None:
        answered_s.extend([time.perf_counter() async for item in session.follow() if _is_answer(item)])

    settings = Settings(model=ModelSettings(parallel=BESIDE))
    async with started(options, settings, home, terminal=False) as session:
        listening = asyncio.create_task(listen(session))
        start_s, start_cpu_s = time.perf_counter(), time.process_time()
        await session.run()
        wall_s, cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    await listening
    return Worked(wall_s, cpu_s, answered_s)


def _is_answer(item: Recorded | Delta) -> bool:
    return isinstance(item, Recorded) and isinstance(item.event, StepFinished) and item.event.step == "model"


def _script(delay_s: float) -> str:
    numbers = (f"Answer {number}: {'words ' * 20}" for number in range(CALLS))
    rules = [{"match": "", "reply": words, "times": 1, "delay_s": delay_s} for words in numbers]
    return json.dumps({"rules": [*rules, {"match": "", "reply": "Once more.", "delay_s": delay_s}]})


def measure() -> dict[str, object]:
    """Return milliseconds a call of a talk beyond its model, each step durable, and how long phases take together."""
    collect_less()  # as the program does
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        probe = fsync_ms(Path(folder))
        talk = asyncio.run(_worked(Path(folder), "talk", TALK, 0.0))
        crowd = asyncio.run(_worked(Path(folder), "crowd", CROWD, LATENCY_S))
    calls = len(talk.answered_s)
    return {
        "name": "chain",
        "figures": {
            "overhead_ms": round(talk.turn_ms, 3),
            "cpu_ms": round(talk.cpu_s / calls * 1000, 3),
            "calls": calls,
            "fsync_ms": round(probe, 3),
            "phases_side_by_side": len(crowd.answered_s),
            "phases_wall_s": round(crowd.wall_s, 3),
            "latency_s": LATENCY_S,
        },
        "target": "overhead_ms <= 2 without fsync (ChatDev 66-368), phases_wall_s <= 1.5 * latency_s",
    }
