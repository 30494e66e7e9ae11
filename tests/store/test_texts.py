"""Long texts are stored once, and nothing that looks like a reference to one is taken for it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import JsonValue

from agentsh.core.errors import SessionDamaged
from agentsh.ports import Journal
from tests.store.conftest import Opener
from tests.store.facts import said, step_finished, step_started


def history(number: int, length: int = 40) -> list[JsonValue]:
    return [{"role": "user", "content": f"{n}: " + f"word{n} " * length} for n in range(number)]


async def stored_bytes(path: Path, opened: Opener, *requests: JsonValue) -> int:
    """Return how much a session grows by these requests."""
    journal = await opened(path)
    await journal.append([said("boss:1")])
    await journal.aclose()
    before = path.stat().st_size
    journal = await opened(path, create=False)
    for ordinal, request in enumerate(requests):
        await journal.append([step_started("qa:1", ordinal, request)])
    assert [r.event.request for r in await journal.steps(step_started("qa:1", 0).reaction)] == list(requests)  # type: ignore[union-attr]
    await journal.aclose()
    return path.stat().st_size - before


async def test_a_text_said_a_hundred_times_is_stored_once(path: Path, opened: Opener) -> None:
    text = "".join(chr(33 + (n * n) % 90) for n in range(5_000))
    requests: list[JsonValue] = [{"prompt": text}] * 100
    assert await stored_bytes(path, opened, *requests) < 60_000


async def test_a_step_costs_the_same_however_long_its_history(path: Path, opened: Opener) -> None:
    growing: list[JsonValue] = [history(2_000 + turn) for turn in range(20)]
    once = await stored_bytes(path.with_name("once.db"), opened, growing[0])
    all_of_them = await stored_bytes(path.with_name("all.db"), opened, *growing)
    assert all_of_them - once < 100_000


async def test_texts_that_were_exchanged_are_damage(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.append([said("boss:1", "x" * 300), said("boss:2", "y" * 300)])
    await journal.aclose()
    with closing(sqlite3.connect(path)) as connection, connection:
        rows = connection.execute("SELECT digest, seal, deflated, body, 3 - id FROM texts").fetchall()
        connection.execute("UPDATE texts SET digest = id")
        connection.executemany("UPDATE texts SET digest = ?, seal = ?, deflated = ?, body = ? WHERE id = ?", rows)
    again = await opened(path, create=False)
    with pytest.raises(SessionDamaged, match="event 1"):
        await again.read()


async def test_short_items_in_a_long_list_are_shared_too(path: Path, opened: Opener) -> None:
    growing: list[JsonValue] = [history(5_000 + turn, length=1) for turn in range(20)]
    once = await stored_bytes(path.with_name("once.db"), opened, growing[0])
    all_of_them = await stored_bytes(path.with_name("all.db"), opened, *growing)
    assert all_of_them - once < 200_000


async def test_a_window_that_slides_over_a_history_shares_what_stays(path: Path, opened: Opener) -> None:
    everything = history(2_200, length=1)
    windows: list[JsonValue] = [everything[start : start + 2_000] for start in range(0, 200, 10)]
    once = await stored_bytes(path.with_name("once.db"), opened, windows[0])
    all_of_them = await stored_bytes(path.with_name("all.db"), opened, *windows)
    assert all_of_them - once < 250_000


@pytest.mark.parametrize(
    "text",
    ["\x01", "\x01=", "\x01s", "\x01i", "\x01==", "\x01s1", "\x01i1", "\x01s" + "9" * 30, "\\u0001s", "\x01" * 300],
)
async def test_text_that_looks_like_a_reference_stays_text(journal: Journal, text: str) -> None:
    # A long text beside it, so that the event is stored with references.
    value: JsonValue = {"a": text, text: [text, [text] * 40], "long": "x" * 1_000}
    await journal.append([step_finished("qa:1", 0, value)])
    (recorded,) = await journal.read()
    assert recorded.event.result == value  # type: ignore[union-attr]


@pytest.mark.parametrize("count", [31, 32, 33, 500])
async def test_long_lists_of_anything_come_back_in_order(journal: Journal, count: int) -> None:
    value: JsonValue = [[n, {"n": [n] * (n % 70)}, "x" * (n % 400), None, []] for n in range(count)]
    await journal.append([step_finished("qa:1", 0, value)])
    (recorded,) = await journal.read()
    assert recorded.event.result == value  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM texts",
        "UPDATE texts SET body = substr(body, 1, length(body) - 1)",
        "UPDATE texts SET deflated = 1 - deflated",
        "UPDATE texts SET id = id + 1",
        "UPDATE texts SET digest = zeroblob(16)",
        "UPDATE texts SET seal = 'text'",
        "UPDATE texts SET body = zeroblob(100)",
    ],
)
async def test_a_text_that_changed_is_damage_of_the_events_that_hold_it(
    path: Path, opened: Opener, damage: str
) -> None:
    journal = await opened(path)
    await journal.append([said("boss:1"), said("boss:2", "x" * 2_000), said("boss:3")])
    await journal.aclose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    again = await opened(path, create=False)
    with pytest.raises(SessionDamaged, match="event 2") as caught:
        await again.read()
    assert caught.value.last_good_seq == 1
    assert [r.seq for r in await again.read(after=2)] == [3]
