"""The options that may stand anywhere: where a command works. Light, for the first picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_ANYWHERE = ("--home", "--config")


@dataclass(frozen=True, slots=True)
class GlobalOptions:
    """What was said before the command."""

    home: Path | None = None
    config: Path | None = None


def alone(arguments: Sequence[str]) -> GlobalOptions | None:
    """Return the global options when there is nothing else; None when there is, or when one has no value."""
    words = first_of_all(arguments)
    said = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) != 2 * len(said) or not all(name in _ANYWHERE and value for name, value in said.items()):
        return None
    return GlobalOptions(**{name.removeprefix("--"): Path(value) for name, value in said.items()})


def first_of_all(arguments: Sequence[str]) -> list[str]:
    """Return `arguments` with the global options before the command, wherever they stood before a `--`."""
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    others: list[str] = []
    words = iter(arguments[:end])
    for word in words:
        if word in _ANYWHERE:
            first += [word, *([value] if (value := next(words, None)) is not None else [])]
        elif word.partition("=")[0] in _ANYWHERE:
            first += word.split("=", 1)
        else:
            others.append(word)
    return [*first, *others, *arguments[end:]]
