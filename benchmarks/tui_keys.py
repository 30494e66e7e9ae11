"""The app under load: key to paint while 2,000 events a second come over 100,000 lines; opening 100,000 messages."""

import json
import shutil
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks._long_session import make
from benchmarks._terminal import Terminal

MESSAGES = 100_000
EVENTS_PER_S = 2_000
KEYS = "αβγδεζηθικλμνξοπρστυφχψω"
"""Characters that nothing else on screen has; each is typed once."""
SECONDS_WARM = 3.0
OPENINGS = 5
FEW = 40
NAME = "longest"
LAST = "That was step {}."
"""How the last message ends: the start page quotes only how it begins."""

LOADED = '''
import asyncio, sys
from contextlib import asynccontextmanager
from pathlib import Path
from agentsh.cli.lobby import HomeLobby
from agentsh.core import events as e
from agentsh.core.settings import Settings
from agentsh.library.home import find_home
from agentsh.tui.app import Shell
from agentsh.tui.lobby import Reopen
from benchmarks._long_session import ROLES, said

HOME, RATE, LINES = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
PERIOD_S = 0.02
PROSE = """The board is a pure function of its state, and **nothing** else is drawn from it.
The snake moves by one cell a tick; food makes it grow, walls end the game.

- `board.py` holds the rules
- `main.py` draws them

```python
def step(board: Board, turn: Turn) -> Board:
    return replace(board, snake=moved(board.snake, turn))
```

""" * 3

def items(number):
    role = ROLES[number % len(ROLES)]
    if number % 200 == 0:
        return said(1_000_000 + number)
    if number % 2:
        text = PROSE[(number // 8) * 14 % len(PROSE):][:14]
        return e.Delta(role=role, reaction=f"{role}:{number // 8000}", ordinal=0, kind="text", text=text)
    step = {"reaction": f"{role}:{number // 200}", "role": role, "ordinal": number, "step": "read"}
    step["request_hash"] = "00"
    if number % 4:
        return e.StepStarted(**step, request={"paths": ["main.py"]})
    return e.StepFinished(**step, result=None, seconds=0.1)

async def load(log):
    number, began = 0, asyncio.get_running_loop().time()
    while True:
        due = int((asyncio.get_running_loop().time() - began) * RATE)
        made = [items(n) for n in range(number, due)]
        number = due
        events = [item for item in made if not isinstance(item, e.Delta)]
        if events:
            log.submit(*events)
        for item in made:
            if isinstance(item, e.Delta):
                log.show(item)
        await asyncio.sleep(PERIOD_S)

class Loaded(HomeLobby):
    def open(self, wanted, progress):
        return self._loaded(super().open(wanted, progress))

    @asynccontextmanager
    async def _loaded(self, opening):
        async with opening as session:
            task = asyncio.create_task(load(session._desk.log)) if RATE else None
            asyncio.get_running_loop().call_later(1.0, fill)
            yield session
            if task:
                task.cancel()

def fill():
    from agentsh.tui.lines import Line
    lines = (Line("00:00:00", "engineer", f"line {n} of long ago") for n in range(LINES))
    app.session_screen.bus.lines.add(lines)

app = Shell(lambda: Loaded(Settings(), find_home(HOME, HOME)), Reopen("longest"))
app.run()
'''


def _keys_ms(home: Path, rate: int, lines: int, size: tuple[int, int]) -> tuple[list[float], float]:
    """Return the milliseconds from each key to its paint, and the memory at the end in MB."""
    with Terminal(["-c", LOADED, str(home), str(rate), str(lines)], size=size) as terminal:
        terminal.until("may something")
        end = time.monotonic() + SECONDS_WARM
        while time.monotonic() < end:
            terminal.quiet(0.05)
        took = []
        for key in KEYS:
            terminal.type(key)
            took.append(1000 * terminal.until(key))
            terminal.quiet(0.05)
        return took, terminal.memory_mb


def _open_s(messages: int) -> tuple[float, float]:
    """Return the seconds, and those of CPU, from Enter on a session's line to its last message on screen.

    They are medians; each time a new copy is opened.
    """
    took, used = [], []
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        first = Path(folder, "first")
        make(NAME, first, messages)
        for number in range(OPENINGS):
            home = Path(shutil.copytree(first, Path(folder, str(number))))
            with Terminal(["-m", "agentsh", "--home", str(home)]) as terminal:
                terminal.until("the board is")  # the line quotes the last message when the list is whole
                terminal.type("\t\t\t\t")  # past the team, the model and the search
                terminal.quiet(0.3)
                before_s = terminal.cpu_s
                terminal.type("\r")
                took.append(terminal.until(LAST.format(messages - 1)))
                used.append(terminal.cpu_s - before_s)
    return statistics.median(took), statistics.median(used)


def measure() -> dict[str, object]:
    """Return p50 and p95 of keys, idle and under load, and medians of opening."""
    (big_s, big_cpu_s), (small_s, small_cpu_s) = _open_s(MESSAGES), _open_s(FEW)
    with tempfile.TemporaryDirectory(prefix="agentsh-bench-") as folder:
        home = Path(folder)
        make(NAME, home, MESSAGES)
        idle, _ = _keys_ms(home, 0, 0, (200, 60))
        loaded, memory_mb = _keys_ms(home, EVENTS_PER_S, MESSAGES, (200, 60))
    return {
        "name": "tui_keys",
        "figures": {
            "idle_p50_ms": round(statistics.median(idle), 1),
            "idle_p95_ms": round(_p95(idle), 1),
            "loaded_p50_ms": round(statistics.median(loaded), 1),
            "loaded_p95_ms": round(_p95(loaded), 1),
            "loaded_memory_mb": round(memory_mb, 1),
            "open_100k_s": round(big_s, 3),
            "open_100k_cpu_s": round(big_cpu_s, 3),
            "open_40_s": round(small_s, 3),
            "open_40_cpu_s": round(small_cpu_s, 3),
        },
        "target": "loaded_p95_ms <= 100, open_100k_s <= 0.3",
    }


def _p95(values: list[float]) -> float:
    return sorted(values)[int(0.95 * (len(values) - 1))]


if __name__ == "__main__":
    print(json.dumps(measure()))
