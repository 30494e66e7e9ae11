"""How long to wait before a call is made again: longer each time, and never in step with others."""

import random
from dataclasses import dataclass
from functools import cached_property

from agentsh.providers.faults import Fault


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential back-off with jitter (Brooker, "Exponential Backoff and Jitter", 2015)."""

    base_s: float = 0.5
    """Mean delay before the first retry, seconds; doubled each time."""
    seed: int | None = None
    """Makes the jitter repeatable."""
    most: int = 3
    """Most retries of one call, whatever the fault allows."""


PATIENT = RetryPolicy()
NEVER = RetryPolicy(most=0)


@dataclass
class Retries:
    """The retries of one call."""

    policy: RetryPolicy
    made: int = 0

    @cached_property
    def _random(self) -> random.Random:
        return random.Random(self.policy.seed)  # noqa: S311  jitter is no secret

    def next_delay_s(self, fault: Fault) -> float | None:
        """Return how long to wait before trying again, seconds; None: there is no further try."""
        if self.made >= min(fault.retries, self.policy.most):
            return None
        delay_s = self.policy.base_s * float(1 << self.made) * self._random.uniform(0.5, 1.5)
        self.made += 1
        return delay_s
