"""Turns flags into what wiring takes; a value that does not fit is told by the name of its flag."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from agentsh.cli.play import Manner
from agentsh.cli.printing import terminal_there
from agentsh.core.cards import BudgetCard, ReviewMode
from agentsh.core.errors import UsageError

Model = TypeVar("Model", bound=BaseModel)


def valid(kind: type[Model], **flags: object) -> Model:
    """Return `kind` made of flags. Raises UsageError that names the first flag that does not fit."""
    try:
        return kind.model_validate(flags)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else "options"
        flag = name.upper() if name == "idea" else f"--{name.replace('_', '-')}"
        raise UsageError(
            f"{flag} is {first['input']!r}: {_plain(first['msg'])}", hint="Type: agentsh run --help"
        ) from None


def budget(
    max_tokens: int | None,
    max_seconds: float | None,
    max_rounds: int | None,
    max_steps: int | None,
    max_money: float | None,
) -> BudgetCard:
    """Return the limits that were given. Raises UsageError."""
    return valid(
        BudgetCard,
        max_tokens=max_tokens,
        max_seconds=max_seconds,
        max_rounds=max_rounds,
        max_steps=max_steps,
        max_money=max_money,
    )


def policy(approve: str | None, *, yes: bool) -> str | None:
    """Return what may run without asking; `--yes` is `--approve always`. Raises UsageError when they differ."""
    if yes and approve not in (None, "always"):
        raise UsageError(f"--yes means --approve always, and --approve is {approve!r}", hint="leave one of them out")
    return "always" if yes else approve


def variables(pairs: Sequence[str]) -> dict[str, str]:
    """Return `KEY=VALUE` pairs as a mapping, the last of a key. Raises UsageError."""
    found = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise UsageError(f"--var is {pair!r}", hint="write it as KEY=VALUE, such as --var language=Python")
        found[key.strip()] = value
    return found


def reviews(asked: Sequence[str]) -> dict[str, ReviewMode]:
    """Return `[ROLE=]MODE`s as a mapping, the last of a role; `*` is every role. Raises UsageError."""
    found: dict[str, ReviewMode] = {}
    for one in asked:
        role, _, mode = one.rpartition("=")
        match mode:
            case "never" | "end" | "always":
                found[role.strip() or "*"] = mode
            case _:
                raise UsageError(f"--review is {one!r}", hint="write never, end or always, or for one role ROLE=always")
    return found


def manner(*, jsonl: bool, quiet: bool, verbose: bool) -> Manner:
    """Return how a session is to be shown. Raises UsageError when the flags contradict each other."""
    if quiet and verbose:
        raise UsageError("--quiet and --verbose contradict each other", hint="leave one of them out")
    return Manner(jsonl=jsonl, quiet=quiet, verbose=verbose, terminal=terminal_there())


def _plain(message: str) -> str:
    return message[:1].lower() + message[1:]
