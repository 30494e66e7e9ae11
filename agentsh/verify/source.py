"""What a Python file says, as the sandboxed reader tells it: its imports, the names it offers, its tests."""

from functools import cache
from importlib import resources

from agentsh.core.model import Frozen


class Problem(Frozen):
    """Why a file cannot be compiled."""

    path: str
    line: int | None
    message: str


class Import(Frozen):
    """One name that a file imports."""

    line: int
    module: str
    """Dotted; "" in `from . import name`."""
    name: str | None
    """None: the module itself, or all of it."""
    level: int
    """Number of leading dots."""


class Undefined(Frozen):
    """A name that nothing defines."""

    line: int
    name: str
    attributes: tuple[str, ...] = ()
    """What of it is used, when it is used as `name.x` only: so are modules."""


class Case(Frozen):
    """One test function."""

    name: str
    line: int
    asserts: bool
    """Whether it holds anything that can fail on purpose."""


class Source(Frozen):
    """One file that compiles."""

    path: str
    imports: tuple[Import, ...]
    """Without those that may fail: under `try` with an ImportError, or chosen by platform."""
    names: frozenset[str] | None
    """What can be imported from it; None when the text alone does not tell."""
    cases: tuple[Case, ...]
    undefined: tuple[Undefined, ...]
    imports_at: int = 1
    """Line before which another import can stand."""


class Sources(Frozen):
    """What `read_sources` answers: either what is wrong, or what the files say."""

    problems: tuple[Problem, ...]
    sources: tuple[Source, ...]


@cache
def checker_texts() -> dict[str, str]:
    """Return the modules of pyflakes that the reader needs, by name, in the order in which they import each other.

    pyflakes itself parses nothing in agentsh's process: hostile source has crashed Python's parser before.
    """
    folder = resources.files("pyflakes")
    texts = {name: folder.joinpath(f"{name}.py").read_text("utf-8") for name in ("messages", "checker")}
    return {"pyflakes": "", **{f"pyflakes.{name}": text for name, text in texts.items()}}
