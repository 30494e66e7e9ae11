"""What an fsync costs on this disk, now: the yardstick of every durable figure. It changes within minutes."""

import os
import statistics
import tempfile
import time
from pathlib import Path

WRITES = 100
WRITE_BYTES = 8192


def fsync_ms(folder: Path) -> float:
    """Return the median milliseconds of an 8 KB write with fsync in `folder`."""
    times_ms = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(WRITES):
            began = time.perf_counter()
            os.write(file.fileno(), b"x" * WRITE_BYTES)
            os.fsync(file.fileno())
            times_ms.append((time.perf_counter() - began) * 1000)
    return statistics.median(times_ms)


def measure() -> dict[str, object]:
    """Return the probe of the folder for temporary files."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        return {"name": "probe", "figures": {"fsync_ms": round(fsync_ms(Path(folder)), 3)}, "target": {}}
