"""Mends that need no thought: an import of the standard library that is merely missing is put in."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentsh.core.files import FileDraft
from agentsh.core.verdict import Mend
from agentsh.verify.program import Program
from agentsh.verify.source import Source

_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
"""Lines as Python counts them; str.splitlines knows more line ends."""


class Addable(NamedTuple):
    """An undefined name, and the imports that would define it."""

    path: str
    line: int
    name: str
    imports: tuple[str, ...]


def mends(program: Program, sources: Mapping[str, Source], addable: Sequence[Addable]) -> tuple[Mend, ...]:
    """Return each file that lacks imports, with those put in."""
    wanted: dict[str, list[str]] = {}
    for one in addable:
        listed = wanted.setdefault(one.path, [])
        listed += [name for name in one.imports if name not in listed]
    found = [_mend(path, program.sources.get(path), sources[path].imports_at, names) for path, names in wanted.items()]
    return tuple(mend for mend in found if mend is not None)


def _mend(path: str, text: str | None, before_line: int, names: Sequence[str]) -> Mend | None:
    if text is None:
        return None
    added = [f"import {name}" for name in sorted(names)]
    draft = FileDraft(path=path, text=with_lines(text, before_line, added))
    return Mend(draft=draft, what=f"{path}: added {', '.join(f'`{line}`' for line in added)}")


def with_lines(text: str, before_line: int, added: Sequence[str]) -> str:
    """Return `text` with lines put in before the one with this number, counted from 1."""
    lines = _LINES.findall(text)
    ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    head, tail = lines[: before_line - 1], lines[before_line - 1 :]
    if head and not head[-1].endswith(("\r", "\n")):
        head[-1] += ending
    return "".join([*head, *(line + ending for line in added), *tail])
