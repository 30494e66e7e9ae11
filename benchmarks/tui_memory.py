"""Memory of the app with all its panes open over an hour of a busy team's events, pushed through as fast as it goes."""

import json
import statistics
import tempfile
from pathlib import Path

from benchmarks import _hour
from benchmarks._long_session import make
from benchmarks._terminal import Terminal

NAME = "hour"
DEADLINE_S = 1_800.0
SETTLED = 3
"""Slices after which all that is loaded once has been loaded."""


def measure() -> dict[str, object]:
    """Return memory at the start, after each quarter, and how fast it grows once everything is loaded."""
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        home = Path(folder)
        make(NAME, home, 40)
        with Terminal(["-m", "benchmarks._hour", folder, NAME], size=(200, 60)) as terminal:
            terminal.until(_hour.OVER, DEADLINE_S)
            cpu_s = terminal.cpu_s
        samples: list[float] = json.loads((home / _hour.SAMPLES).read_text())
    a_quarter = 900 // _hour.SLICE_S
    slope, _ = statistics.linear_regression(range(SETTLED, len(samples)), samples[SETTLED:])
    return {
        "name": "tui_memory",
        "figures": {
            "events": sum(1 for number in range(_hour.HOUR_S) for _ in _hour.second(number)),
            "mb_a_quarter": [round(sample, 1) for sample in samples[::a_quarter]],
            "mb_an_hour": round(slope * _hour.HOUR_S / _hour.SLICE_S, 1),
            "cpu_s": round(cpu_s, 1),
        },
        "target": "mb_an_hour <= 20",
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
