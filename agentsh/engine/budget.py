"""How much a session may use, and how much it has used."""

import time

from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.errors import BudgetSpent
from agentsh.core.settings import ModelSettings
from agentsh.engine.breakpoints import Passage
from agentsh.engine.log import EventLog
from agentsh.engine.state import State


def money(usage: Usage, prices: ModelSettings) -> float:
    """Return what these tokens cost, in the currency of the settings."""
    return (
        usage.prompt_tokens * prices.price_per_million_prompt
        + usage.completion_tokens * prices.price_per_million_completion
    ) / 1_000_000


def spent_budget(state: State, round: int, elapsed_s: float, prices: ModelSettings) -> BudgetSpent | None:
    """Return the first budget that is used up, or None while there is some left of each.

    Args:
        state: the session.
        round: of the reaction that wants to go on.
        elapsed_s: wall time of this session, those of earlier processes included.
        prices: what tokens cost.
    """
    budget = state.budget
    used: tuple[tuple[str, float | None, float], ...] = (
        ("max_tokens", budget.max_tokens, state.usage.prompt_tokens + state.usage.completion_tokens),
        ("max_steps", budget.max_steps, state.steps),
        ("max_rounds", budget.max_rounds, round - 1),
        ("max_seconds", budget.max_seconds, elapsed_s),
        ("max_money", budget.max_money, money(state.usage, prices)),
    )
    for name, limit, spent in used:
        if limit is not None and spent >= limit:
            return BudgetSpent(name, limit, spent)
    return None


def merged(old: BudgetCard, new: BudgetCard) -> BudgetCard:
    """Return `old` with every limit replaced that `new` names."""
    return old.model_copy(update=new.model_dump(exclude_none=True))


def lowered(old: BudgetCard, most: BudgetCard) -> BudgetCard:
    """Return `old` with no limit above that of `most`."""
    limits = most.model_dump(exclude_none=True)
    own = old.model_dump(exclude_none=True)
    return old.model_copy(update={name: min(limit, own.get(name, limit)) for name, limit in limits.items()})


class Meter:
    """Measures a session against its budget, wall time included."""

    def __init__(self, log: EventLog, prices: ModelSettings) -> None:
        self._log = log
        self._prices = prices
        self._began_s = time.monotonic()
        self._before_s = log.state.seconds

    @property
    def elapsed_s(self) -> float:
        """Wall time of this process, and the time that steps took in earlier ones."""
        return self._before_s + time.monotonic() - self._began_s

    def forgive(self, idle_s: float) -> None:
        """Do not count time in which the team had nothing to do."""
        self._began_s += idle_s

    def cost(self, usage: Usage) -> float:
        """Return what these tokens cost, in the currency of the settings."""
        return money(usage, self._prices)

    @property
    def left_s(self) -> float | None:
        """Wall time that is left; None: no limit."""
        limit = self._log.state.budget.max_seconds
        return None if limit is None else max(limit - self.elapsed_s, 0.0)

    def spent(self, at: Passage) -> BudgetSpent | None:
        """Return the budget that is used up before this step, if one is."""
        return spent_budget(self._log.state, at.round, self.elapsed_s, self._prices)
