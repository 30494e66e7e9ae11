"""What a run is given of its surroundings: an interpreter and an environment with nothing of the user's in it."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from agentsh.core.errors import UnsafePath

WORKSPACE_VENV: Final = ".venv"
_PYTHONS: Final = ("python", "python3")
_SYSTEM_PATH: Final = "/usr/local/bin:/usr/bin:/bin"


def base_interpreter() -> Path:
    """Return the Python below agentsh's own virtual environment.

    Model code gets this one, or the workspace's own `.venv`; agentsh's packages are not its business.
    """
    named = Path(sys.base_prefix, "bin", f"python{sys.version_info.major}.{sys.version_info.minor}")
    return named if named.exists() else Path(sys.executable).resolve()


def interpreter_roots() -> tuple[Path, ...]:
    """Return the folders that the base interpreter needs to read.

    Never taken from a `.venv`: that may be a model's work, and would name what it wants to read.
    """
    roots = {Path(sys.base_prefix), Path(sys.base_exec_prefix), Path(sys.base_prefix).resolve()}
    return tuple(sorted(roots - {Path("/")}))


def interpreter(workspace: Path) -> Path:
    """Return the Python for a workspace: of its own `.venv` if it has one."""
    own = workspace / WORKSPACE_VENV / "bin" / "python"
    return own if os.path.lexists(own) else base_interpreter()


def resolve_argv(argv: tuple[str, ...], python: Path) -> list[str]:
    """Return `argv` with `python` and `python3` in its first place made the right interpreter.

    Raises:
        UnsafePath: a part cannot be handed to a program.
    """
    for part in argv:
        _refuse_unsafe(part)
    return [str(python) if argv[0] in _PYTHONS else argv[0], *argv[1:]]


def clean_environment(python: Path, home: str, added: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment of a run: enough to work in, nothing inherited.

    Args:
        python: its folder comes first in PATH.
        home: a folder that only this run has, also for temporary files.
        added: what the command asked for; it wins.

    Raises:
        UnsafePath: a name or value cannot be part of an environment.
    """
    for name, value in added.items():
        _refuse_unsafe(name + value)
        if not name or "=" in name:
            raise UnsafePath(f"{name!r} is no name of an environment variable", hint="Use letters, digits and _")
    return {
        "PATH": f"{python.parent}:{_SYSTEM_PATH}",
        "HOME": home,
        "TMPDIR": home,
        "LANG": "C.UTF-8",
        "TERM": "dumb",
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # What was printed before a kill is the evidence of what went wrong.
        "PYTHONUNBUFFERED": "1",
        # Each thread's arena would take 64 MB of the address space that the memory limit counts.
        "MALLOC_ARENA_MAX": "2",
        **added,
    }


def _refuse_unsafe(text: str) -> None:
    """Raise UnsafePath for what no program can be given; a NUL would begin a new option of bubblewrap's."""
    try:
        if b"\0" not in os.fsencode(text):
            return
    except UnicodeEncodeError:
        pass
    raise UnsafePath(f"{text!r} cannot be handed to a program", hint="Leave out NUL and broken characters")
