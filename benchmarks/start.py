"""Starting: CPU seconds of `agentsh --help`; seconds, modules and memory of `agentsh run` up to its first request."""

import asyncio
import json
import os
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.support.ollama_server import OllamaServer

RUNS = 5
DEADLINE_S = 60.0
_PEERS_BASE = "import pydantic, ollama, httpx"
_ANSWER_S = 1.0
"""The server takes its time, so that the process can say what it has used up to its first request."""
_REPORTING = """
import atexit, os, resource, signal, sys

_, path, *arguments = sys.argv

def note(moment):
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = len(sys.modules), usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
    with open(path + ".new", "w") as file:
        file.write(" ".join(map(str, figures)))
    os.rename(path + ".new", path + moment)

signal.signal(signal.SIGUSR1, lambda *_: note(".first"))
atexit.register(note, ".end")
from agentsh.cli.start import main
sys.argv[1:] = arguments
sys.exit(main())
"""


def _cpu_s(*arguments: str) -> float:
    """Return the median CPU time of a Python process."""
    took = []
    for _ in range(RUNS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(took)


async def _first_request(folder: Path) -> dict[str, float]:
    """Return what a process had used when its first chat had arrived at the server, and at its end.

    The run has a budget of one step, so it ends right after that first answer.
    """
    report = folder / "report"
    async with OllamaServer.on({"reply": "No.", "delay_s": _ANSWER_S}, models=["bench"]) as server:
        run = ["--home", str(folder), "run", "A tool", "--host", server.host, "--max-steps", "1", "--quiet"]
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _REPORTING, str(report), *run),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "AGENTSH_CACHE": str(folder)},
        )
        await server.until(lambda s: bool(s.chats), DEADLINE_S)
        first_s = server.chats[0].arrived_s - began
        process.send_signal(signal.SIGUSR1)
        await asyncio.wait_for(process.wait(), DEADLINE_S)
    modules, first_cpu_s, _ = _read(report.with_suffix(".first"))
    _, cpu_s, peak_mb = _read(report.with_suffix(".end"))
    return {
        "first_request_s": first_s,
        "first_request_cpu_s": first_cpu_s,
        "modules": modules,
        "cpu_s": cpu_s,
        "peak_mb": peak_mb,
    }


def _read(report: Path) -> list[float]:
    return [float(figure) for figure in report.read_text().split()]


def _median(runs: Sequence[dict[str, float]], name: str) -> float:
    return statistics.median(run[name] for run in runs)


def measure() -> dict[str, object]:
    """Return medians of several runs; `libraries_cpu_s` is pydantic, ollama and httpx alone, for the ratio."""
    runs = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
            runs.append(asyncio.run(_first_request(Path(folder))))
    return {
        "name": "start",
        "figures": {
            "help_cpu_s": round(_cpu_s("-m", "agentsh", "--help"), 3),
            "first_request_s": round(_median(runs, "first_request_s"), 3),
            "first_request_cpu_s": round(_median(runs, "first_request_cpu_s"), 3),
            "one_step_run_cpu_s": round(_median(runs, "cpu_s"), 3),
            "libraries_cpu_s": round(_cpu_s("-c", _PEERS_BASE), 3),
            "modules": round(_median(runs, "modules")),
            "peak_mb": round(_median(runs, "peak_mb"), 1),
        },
        "target": "help_cpu_s <= 0.25, first_request_s <= 0.9, modules <= 650, peak_mb <= 80",
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
