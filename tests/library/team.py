"""A small team in files, to be broken by tests."""

from pathlib import Path

from agentsh.library.shelf import Shelf


class Files:
    """A prompts folder under test."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, front: str, body: str = "") -> Path:
        """Write one file of front matter and body."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{front}\n---\n{body}\n", encoding="utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> Path:
        """Replace a part of a file that has to be there."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    def shelf(self) -> Shelf:
        """Return a shelf of this folder alone."""
        return Shelf([self.root])


def duo(root: Path) -> Files:
    """Write the team `duo`: one writes, with a review; one tests, and sends back what fails."""
    files = Files(root)
    files.write(
        "actions/write.md",
        "name: write\nsummary: Writes.\ndoes: write_files\nreview: {action: judge, rounds: 2}",
        "Write {{ idea }}.",
    )
    files.write(
        "actions/judge.md",
        "name: judge\noutput:\n  comments: list[str]\n  verdict: approve|rewrite\n  done: bool\n"
        "  steps:\n    - what: str",
        "Judge it.",
    )
    files.write("actions/test.md", "name: test\ndoes: verify\nrounds: 3\non_fail: [writer]")
    files.write(
        "roles/writer.md",
        "name: writer\nprofile: Writer\nwatch: {user_requirement: [write], test: [write]}\nactions: [write]",
        "Has written for years.",
    )
    files.write(
        "roles/tester.md",
        "name: tester\nprofile: Tester\ngoal: no faults\nwatch:\n  write: [test]\nactions: [test]",
    )
    files.write(
        "teams/duo.md",
        "name: duo\nconductor: sop\nroles: [writer, tester]\nverify: true",
        "# Duo\n\nTwo who write\nand test.\n\nMore.",
    )
    return files
