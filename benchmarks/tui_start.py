"""The app's start: CPU seconds from the start of the process to the first picture, beside a Textual hello-world."""

import json
import statistics
import tempfile
from collections.abc import Sequence

from benchmarks._terminal import Terminal

RUNS = 9
HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("What is hello")

Hello().run()
"""


def _first_picture(arguments: Sequence[str], needle: str) -> tuple[float, float]:
    """Return (CPU seconds, wall seconds) until `needle` is on the terminal."""
    with Terminal(arguments) as terminal:
        wall_s = terminal.until(needle)
        return terminal.cpu_s, wall_s


def measure() -> dict[str, object]:
    """Return medians of several runs, the two by turns."""
    hello: list[tuple[float, float]] = []
    app: list[tuple[float, float]] = []
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        for _ in range(RUNS):
            hello.append(_first_picture(["-c", HELLO], "What is hello"))
            app.append(_first_picture(["-m", "agentsh", "--home", folder], "teams of agents"))
    hello_s, app_s = (statistics.median(cpu for cpu, _ in runs) for runs in (hello, app))
    return {
        "name": "tui_start",
        "figures": {
            "hello_cpu_s": round(hello_s, 3),
            "app_cpu_s": round(app_s, 3),
            "over_hello_cpu_s": round(app_s - hello_s, 3),
            "hello_wall_s": round(statistics.median(wall for _, wall in hello), 3),
            "app_wall_s": round(statistics.median(wall for _, wall in app), 3),
        },
        "target": "over_hello_cpu_s <= 0.15",
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
