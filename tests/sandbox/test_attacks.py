"""Each attack of the suite is stopped on each tier, or named in the tier's status as not covered."""

import asyncio

import pytest

from agentsh.core.code import Limits
from agentsh.sandbox.attacks import FURTHER, PROBED, SUITE
from tests.sandbox.arena import Arena, reached
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.conftest import ALL, CONFINING, opened
from tests.support.patience import HANG_S

LIMITED = ("fork bomb", "memory", "cpu loop", "sleep", "stdout flood", "disk fill", "inode fill", "sandbox gone")
ALONE = sorted(set(ATTACKS) - {"listen"})
"""Those that need nobody to help them."""


def test_every_attack_of_the_suite_is_tried() -> None:
    assert set(ATTACKS) | set(LIMITED) == {*SUITE, *FURTHER}
    assert set(PROBED) <= {*SUITE, *FURTHER}


@pytest.mark.parametrize("tier", ALL)
@pytest.mark.parametrize("name", ALONE)
async def test_an_attack_is_stopped_or_named(arena: Arena, tier: str, name: str) -> None:
    sandbox = await opened(arena, tier)
    result = await arena.attack(sandbox, ATTACKS[name])
    assert not arena.traces(result) or name in sandbox.status.leaks
    assert name not in sandbox.status.leaks or name in sandbox.status.line


@pytest.mark.parametrize("name", ALONE)
async def test_an_attack_that_a_status_names_is_real(arena: Arena, name: str) -> None:
    """Without a sandbox the same scripts do harm, so that they would show it if a sandbox did not hold."""
    sandbox = await opened(arena, "none")
    result = await arena.attack(sandbox, ATTACKS[name])
    assert arena.traces(result) or name not in sandbox.status.leaks


@pytest.mark.parametrize("tier", ALL)
async def test_nobody_outside_reaches_a_listener_inside_or_it_is_named(arena: Arena, tier: str) -> None:
    sandbox = await opened(arena, tier)
    run = asyncio.create_task(arena.attack(sandbox, ATTACKS["listen"]))
    await asyncio.sleep(0)
    found = await asyncio.to_thread(reached, arena.port, run.done)
    assert (found or bool(arena.traces(await run))) == ("listen" in sandbox.status.leaks)


@pytest.mark.parametrize("tier", CONFINING)
async def test_the_filter_refuses_to_type_into_a_terminal(arena: Arena, tier: str) -> None:
    result = await arena.attack(await opened(arena, tier), ATTACKS["tiocsti"])
    assert result.stdout.splitlines()[1:4] == ["PermissionError EPERM"] * 3


@pytest.mark.parametrize("tier", ALL)
async def test_a_fork_bomb_is_limited_and_leaves_nothing(arena: Arena, tier: str) -> None:
    bomb = "for _ in range(9):\n    go(os.fork)\ntime.sleep(1)"
    result = await arena.attack(await opened(arena, tier), bomb, Limits(wall_s=60, processes=24, output_bytes=10**6))
    assert result.ended_by == "processes" or "EAGAIN" in result.stdout
    assert not arena.traces(result)


@pytest.mark.parametrize("tier", ALL)
async def test_as_many_processes_as_allowed_may_run(arena: Arena, tier: str) -> None:
    crowd = "for _ in range(20):\n    if os.fork() == 0:\n        time.sleep(0.2)\n        os._exit(0)\nprint('all')"
    result = await arena.attack(await opened(arena, tier), crowd, Limits(wall_s=60, processes=24))
    assert result.ok
    assert "all" in result.stdout


@pytest.mark.parametrize("tier", ALL)
async def test_memory_ends_a_run(arena: Arena, tier: str) -> None:
    result = await arena.attack(await opened(arena, tier), "x = bytearray(10 << 30)")
    assert (result.ended_by, result.ok) == ("memory", False)


@pytest.mark.parametrize("tier", ALL)
async def test_a_loop_ends_at_the_limit_of_processor_time(arena: Arena, tier: str) -> None:
    result = await arena.attack(await opened(arena, tier), "while True: pass", Limits(wall_s=90, cpu_s=1))
    assert result.ended_by == "deadline"
    assert result.seconds < 90, "processor time, not the time on the wall"
    assert not arena.traces(result)


@pytest.mark.parametrize("tier", ALL)
async def test_a_sleep_ends_at_the_deadline(arena: Arena, tier: str) -> None:
    script = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)"
    result = await arena.attack_that_goes_on(await opened(arena, tier), script)
    assert (result.ended_by, result.exit_code) == ("deadline", None)
    assert not arena.traces(result)


@pytest.mark.parametrize("tier", ALL)
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
async def test_a_flood_is_cut_and_ended(arena: Arena, tier: str, stream: str) -> None:
    script = f"while True: sys.{stream}.write('x' * 9999)"
    result = await arena.attack(await opened(arena, tier), script, Limits(wall_s=60, output_bytes=1000))
    assert result.ended_by == "output"
    assert len(getattr(result, stream)) == 1000
    assert getattr(result, f"{stream}_cut")


@pytest.mark.parametrize("tier", ALL)
@pytest.mark.parametrize("place", [".", "tmp"])
async def test_a_full_disk_is_not_to_be_had(arena: Arena, tier: str, place: str) -> None:
    script = f"""
os.chdir({place!r} if {place!r} == '.' else os.environ['TMPDIR'])
for number in range(2000):
    with open(f'large{{number % 64}}', 'wb', buffering=0) as file:
        if not go(lambda: file.write(bytes(1 << 20))):
            break
    time.sleep(0.01)
else:
    print('GOT it all')
"""
    limits = Limits(wall_s=30, file_bytes=1 << 20, disk_bytes=16 << 20)
    result = await arena.attack(await opened(arena, tier), script, limits)
    assert result.ended_by == "disk" or "ENOSPC" in result.stdout
    assert "GOT" not in result.stdout


@pytest.mark.parametrize("tier", ALL)
async def test_no_file_grows_beyond_its_limit(arena: Arena, tier: str) -> None:
    script = "with open('large', 'wb', buffering=0) as file:\n    while go(lambda: file.write(bytes(4096))): pass"
    result = await arena.attack(await opened(arena, tier), script, Limits(wall_s=60, file_bytes=10_000))
    assert "EFBIG" in result.stdout
    assert (arena.workspace / "large").stat().st_size == 10_000


@pytest.mark.parametrize("tier", ALL)
@pytest.mark.parametrize("place", [".", "tmp"])
async def test_files_without_number_are_not_to_be_had(arena: Arena, tier: str, place: str) -> None:
    script = f"""
os.chdir({place!r} if {place!r} == '.' else os.environ['TMPDIR'])
for number in range(1000):
    for inner in range(200):
        open(f'{{number % 30}}-{{inner}}', 'w').close()
    time.sleep(0.02)
print('GOT them all')
"""
    result = await arena.attack(await opened(arena, tier), script, Limits(wall_s=30, files=500))
    assert result.ended_by == "disk"


@pytest.mark.parametrize("tier", ALL)
async def test_a_cancelled_run_leaves_nothing(arena: Arena, tier: str) -> None:
    sandbox = await opened(arena, tier)
    script = ATTACKS["daemon"] + "\ntime.sleep(600)"
    run = asyncio.create_task(arena.attack(sandbox, script))
    async with asyncio.timeout(HANG_S):
        while len(arena.processes()) < 2 + (tier == "bubblewrap"):
            await asyncio.sleep(0.01)
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert not arena.processes()
