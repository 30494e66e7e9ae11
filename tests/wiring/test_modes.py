"""Whatever agentsh writes is for its user alone, under whatever umask it is started."""

import os
import subprocess
from pathlib import Path

from tests.cli.process import Shell
from tests.cli.tiny import PROGRAM, arguments, furnish


def started(shell: Shell, *words: str) -> int:
    """Run agentsh from a shell with the usual umask."""
    done = subprocess.run(
        shell.command(*words),
        env=shell.environ(),
        cwd=shell.root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=200,
        umask=0o022,
        check=False,
    )
    return done.returncode


def there(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if not path.is_symlink()}


def test_what_a_session_leaves_is_for_its_user_alone(shell: Shell) -> None:
    shell.root.mkdir(parents=True)
    script = furnish(shell, PROGRAM)
    before = there(shell.root)
    assert started(shell, "run", "A tool", *arguments(script, "make"), "--yes", "--session", "tool") == 0
    assert started(shell, "init", str(shell.root / "project")) == 0
    assert started(shell, "rules", "add", "deny", "read .env") == 0
    made = there(shell.root) - before
    names = {path.name for path in made}
    assert {"tool.db", "main.py", "README.md", "agentsh.toml", "key", "sessions", ".git", "project"} <= names
    open_to_others = {str(path): oct(path.stat().st_mode) for path in made if path.stat().st_mode & 0o077}
    assert open_to_others == {}
    assert not [path for path in made if path.is_dir() and path.stat().st_mode & 0o700 != 0o700]


def test_a_folder_of_the_users_own_keeps_its_mode_and_its_files_keep_theirs(shell: Shell) -> None:
    shell.root.mkdir(parents=True)
    script = furnish(shell, PROGRAM)
    own = shell.root / "own"
    own.mkdir()
    own.chmod(0o755)
    for name, mode in (("kept.py", 0o644), ("main.py", 0o755)):
        (own / name).write_text("x = 1\n")
        (own / name).chmod(mode)
    assert started(shell, "run", "A tool", *arguments(script, "make"), "--yes", "--workspace", str(own)) in (0, 6)
    modes = {name: oct((own / name).stat().st_mode & 0o777) for name in (".", "kept.py", "main.py")}
    assert modes == {".": "0o755", "kept.py": "0o644", "main.py": "0o755"}
    assert os.access(own, os.R_OK)
