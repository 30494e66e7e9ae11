"""Never more calls than allowed, few model swaps, and nobody waits for ever."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName
from agentsh.engine.model_queue import PATIENCE, Host, ModelQueue


@dataclass
class NamedProvider:
    """Only its name matters here: the queue never calls it."""

    host: str = "one"
    name: str = "ollama"


def queue(parallel: int = 1, models: Sequence[str] = ()) -> ModelQueue:
    return ModelQueue([Host(NamedProvider(), parallel, frozenset(models))])  # type: ignore[arg-type]


async def served(under: ModelQueue, calls: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Make all calls at once and return them in the order in which they were let in."""
    order: list[tuple[str, str]] = []
    most = 0

    async def call(model: str, role: str) -> None:
        nonlocal most
        async with under.turn(model, RoleName(role), lambda _: None):
            most = max(most, sum(host.busy for host in under.hosts))
            order.append((model, role))
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        for model, role in calls:
            tasks.create_task(call(model, role))
    assert most <= sum(host.parallel for host in under.hosts)
    return order


@given(st.integers(1, 4), st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz")), max_size=40))
def test_every_call_is_served_once_and_never_more_at_once_than_allowed(
    parallel: int, calls: list[tuple[str, str]]
) -> None:
    order = asyncio.run(served(queue(parallel), calls))
    assert sorted(order) == sorted(calls)


async def test_calls_for_the_loaded_model_go_first() -> None:
    order = await served(queue(), [("a", "x"), ("b", "y"), ("a", "z"), ("b", "x"), ("a", "y")])
    swaps = sum(1 for before, after in pairwise(order) if before[0] != after[0])
    assert swaps == 1


async def test_a_call_for_another_model_is_not_overtaken_for_ever() -> None:
    calls = [("a", "x"), ("b", "y"), *[("a", f"z{n}") for n in range(3 * PATIENCE)]]
    order = await served(queue(), calls)
    assert order.index(("b", "y")) <= PATIENCE + 1


async def test_several_hosts_serve_the_models_that_they_are_for() -> None:
    both = ModelQueue(
        [
            Host(NamedProvider("one"), 1, frozenset({"a"})),  # type: ignore[arg-type]
            Host(NamedProvider("two"), 1, frozenset({"b"})),  # type: ignore[arg-type]
        ]
    )
    async with (
        both.turn("a", RoleName("x"), lambda _: None) as one,
        both.turn("b", RoleName("y"), lambda _: None) as two,
    ):
        assert (one.host, two.host) == ("one", "two")


async def test_a_model_without_a_host_is_told() -> None:
    with pytest.raises(UsageError, match="'c'"):
        async with queue(models=["a"]).turn("c", RoleName("x"), lambda _: None):
            pass


async def test_a_cancelled_call_gives_its_place_back() -> None:
    under = queue()
    waits: list[int] = []

    async def call() -> None:
        async with under.turn("a", RoleName("y"), waits.append):
            pass

    async with under.turn("a", RoleName("x"), lambda _: None):
        waiting = asyncio.create_task(call())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert waits == [0]
    async with under.turn("a", RoleName("x"), lambda _: None):
        assert under.hosts[0].busy == 1


class Counting(frozenset[str]):
    """Counts how often it was looked into."""

    looks = 0

    def __contains__(self, model: object) -> bool:
        self.looks += 1
        return super().__contains__(model)


async def test_letting_one_in_does_not_look_at_all_who_wait() -> None:
    models = Counting(("a", "b"))
    under = ModelQueue([Host(NamedProvider(), 4, models)])  # type: ignore[arg-type]
    calls = [("a" if number % 3 else "b", f"role{number}") for number in range(600)]
    assert len(await served(under, calls)) == 600
    assert models.looks < 600 * 20
