"""The crash file: what a maintainer needs of a bug, with secrets taken out, for its owner's eyes only."""

import os
import platform
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from agentsh.core.secrets import redact, secrets_of


def write_crash_file(error: BaseException, arguments: Sequence[str], folder: Path) -> Path:
    """Write the file and return its path.

    Args:
        error: the bug.
        arguments: the command line, without the program's name.
        folder: where to; made with mode 0700, the file with 0600.

    Raises:
        OSError: it cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    now = datetime.now(UTC)
    path = folder / f"crash-{now:%Y%m%dT%H%M%S}-{os.getpid()}.txt"
    text = redact(_report(error, arguments, now), secrets_of(os.environ))
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", errors="replace") as f:  # noqa: PTH123  only open() takes a descriptor
        f.write(text)
    return path


def _report(error: BaseException, arguments: Sequence[str], now: datetime) -> str:
    facts = (
        f"agentsh {version('agentsh')}, Python {platform.python_version()}, {platform.platform()}",
        f"at {now.isoformat(timespec='seconds')}, in {Path.cwd()}",
        f"arguments: {list(arguments)!r}",
        f"executable: {sys.executable}",
    )
    return "\n".join(facts) + "\n\n" + "".join(traceback.format_exception(error))
