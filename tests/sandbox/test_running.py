"""What a command is given, and how its result is told: the same on every tier."""

import asyncio
import json
import os
import socket
from pathlib import Path

import pytest

from agentsh.core.code import Command, Limits, RunResult
from agentsh.core.errors import UnsafePath
from agentsh.ports import Sandbox
from tests.sandbox.arena import Arena
from tests.sandbox.conftest import ALL, CONFINING, opened
from tests.support.patience import HANG_S

pytestmark = pytest.mark.parametrize("tier", ALL)


@pytest.fixture
async def sandbox(arena: Arena, tier: str) -> Sandbox:
    """The sandbox of the tier in turn."""
    return await opened(arena, tier)


async def python(sandbox: Sandbox, source: str, **more: object) -> RunResult:
    """Run a piece of Python."""
    return await sandbox.run(Command(argv=("python", "-c", source), **more))  # type: ignore[arg-type]


async def test_a_program_prints_and_ends(sandbox: Sandbox) -> None:
    result = await python(sandbox, "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")
    assert (result.stdout, result.stderr, result.exit_code) == ("out\n", "err\n", 3)
    assert (result.ended_by, result.signal, result.ok) == ("itself", None, False)
    assert result.seconds > 0


async def test_stdin_is_given_and_then_closed(sandbox: Sandbox) -> None:
    text = "zwölf Boxkämpfer\n" * 20_000
    result = await python(sandbox, "import sys; print(len(sys.stdin.read()))", stdin=text)
    assert result.stdout == f"{len(text)}\n"


async def test_a_program_that_reads_no_stdin_ends_all_the_same(sandbox: Sandbox) -> None:
    assert (await python(sandbox, "print('done')", stdin="x" * 1_000_000)).stdout == "done\n"


async def test_text_is_utf8_whatever_comes(sandbox: Sandbox) -> None:
    result = await python(sandbox, "import sys; print('ü€😀'); sys.stdout.buffer.write(b'\\xff!')")
    assert result.stdout == "ü€😀\n\ufffd!"


async def test_output_is_cut_at_the_cap_between_characters(sandbox: Sandbox) -> None:
    result = await python(sandbox, "print('ü' * 1000)", limits=Limits(output_bytes=101))
    assert (result.stdout, result.stdout_cut, result.stderr_cut) == ("ü" * 50, True, False)
    assert result.ok


async def test_what_was_printed_before_the_deadline_is_told(sandbox: Sandbox, arena: Arena) -> None:
    source = "import time; print('serving on port 8000'); open('printed', 'w').close(); time.sleep(600)"
    for wall_s in (0.5, 5.0, HANG_S):  # a busy machine takes longer to start it
        result = await python(sandbox, source, limits=Limits(wall_s=wall_s))
        if (arena.workspace / "printed").exists():
            break
    assert (result.ended_by, result.stdout) == ("deadline", "serving on port 8000\n")


async def test_nothing_of_the_environment_is_inherited(sandbox: Sandbox, arena: Arena) -> None:
    source = "import json, os; print(json.dumps(dict(os.environ)))"
    given = json.loads((await python(sandbox, source, env={"MODE": "test"})).stdout)
    assert given["MODE"] == "test"
    assert (given["LANG"], given["PYTHONUTF8"]) == ("C.UTF-8", "1")
    assert not {"AGENTSH_TEST_KEY", "USER", "SSH_AUTH_SOCK", "VIRTUAL_ENV"} & set(given)


async def test_a_preloaded_library_reaches_the_program_only(sandbox: Sandbox, arena: Arena) -> None:
    result = await python(sandbox, "print('ran')", env={"LD_PRELOAD": str(arena.workspace / "evil.so")})
    assert result.stdout == "ran\n"
    assert "bwrap" not in result.stderr


async def test_files_written_stay_in_the_workspace(sandbox: Sandbox, arena: Arena) -> None:
    (arena.workspace / "sub").mkdir()
    assert (await python(sandbox, "open('made.txt', 'w').write('ü')", cwd="sub")).ok
    assert (arena.workspace / "sub" / "made.txt").read_text(encoding="utf-8") == "ü"
    assert (arena.workspace / "sub" / "made.txt").stat().st_uid == os.geteuid()


async def test_temporary_files_are_gone_with_the_run(sandbox: Sandbox) -> None:
    source = "import tempfile, os; path = tempfile.mkdtemp(); open(path + '/x', 'w').close(); print(path)"
    result = await python(sandbox, source)
    assert result.ok
    assert not Path(result.stdout.strip()).exists()


@pytest.mark.parametrize("cwd", ["..", "/etc", "nowhere", "planted", "a\0b"])
async def test_a_folder_that_is_not_in_the_workspace_is_refused(sandbox: Sandbox, cwd: str) -> None:
    with pytest.raises((UnsafePath, ValueError)):
        await python(sandbox, "print(1)", cwd=cwd)


@pytest.mark.parametrize(
    "more",
    [
        {"env": {"X": "a\0--bind\0/\0/"}},
        {"env": {"A\0--share-net\0--setenv\0B": "c"}},
        {"env": {"A=B": "c"}},
        {"env": {"": "c"}},
        {"argv": ("python", "-c", "print(1)\0")},
        {"argv": ("echo", "\ud800")},
    ],
)
async def test_no_text_becomes_an_option_of_the_sandbox(sandbox: Sandbox, more: dict[str, object]) -> None:
    with pytest.raises(UnsafePath):
        await sandbox.run(Command(**{"argv": ("true",), **more}))  # type: ignore[arg-type]


async def test_arguments_that_look_like_options_are_the_programs_own(sandbox: Sandbox) -> None:
    result = await sandbox.run(Command(argv=("echo", "--bind", "/", "/", "--", "x")))
    assert result.stdout == "--bind / / -- x\n"


async def test_a_run_cancelled_at_any_moment_of_its_start_leaves_nothing(sandbox: Sandbox, arena: Arena) -> None:
    for turns in range(0, 60, 3):
        run = asyncio.create_task(arena.attack(sandbox, "time.sleep(600)"))
        for _ in range(turns):
            await asyncio.sleep(0.0005)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        assert not arena.processes()


async def test_a_program_that_is_not_there_is_told_as_a_shell_does(sandbox: Sandbox) -> None:
    result = await sandbox.run(Command(argv=("no-such-program",)))
    assert (result.exit_code, result.ended_by) == (127, "itself")
    assert result.stderr == "no-such-program: not found\n"


async def test_a_script_of_the_workspace_can_be_run(sandbox: Sandbox, arena: Arena) -> None:
    script = arena.workspace / "run.sh"
    script.write_text("#!/bin/sh\necho $1\n")
    script.chmod(0o755)
    assert (await sandbox.run(Command(argv=("./run.sh", "hello")))).stdout == "hello\n"


async def test_a_signal_is_told(sandbox: Sandbox) -> None:
    result = await sandbox.run(Command(argv=("sh", "-c", "kill -TERM $$")))
    assert (result.ended_by, result.signal, result.exit_code) == ("signal", 15, None)


async def test_a_broken_pipe_ends_a_program_as_it_does_elsewhere(sandbox: Sandbox) -> None:
    assert (await sandbox.run(Command(argv=("sh", "-c", "yes | head -1")))).stdout == "y\n"


async def test_no_bytecode_is_left_in_the_workspace(sandbox: Sandbox, arena: Arena) -> None:
    (arena.workspace / "helper.py").write_text("x = 1\n")
    assert (await python(sandbox, "import helper")).ok
    assert not (arena.workspace / "__pycache__").exists()


async def test_programs_find_python_too(sandbox: Sandbox) -> None:
    source = "import subprocess; print(subprocess.run(['python3', '-c', 'print(6*7)'], capture_output=True).stdout)"
    assert "42" in (await python(sandbox, source)).stdout


async def test_unittest_runs(sandbox: Sandbox, arena: Arena) -> None:
    test = "import unittest\nclass T(unittest.TestCase):\n    def test_it(self): self.assertEqual(1, 1)\n"
    (arena.workspace / "test_it.py").write_text(test)
    result = await sandbox.run(Command(argv=("python3", "-m", "unittest", "-v")))
    assert result.ok
    assert "OK" in result.stderr


async def test_asyncio_threads_and_processes_work(sandbox: Sandbox) -> None:
    source = """
import asyncio, concurrent.futures, subprocess, threading
asyncio.run(asyncio.sleep(0))
with concurrent.futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(int, '1234')))
print(subprocess.run(['echo', 'child'], capture_output=True, text=True).stdout)
"""
    result = await python(sandbox, source)
    assert (result.stdout.split(), result.stderr) == (["10", "child"], "")


async def test_runs_side_by_side_do_not_disturb_each_other(sandbox: Sandbox) -> None:
    results = await asyncio.gather(*(python(sandbox, f"print({number})") for number in range(8)))
    assert [result.stdout for result in results] == [f"{number}\n" for number in range(8)]


async def test_agentsh_itself_is_not_there(sandbox: Sandbox, tier: str) -> None:
    result = await python(sandbox, "import agentsh")
    assert "ModuleNotFoundError" in result.stderr


async def test_the_network_is_there_when_it_is_granted(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        source = f"import socket; socket.create_connection(('127.0.0.1', {server.getsockname()[1]}), 5); print('there')"
        assert (await python(sandbox, source, network=True)).stdout == "there\n"


async def test_no_descriptor_is_left_open(sandbox: Sandbox, tier: str) -> None:
    await python(sandbox, "print(1)")
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(5):
        await python(sandbox, "print(1)")
    assert len(os.listdir("/proc/self/fd")) <= before + 1, "a launcher that waits for the next run has one"


async def test_a_program_may_call_itself_over_loopback(sandbox: Sandbox, tier: str) -> None:
    """Where there is a network namespace; Landlock's tier says "net off" and means all of it."""
    source = """
import socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
print('called')
"""
    result = await python(sandbox, source)
    assert ("called" in result.stdout) == (tier != "landlock")
    assert tier in (*CONFINING, "none")


async def test_a_run_that_may_only_read_changes_nothing_in_the_workspace(
    sandbox: Sandbox, arena: Arena, tier: str
) -> None:
    (arena.workspace / "kept.txt").write_text("as it was")
    source = """
import os, tempfile
print(open('kept.txt').read(), len(tempfile.mkdtemp()) > 0)
for attempt in (lambda: open('kept.txt', 'w'), lambda: os.mkdir('made'), lambda: os.remove('kept.txt')):
    try:
        attempt()
        print('it worked')
    except OSError:
        pass
"""
    result = await python(sandbox, source, read_only=True)
    assert result.stdout.startswith("as it was True\n")
    assert ("it worked" in result.stdout) == (tier == "none")
