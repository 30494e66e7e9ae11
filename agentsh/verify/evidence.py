"""Out of what a program printed, the shortest part that still tells what happened, and where."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from agentsh.core.code import RunResult

MAX_LINES = 24
MAX_CHARS = 2400
_TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'File "([^"\n]{1,1000})", line (\d{1,9})')
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,16}\b")


class Place(NamedTuple):
    """Where in the workspace something is."""

    path: str
    line: int | None


def excerpt(text: str, *, max_lines: int = MAX_LINES, max_chars: int = MAX_CHARS) -> str:
    """Return `text` within the limits: its first line and its last ones, with a mark where something is left out."""
    text = _ADDRESS.sub("0x…", text.strip("\n"))
    lines = text.splitlines()
    if len(lines) > max_lines:
        left_out = len(lines) - max_lines + 1
        lines = [lines[0], f"[… {left_out} lines left out …]", *lines[1 - max_lines + 1 :]]
    widest = max(80, max_chars // max(1, min(len(lines), 8)))
    text = "\n".join(_narrow(line, widest) for line in lines)
    if len(text) <= max_chars:
        return text
    return f"[… {len(text) - max_chars} characters left out …]\n{text[-max_chars:]}"


def last_traceback(output: str) -> str | None:
    """Return the last traceback of Python's in `output`; None without one."""
    lines = output.splitlines()
    starts = [row for row, line in enumerate(lines) if line.lstrip(" |+").startswith(_TRACEBACK)]
    return "\n".join(lines[starts[-1] :]) if starts else None


def relative(text: str, root: str) -> str:
    """Return `text` with the workspace's own paths made relative to it."""
    return text.replace(f"{root.rstrip('/')}/", "")


def own_frames(traceback: str, files: Collection[str]) -> str:
    """Return a traceback (paths made relative) without the frames of libraries; how many those were is told."""
    kept: list[str] = []
    foreign = 0
    skipping = False
    for line in traceback.splitlines():
        frame = _FRAME.match(line.lstrip())
        if frame is not None:
            skipping = frame[1] not in files
            foreign += skipping
        elif not line.startswith(" "):
            skipping = False
        if not skipping:
            kept.append(line)
    if not foreign or not any(_FRAME.match(line.lstrip()) for line in kept):
        return traceback
    return "\n".join([kept[0], f"  [… {foreign} frames of libraries left out …]", *kept[1:]])


def place_of(text: str, files: Collection[str]) -> Place | None:
    """Return the innermost place in one of `files` that a traceback (paths made relative) names."""
    found = [Place(match[1], int(match[2])) for match in _FRAME.finditer(text) if match[1] in files]
    return found[-1] if found else None


def how_it_ended(result: RunResult, wall_s: float) -> str:
    """Return in a few words how a run ended."""
    words = {
        "deadline": f"it was still running after {wall_s:g} s: an endless loop, or it waits for something",
        "output": "it printed without end and was ended",
        "memory": "it took too much memory and was ended",
        "disk": "it wrote too much to the disk and was ended",
        "processes": "it started too many processes and was ended",
        "signal": f"it was ended by signal {result.signal}",
    }
    return words.get(result.ended_by, f"it ended with exit code {result.exit_code}")


def printed(result: RunResult) -> str:
    """Return what a run said: its errors, and what it printed when there are none."""
    return result.stderr.strip() or result.stdout.strip()


def shown(argv: Sequence[str]) -> str:
    """Return a command as a person would type it."""
    return " ".join(word if re.fullmatch(r"[\w./=:@%+-]+", word) else repr(word) for word in argv)


def _narrow(line: str, widest: int) -> str:
    return line if len(line) <= widest else f"{line[:widest]} [… {len(line) - widest} characters left out …]"
