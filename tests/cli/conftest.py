"""What the command line's tests share: a shell with a home of its own, and one recorded session in it."""

from pathlib import Path

import pytest

from agentsh.core.chat import Usage
from agentsh.core.verdict import GateResult
from agentsh.store.journal import SqliteJournal
from tests.cli import stories as s
from tests.cli.process import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


@pytest.fixture
async def recorded_session(shell: Shell) -> str:
    """A finished session `a-tool` in the shell's home."""
    folder = shell.home / "sessions"
    folder.mkdir(parents=True)
    journal = await SqliteJournal.open(folder / "a-tool.db", create=True)
    try:
        for event in (
            s.session_started(),
            s.boss_says("A tool"),
            s.reaction_started(),
            s.step_started(),
            s.step_finished(usage=Usage(prompt_tokens=1000, completion_tokens=50, calls=1, model_seconds=61.0)),
            s.file_changed("main.py", 42),
            s.published("I wrote \x1b]0;evil\x07main.py."),
            s.verified(GateResult(gate="tests", passed=True, evidence="")),
            s.finished(),
        ):
            await journal.append([event])
    finally:
        await journal.aclose()
    return "a-tool"
