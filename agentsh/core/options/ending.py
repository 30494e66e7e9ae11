"""When a talk ends: conditions that are told apart by one word each, and put together with `any` and `all`.

Source: AutoGen's termination conditions.
"""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.core.options.base import Place, Problem, Reference

Check = Literal["verified", "unverified", "files"]


class End(Frozen):
    """A condition. Of several words in one mapping any is enough; `all` waits until each has once been true."""

    text: str | None = Field(default=None, min_length=1)
    """Somebody has said this."""
    turns: int | None = Field(default=None, ge=1, le=1000)
    tokens: int | None = Field(default=None, ge=1)
    """Of prompts and answers, since it began."""
    seconds: float | None = Field(default=None, gt=0)
    """Time that its steps took, as recorded: the same when it is replayed."""
    handoff: str | None = None
    """Somebody hands over to this name: the output `handoff` of what was said."""
    flag: str | None = None
    """`action.bool`: the output says so."""
    check: Check | None = None
    """verified: the program was run and passed. unverified: it did not pass. files: something was written."""
    external: str | None = Field(default=None, min_length=1)
    """The Boss says this word."""
    any: tuple["End", ...] = ()
    all: tuple["End", ...] = ()

    def references(self, place: Place) -> Iterator[Reference]:
        """Yield the flags that it waits for."""
        if self.flag is not None:
            yield Reference(kind="flag", name=self.flag, place=(*place, "flag"))
        for key, inner in (("any", self.any), ("all", self.all)):
            for index, end in enumerate(inner):
                yield from end.references((*place, key, index))

    def problems(self, place: Place) -> Iterator[Problem]:
        """Yield conditions that say nothing."""
        if self == End():
            message = "this condition says nothing"
            yield Problem(place=place, message=message, hint="Write such as: turns: 12")
        for key, inner in (("any", self.any), ("all", self.all)):
            for index, end in enumerate(inner):
                yield from end.problems((*place, key, index))
