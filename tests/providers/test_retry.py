import pytest

from agentsh.core.chat import FailKind
from agentsh.providers.faults import Fault
from agentsh.providers.retry import NEVER, Retries, RetryPolicy


def delays(kind: FailKind, policy: RetryPolicy) -> list[float]:
    retries, fault, found = Retries(policy), Fault(kind, "x"), []
    while (delay_s := retries.next_delay_s(fault)) is not None:
        found.append(delay_s)
    return found


@pytest.mark.parametrize(
    ("kind", "times"), [("refused", 3), ("busy", 3), ("incomplete", 3), ("server", 1), ("missing", 0), ("garbled", 0)]
)
def test_each_kind_of_fault_has_its_number_of_retries(kind: FailKind, times: int) -> None:
    assert len(delays(kind, RetryPolicy())) == times


def test_delays_double_and_are_jittered_by_half() -> None:
    for seed in range(50):
        for n, delay_s in enumerate(delays("busy", RetryPolicy(base_s=1.0, seed=seed))):
            assert 0.5 * 2**n <= delay_s <= 1.5 * 2**n


def test_a_seed_makes_jitter_repeatable_and_another_one_differs() -> None:
    policy = RetryPolicy(seed=3)
    assert delays("busy", policy) == delays("busy", policy) != delays("busy", RetryPolicy(seed=4))


def test_a_policy_may_forbid_retries() -> None:
    assert delays("busy", NEVER) == []


def test_different_faults_of_one_call_share_its_retries() -> None:
    retries = Retries(RetryPolicy())
    given = [retries.next_delay_s(Fault("busy", "x")) for _ in range(2)]
    assert None not in given
    assert retries.next_delay_s(Fault("server", "x")) is None
    assert retries.next_delay_s(Fault("incomplete", "x")) is not None
    assert retries.next_delay_s(Fault("incomplete", "x")) is None
