"""Runs every attack on every tier that this machine has, as root and as an ordinary user: `make attack`.

It prints a table; with `--write` it puts the table into docs/SANDBOX.md. The exit code is 1 when an attack got through
that the tier's status does not name.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agentsh.core.code import Limits, RunResult
from agentsh.core.errors import SandboxUnavailable
from agentsh.core.model import Frozen
from agentsh.sandbox import bubblewrap, landlock, open_sandbox
from agentsh.sandbox.attacks import FURTHER, SUITE, Tier
from tests.sandbox.arena import Arena, reached
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.ordinary import ROOT, can_be_another, python_for_another, run_as_another

TIERS: tuple[Tier, ...] = ("bubblewrap", "landlock", "none")
PAGE = ROOT / "docs" / "SANDBOX.md"
BEGIN, END = "<!-- attacks: written by make attack ARGS=--write -->", "<!-- end of attacks -->"
Outcome = Literal["stopped", "through", "not tried"]
FILL = """
os.chdir(os.environ['TMPDIR'])
for number in range({times}):
    {what}
    time.sleep(0.01)
print('GOT it all')
"""


class Column(Frozen):
    """What came of the attacks on one tier, as one user."""

    tier: Tier
    user: str
    outcomes: dict[str, Outcome]
    named: tuple[str, ...]
    """What the tier's status says that it does not hold."""

    @property
    def surprises(self) -> list[str]:
        """The attacks that got through without being named."""
        return [name for name, outcome in self.outcomes.items() if outcome == "through" and name not in self.named]


@dataclass(frozen=True)
class Greed:
    """An attack on what there is only so much of."""

    script: str
    limits: Limits
    held: Callable[[RunResult], bool]


GREED = {
    "fork bomb": Greed(
        "for _ in range(9):\n    go(os.fork)\ntime.sleep(1)",
        Limits(wall_s=60, processes=24, output_bytes=10**6),
        lambda result: result.ended_by == "processes" or "EAGAIN" in result.stdout,
    ),
    "memory": Greed("x = bytearray(10 << 30)", Limits(wall_s=60), lambda result: result.ended_by == "memory"),
    "cpu loop": Greed("while True: pass", Limits(wall_s=60, cpu_s=1), lambda result: result.ended_by == "deadline"),
    "sleep": Greed("time.sleep(600)", Limits(wall_s=3), lambda result: result.ended_by == "deadline"),
    "stdout flood": Greed(
        "while True: print('x' * 9999)",
        Limits(wall_s=30, output_bytes=1000),
        lambda result: result.ended_by == "output" and len(result.stdout) == 1000,
    ),
    "disk fill": Greed(
        FILL.format(times=2000, what="open(f'large{number % 64}', 'wb', buffering=0).write(bytes(1 << 20))"),
        Limits(wall_s=30, disk_bytes=16 << 20),
        lambda result: result.ended_by == "disk" or "No space" in result.stderr,
    ),
    "inode fill": Greed(
        FILL.format(times=1000, what="[open(f'{number % 30}-{i}', 'w').close() for i in range(200)]"),
        Limits(wall_s=30, files=500),
        lambda result: result.ended_by == "disk",
    ),
}


async def columns() -> list[Column]:
    """Return what came of all attacks as the user of this process, on each tier that there is."""
    return [column for tier in TIERS if (column := await _column(tier)) is not None]


async def _column(tier: Tier) -> Column | None:
    outcomes: dict[str, Outcome] = {}
    named: tuple[str, ...] = ()
    for name in (*SUITE, *FURTHER):
        with tempfile.TemporaryDirectory(prefix="agentsh-attack-") as folder, Arena(Path(folder)) as arena:
            os.environ["AGENTSH_TEST_KEY"] = arena.secret
            try:
                sandbox = await open_sandbox(arena.workspace, protected=arena.protected, tier=tier)
            except SandboxUnavailable:
                return None
            named = sandbox.status.leaks
            outcomes[name] = await _outcome(arena, tier, name)
    return Column(tier=tier, user="root" if os.geteuid() == 0 else "user", outcomes=outcomes, named=named)


async def _outcome(arena: Arena, tier: Tier, name: str) -> Outcome:
    if name == "sandbox gone":
        return await _gone(arena, tier)
    sandbox = await open_sandbox(arena.workspace, protected=arena.protected, tier=tier)
    if name in GREED:
        greed = GREED[name]
        result = await arena.attack(sandbox, greed.script, greed.limits)
        held = greed.held(result) and not arena.traces(result)
        return "stopped" if held else "through"
    run = asyncio.create_task(arena.attack(sandbox, ATTACKS[name]))
    await asyncio.sleep(0)
    called = name == "listen" and await asyncio.to_thread(reached, arena.port, run.done)
    return "through" if arena.traces(await run) or called else "stopped"


async def _gone(arena: Arena, tier: Tier) -> Outcome:
    """Take the program that confines away in mid-session; the others are this Python and the kernel."""
    found = bubblewrap.find()
    if tier != "bubblewrap" or found is None:
        return "not tried"
    program = Path(shutil.copy(found, arena.folder / "bwrap"))
    sandbox = await open_sandbox(arena.workspace, tier=tier, program=program)
    program.unlink()
    try:
        await arena.attack(sandbox, "print('GOT out')")
    except SandboxUnavailable:
        return "stopped"
    return "through"


def as_ordinary() -> list[Column]:
    """Return what came of the attacks as an ordinary user; nothing where that cannot be tried."""
    python = python_for_another("import pydantic, agentsh.sandbox, tests.sandbox.matrix") if can_be_another() else None
    if python is None:
        return []
    done = run_as_another([python, "-m", "tests.sandbox.matrix", "--json"], timeout_s=600)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr)
    return [Column.model_validate(column) for column in json.loads(done.stdout)]


def table(found: list[Column]) -> str:
    """Return the outcomes as a table in Markdown."""
    order = sorted(found, key=lambda column: TIERS.index(column.tier))
    heads = [f"{'limits only' if column.tier == 'none' else column.tier}, {column.user}" for column in order]
    words = {"stopped": "stopped", "through": "**through**", "not tried": "not tried"}
    rows = [[name, *(words[column.outcomes[name]] for column in order)] for name in (*SUITE, *FURTHER)]
    lines = [["attack", *heads], ["---"] * (len(heads) + 1), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Return what of this machine decides the outcomes."""
    found = bubblewrap.find()
    asked = subprocess.run([str(found), "--version"], capture_output=True, text=True, check=False) if found else None
    version = asked.stdout.split()[-1] if asked and asked.stdout.split() else "none"
    release = ".".join(os.uname().release.split(".")[:2])
    return f"Linux {release}, Landlock ABI {landlock.abi()}, bubblewrap {version}, {os.uname().machine}"


def section() -> str:
    """Return the part of the page that is written, from one mark to the other."""
    text = PAGE.read_text(encoding="utf-8")
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def main(arguments: list[str]) -> int:
    """Attack, print, and write if asked to; return the exit code."""
    found = asyncio.run(columns())
    surprised = any(column.surprises for column in found)
    if "--json" in arguments:
        print(json.dumps([column.model_dump() for column in found]))
        return int(surprised)
    found += as_ordinary()
    surprised = any(column.surprises for column in found)
    page = f"{BEGIN}\n\nMeasured on: {machine()}\n\n{table(found)}\n\n{END}"
    print(f"{machine()}\n\n{table(found)}\n")
    for column in found:
        print(f"{column.tier}, {column.user}: named as not held: {', '.join(column.named) or 'nothing'}")
        for name in column.surprises:
            print(f"{column.tier}, {column.user}: {name} GOT THROUGH and is not named")
    if "--write" in arguments:
        PAGE.write_text(PAGE.read_text(encoding="utf-8").replace(section(), page), encoding="utf-8")
    return int(surprised)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
