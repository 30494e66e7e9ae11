"""A five-role company from idea to verified program, its model answering at once: what everything else costs."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.probe import fsync_ms
from tests.e2e import company
from tests.e2e.conftest import serving


def measure() -> dict[str, object]:
    """Return wall and CPU seconds and the peak memory of one whole run, verification included."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as name:
        folder = Path(name)
        with serving(folder) as start:
            server = start(company.script(*company.rules()))
            begun = time.perf_counter()
            process = subprocess.Popen(
                [sys.executable, "-m", "agentsh", "--home", name, "run", "count words", "--host", server.host, "--yes"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            _, status, used = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - begun
            process.returncode = os.waitstatus_to_exitcode(status)
            server.stop()
            calls = len(server.chats())
        probe = fsync_ms(folder)
    return {
        "name": "company",
        "figures": {
            "exit_code": process.returncode,
            "model_calls": calls,
            "wall_s": round(wall_s, 2),
            "cpu_s": round(used.ru_utime + used.ru_stime, 2),
            "peak_memory_mb": round(used.ru_maxrss / 1024, 1),
            "fsync_ms": round(probe, 3),
        },
        "target": "peak_memory_mb <= 80",
    }
