"""What a run in the sandbox costs more than a plain process: the same program, each way in turn, medians."""

import asyncio
import resource
import statistics
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from agentsh.core.code import Command
from agentsh.core.errors import SandboxUnavailable
from agentsh.ports import Sandbox
from agentsh.sandbox import open_sandbox
from agentsh.sandbox.attacks import Tier
from agentsh.sandbox.environment import base_interpreter

ROUNDS = 40
PAUSE_S = 0.05
PROGRAMS = {"true": ("true",), "python": ("python", "-I", "-c", "pass")}
TIERS: Final[tuple[Tier, ...]] = ("bubblewrap", "landlock", "none")


async def _costs_ms(workspace: Path) -> dict[str, float]:
    """Return the median of each plain program, and what each tier adds to it."""
    costs: dict[str, float] = {}
    for tier, sandbox in (await _sandboxes(workspace)).items():
        plain, ran = await _times_ms(sandbox, workspace)
        for program in PROGRAMS:
            costs[f"plain_{program}"] = plain[program]
            costs[f"{tier}_{program}_over_plain"] = ran[program] - plain[program]
    return costs


async def _cpu_ms(workspace: Path) -> dict[str, float]:
    """Return the processor time that a start costs here and in its processes, which other work does not prolong."""
    began = _cpu_s()
    for _ in range(ROUNDS):
        _plain_s(PROGRAMS["true"], workspace)
    plain_s = _cpu_s() - began
    costs: dict[str, float] = {}
    for tier, sandbox in (await _sandboxes(workspace)).items():
        began = _cpu_s()
        for _ in range(ROUNDS):
            await sandbox.run(Command(argv=PROGRAMS["true"]))
        costs[f"{tier}_cpu_over_plain"] = (_cpu_s() - began - plain_s) / ROUNDS * 1000
    return costs


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(found.ru_utime + found.ru_stime for found in used)


async def _times_ms(sandbox: Sandbox, workspace: Path) -> tuple[dict[str, float], dict[str, float]]:
    """Return the medians of each program as a plain process and in a sandbox, by turns."""
    plain: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    ran: dict[str, list[float]] = {program: [] for program in PROGRAMS}
    for _ in range(ROUNDS):
        for program, argv in PROGRAMS.items():
            plain[program].append(_plain_s(argv, workspace))
            await asyncio.sleep(PAUSE_S)  # what the last run left to be prepared is no part of the next
            began = time.perf_counter()
            await sandbox.run(Command(argv=argv))
            ran[program].append(time.perf_counter() - began)
    return _medians_ms(plain), _medians_ms(ran)


def _medians_ms(times_s: dict[str, list[float]]) -> dict[str, float]:
    return {program: statistics.median(found) * 1000 for program, found in times_s.items()}


async def _sandboxes(workspace: Path) -> dict[str, Sandbox]:
    """Return the sandbox of each tier that this machine has."""
    found = {}
    for tier in TIERS:
        with suppress(SandboxUnavailable):
            found[tier] = await open_sandbox(workspace, tier=tier)
    return found


def _plain_s(argv: tuple[str, ...], workspace: Path) -> float:
    """Return the seconds that a plain process takes."""
    began = time.perf_counter()
    program = str(base_interpreter()) if argv[0] == "python" else argv[0]
    subprocess.run([program, *argv[1:]], cwd=workspace, capture_output=True, check=True)
    return time.perf_counter() - began


def measure() -> dict[str, object]:
    """Return the milliseconds of a start, and of the measurement of each tier that a session begins with."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        workspace = Path(folder) / "workspace"
        workspace.mkdir()
        began = time.perf_counter()
        asyncio.run(open_sandbox(workspace))
        probe_ms = (time.perf_counter() - began) * 1000
        costs_ms = asyncio.run(_costs_ms(workspace)) | asyncio.run(_cpu_ms(workspace))
    return {
        "name": "sandbox",
        "figures": {"probe_ms": round(probe_ms, 1), **{name: round(cost, 2) for name, cost in costs_ms.items()}},
        "target": {"over_plain": "<= 10 ms", "probe_ms": "<= 150"},
    }
