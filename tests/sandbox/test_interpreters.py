"""An interpreter keeps what cells define, stops each at its deadline, and leaves nothing when it is over."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.core.code import Cell, CellResult, Limits
from agentsh.core.errors import UnsafePath
from agentsh.ports import Interpreter
from agentsh.sandbox import interpreters
from agentsh.sandbox.probe import Ears
from tests.sandbox.arena import Arena
from tests.sandbox.conftest import ALL, CONFINING, opened
from tests.support.patience import HANG_S

LIFE = Limits(cpu_s=600)


@pytest.fixture(params=ALL)
async def interpreter(request: pytest.FixtureRequest, arena: Arena) -> AsyncIterator[Interpreter]:
    found = (await opened(arena, request.param)).interpreter(LIFE)  # type: ignore[attr-defined]
    yield found
    await found.aclose()


async def run(interpreter: Interpreter, code: str, wall_s: float = HANG_S, output_bytes: int = 64_000) -> CellResult:
    return await interpreter.run(Cell(code=code, wall_s=wall_s, output_bytes=output_bytes))


async def begun(mark: Path) -> None:
    """Wait until a cell has made this file."""
    async with asyncio.timeout(HANG_S):
        while not mark.exists():
            await asyncio.sleep(0.01)


async def test_what_a_cell_defines_is_there_for_the_next(interpreter: Interpreter) -> None:
    first = await run(interpreter, "import math\nx = [1, 2]\ndef f(y):\n    return y + math.tau * 0")
    assert first.ok
    assert (first.value, first.forgot) == ("", False)
    second = await run(interpreter, "print(len(x))\nx.append(3)\nf(x[-1])")
    assert (second.stdout, second.value, second.ok) == ("2\n", "3.0", True)
    assert (await run(interpreter, "x;")).value == ""
    assert (await run(interpreter, "")).ok


async def test_an_error_is_told_with_the_cells_own_lines_and_harms_nothing(interpreter: Interpreter) -> None:
    await run(interpreter, "def divide(a):\n    return a / 0")
    failed = await run(interpreter, "y = 1\ndivide(y)")
    assert failed.error.splitlines()[0] == "Traceback (most recent call last):"
    assert 'File "<cell 2>", line 2, in <module>\n    divide(y)' in failed.error
    assert 'File "<cell 1>", line 2, in divide\n    return a / 0' in failed.error
    assert "cell_runner" not in failed.error
    assert "<string>" not in failed.error
    assert (failed.ok, failed.lost) == (False, False)
    assert (await run(interpreter, "y")).value == "1"
    assert "SyntaxError" in (await run(interpreter, "1 +")).error
    assert "EOFError" in (await run(interpreter, "input()")).error
    assert "SystemExit: 3" in (await run(interpreter, "raise SystemExit(3)")).error
    assert (await run(interpreter, "y")).value == "1"


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "import time; time.sleep(100)",
        "import subprocess; subprocess.run(['sleep', '100'])",
        "import os; os.system('sleep 100')",
    ],
)
async def test_a_cell_stops_at_its_deadline_and_the_rest_stays(interpreter: Interpreter, endless: str) -> None:
    await run(interpreter, "x = 7")
    stopped = await run(interpreter, endless, wall_s=0.2)
    assert (stopped.ended_by, stopped.lost, stopped.ok) == ("deadline", False, False)
    assert stopped.seconds < 50, "it does not sleep to its end"
    assert (await run(interpreter, "x")).value == "7"


async def test_a_cell_whose_time_is_over_before_it_begins_is_stopped_all_the_same(interpreter: Interpreter) -> None:
    stopped = await run(interpreter, "x = 7\nwhile True: pass", wall_s=0.0001)
    assert (stopped.ended_by, stopped.lost, stopped.ok) == ("deadline", False, False)
    again = await run(interpreter, "1")
    assert (again.value, again.forgot) == ("1", False)


async def test_a_cell_that_does_not_stop_takes_the_interpreter_with_it_and_that_is_told(
    interpreter: Interpreter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "_STOPS_WITHIN_S", 1.0)
    stubborn = "import time\nwhile True:\n    try:\n        time.sleep(9)\n    except KeyboardInterrupt: pass"
    await run(interpreter, "x = 7")
    ended = await run(interpreter, stubborn, wall_s=0.2)
    assert (ended.ended_by, ended.lost) == ("deadline", True)
    assert "did not stop" in ended.error
    after = await run(interpreter, "x")
    assert after.forgot
    assert "NameError" in after.error
    assert not (await run(interpreter, "1")).forgot


async def test_an_interrupt_stops_the_cell_under_way(interpreter: Interpreter, arena: Arena) -> None:
    interpreter.interrupt()
    await run(interpreter, "x = 7")
    cell = "print('on it')\nopen('begun', 'w').close()\nimport time; time.sleep(100)"
    running = asyncio.create_task(run(interpreter, cell))
    await begun(arena.workspace / "begun")
    interpreter.interrupt()
    stopped = await running
    assert (stopped.ended_by, stopped.lost, stopped.stdout) == ("interrupt", False, "on it\n")
    assert "KeyboardInterrupt" in stopped.error
    assert (await run(interpreter, "x")).value == "7"


async def test_output_is_capped_for_each_cell_and_a_flood_is_stopped(interpreter: Interpreter) -> None:
    capped = await run(interpreter, "print('a' * 100)", output_bytes=10)
    assert (capped.stdout, capped.stdout_cut) == ("a" * 10, True)
    flooded = await run(interpreter, "while True: print('b' * 1000)", output_bytes=10)
    assert (flooded.stdout, flooded.ended_by) == ("b" * 10, "output")
    after = await run(interpreter, "import sys; print('e', file=sys.stderr); print('o')")
    assert (after.stdout, after.stderr, after.stdout_cut) == ("o\n", "e\n", False)


async def test_output_of_child_processes_belongs_to_their_cell(interpreter: Interpreter) -> None:
    result = await run(interpreter, "import subprocess\nsubprocess.run(['echo', 'child']).returncode")
    assert (result.stdout, result.value) == ("child\n", "0")


@pytest.mark.parametrize(("code", "told"), [("os._exit(3)", "with 3"), ("os.kill(os.getpid(), 9)", "ended")])
async def test_an_interpreter_that_ends_itself_is_begun_again(interpreter: Interpreter, code: str, told: str) -> None:
    ended = await run(interpreter, f"import os; {code}")
    assert (ended.lost, ended.ok) == (True, False)
    assert told in ended.error
    again = await run(interpreter, "2 + 2")
    assert (again.value, again.forgot) == ("4", True)


async def test_it_is_told_whether_files_were_changed(interpreter: Interpreter, arena: Arena) -> None:
    await run(interpreter, "1")
    (arena.workspace / "old").write_text("x")
    assert not (await run(interpreter, "open('old').read()")).wrote, "what was written just before is not the cell's"
    assert (await run(interpreter, "open('new', 'w').write('x')")).wrote
    assert (await run(interpreter, "import os; os.remove('new')")).wrote


async def test_modules_of_the_workspace_can_be_imported_but_not_by_what_runs_the_cells(
    interpreter: Interpreter, arena: Arena
) -> None:
    (arena.workspace / "json.py").write_text("raise SystemExit('shadowed')")
    (arena.workspace / "helper.py").write_text("VALUE = 5")
    assert (await run(interpreter, "import helper; helper.VALUE")).value == "5"


async def test_a_class_of_a_cell_can_be_pickled(interpreter: Interpreter) -> None:
    code = "import pickle\nclass A:\n    pass\ntype(pickle.loads(pickle.dumps(A()))).__module__"
    assert (await run(interpreter, code)).value == "'__main__'"


FORGERIES = [
    'for fd in range(3, 20):\n    try: os.write(fd, b\'{"id": 1, "value": "forged"}\\n\')\n    except OSError: pass',
    "for fd in range(3, 20):\n    try: os.write(fd, b'[' * 100_000 + b'\\n')\n    except OSError: pass",
    "for fd in range(3, 20):\n    try: os.write(fd, b'\\xff\\n{}\\n17\\n{\"id\": {}}\\n')\n    except OSError: pass",
]


@pytest.mark.parametrize("code", FORGERIES)
async def test_code_that_answers_for_itself_deceives_only_about_itself(interpreter: Interpreter, code: str) -> None:
    await run(interpreter, f"import os\n{code}")
    assert (await run(interpreter, "2 + 2")).value in ("4", "forged")
    assert (await run(interpreter, "3 + 3")).value == "6"


async def test_an_answer_without_end_is_not_taken_in(interpreter: Interpreter) -> None:
    write = "try: os.write(fd, b'x' * 65536)\n        except OSError: pass"
    flood = f"import os\nwhile True:\n    for fd in range(3, 12):\n        {write}"
    ended = await run(interpreter, flood)
    assert ended.lost
    assert (await run(interpreter, "1 + 1")).value == "2"


@pytest.mark.parametrize("tier", CONFINING)
async def test_it_is_held_like_any_other_run(arena: Arena, tier: str) -> None:
    found = (await opened(arena, tier)).interpreter(LIFE)  # type: ignore[attr-defined]
    ears: Ears = arena.ears
    port = ears.addresses()["tcp"]
    try:
        secret = await run(found, f"open({str(arena.outside / 'secret')!r}).read()")
        assert "FileNotFoundError" in secret.error or "PermissionError" in secret.error
        assert "Error" in (await run(found, f"import socket; socket.create_connection(('127.0.0.1', {port}), 1)")).error
        hidden = await run(found, "import os; dict(os.environ)")
        assert arena.secret not in hidden.value
        assert "MemoryError" in (await run(found, "x = bytearray(10 << 30)")).error
        assert not ears.heard()
    finally:
        await found.aclose()


@pytest.mark.parametrize("tier", ALL)
async def test_nothing_is_left_when_it_is_closed(arena: Arena, tier: str) -> None:
    found = (await opened(arena, tier)).interpreter(LIFE)  # type: ignore[attr-defined]
    child = f"import os, time; os.setsid(); print('up', flush=True); time.sleep(600) # {arena.token}"
    code = f"import subprocess\nq = subprocess.Popen(['python3', '-c', {child!r}], stdout=-1)\nq.stdout.readline()"
    assert (await run(found, code)).value == r"b'up\n'"
    assert arena.processes()
    await found.aclose()
    await found.aclose()
    assert not arena.processes()


@pytest.mark.parametrize("tier", ALL)
async def test_cancelling_a_cell_ends_the_interpreter(arena: Arena, tier: str) -> None:
    found = (await opened(arena, tier)).interpreter(LIFE)  # type: ignore[attr-defined]
    await run(found, "x = 1")
    running = asyncio.create_task(run(found, "open('begun', 'w').close()\nimport time; time.sleep(600)"))
    await begun(arena.workspace / "begun")
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert "NameError" in (await run(found, "x")).error
    await found.aclose()


async def test_a_whole_life_has_limits_too(arena: Arena) -> None:
    found = (await opened(arena, "none")).interpreter(Limits(cpu_s=600, disk_bytes=1 << 20))  # type: ignore[attr-defined]
    filled = await run(found, "import time\nopen('big', 'wb').write(bytes(8 << 20)); time.sleep(600)")
    assert (filled.ended_by, filled.lost) == ("disk", True)
    await found.aclose()


async def test_a_workspace_that_is_gone_is_told(arena: Arena) -> None:
    found = (await opened(arena, "none")).interpreter(LIFE)  # type: ignore[attr-defined]
    arena.workspace.rename(arena.folder / "moved")
    with pytest.raises(UnsafePath):
        await run(found, "1")
    (arena.folder / "moved").rename(arena.workspace)
    assert (await run(found, "1")).value == "1"
    await found.aclose()
