"""Copies the workspace, lays drafts over the copy, and becomes the program that is to run in it.

So whatever a program writes while it is tried is gone with the run, and a draft can be tried before it is written.
"""

import json
import os
import sys

COPY = "agentsh-copy"
"""Name of the copy's folder; paths in it are told relative to it."""
LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", "__pycache__", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".nox"}
)
LINKED = frozenset({".venv", "venv", "node_modules"})
"""Too large to be copied, and not written by a program that runs."""
MOST_BYTES = 64 << 20
"""Of all that is copied. What does not fit any more is linked: it can be read, not written."""
NOT_FOUND, NOT_RUNNABLE = 127, 126
PYTHONS = frozenset({"python", "python3"})


class Copy:
    """A folder's copy, as far as there is room."""

    def __init__(self) -> None:
        self.left_bytes = MOST_BYTES

    def folder(self, source: str, target: str) -> None:
        """Copy a folder with all that matters in it."""
        os.mkdir(target)
        try:
            entries = sorted(os.scandir(source), key=lambda entry: entry.name)
        except OSError:
            return
        names = {entry.name for entry in entries}
        left_out = LEFT_OUT | {"target"} if "Cargo.toml" in names else LEFT_OUT
        for entry in entries:
            if entry.name not in left_out:
                self._entry(entry, os.path.join(target, entry.name))

    def _entry(self, entry: "os.DirEntry[str]", target: str) -> None:
        if entry.is_symlink():
            os.symlink(os.readlink(entry.path), target)
        elif entry.name in LINKED and entry.is_dir():
            os.symlink(entry.path, target)
        elif entry.is_dir():
            self.folder(entry.path, target)
        elif entry.is_file():
            self._file(entry, target)

    def _file(self, entry: "os.DirEntry[str]", target: str) -> None:
        found = entry.stat()
        if found.st_size > self.left_bytes:
            os.symlink(entry.path, target)
            return
        try:
            with open(entry.path, "rb") as source, open(target, "wb") as file:
                file.write(source.read())
        except PermissionError:
            return  # not ours to read, so the program could not either
        os.chmod(target, found.st_mode & 0o777 | 0o600)
        self.left_bytes -= found.st_size


def lay_over(root: str, drafts: "list[list[str | None]]") -> None:
    """Write drafts into the copy; one without a text removes its file."""
    for path, text in drafts:
        place = os.path.join(root, str(path))
        if os.path.lexists(place):
            os.remove(place)
        if text is not None:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            with open(place, "w", encoding="utf-8", newline="") as file:
                file.write(text)


def give_stdin(text: str) -> None:
    """Make `text` the standard input of what runs next."""
    with open(os.memfd_create("stdin"), "w+b") as file:
        file.write(text.encode("utf-8", "replace"))
        file.seek(0)
        os.dup2(file.fileno(), 0)


def main() -> None:
    """Do what the request asks: {argv, stdin, cwd, drafts: [[path, text or null], …]}."""
    request = json.load(sys.stdin)
    root = os.path.join(os.environ["TMPDIR"], COPY)
    Copy().folder(os.getcwd(), root)
    lay_over(root, request["drafts"])
    os.chdir(os.path.join(root, request["cwd"]))
    give_stdin(request["stdin"])
    name, *words = request["argv"]
    program = sys.executable if name in PYTHONS else name
    try:
        os.execvp(program, [program, *words])
    except FileNotFoundError:
        sys.stderr.write(f"{name}: not found\n")
        sys.exit(NOT_FOUND)
    except OSError as error:
        sys.stderr.write(f"{name}: {error.strerror}\n")
        sys.exit(NOT_RUNNABLE)


if __name__ == "__main__":
    main()
