"""What the documents show works: commands are run, links lead somewhere, keys are there."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.process import Shell
from tests.e2e import company
from tests.e2e.conftest import serving

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
INTERACTIVE = {"agentsh", "agentsh chat", "agentsh serve"}
"""What needs a person at a terminal or a browser; these have end-to-end tests of their own."""
STANDS_FOR = {
    "IDEA": "Write a word counter",
    "DIR": "there",
    "[SESSION]": "vowels",
    "SESSION": "vowels",
    "NAME": "vowels",
    "URL": "http://127.0.0.1:9",
}
ENDS = {"run": (0, 4), "resume": (0, 2, 3, 6), "doctor": (0, 1, 2, 5)}
"""Exit codes that are right for a command wherever it is shown; otherwise 0."""


@dataclass
class Reader:
    """Somebody who types what a document shows, in a project folder, beside a model server."""

    shell: Shell
    host: str

    def types(self, command: str) -> "subprocess.CompletedProcess[str]":
        words = [STANDS_FOR.get(word, word) for word in shlex.split(command, comments=True)]
        return subprocess.run(
            self.shell.command(*words[1:]),
            env=self.shell.environ({"OLLAMA_HOST": self.host, "HOME": str(self.shell.home)}),
            cwd=self.shell.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=250,
            check=False,
        )


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    root = tmp_path_factory.mktemp("reader")
    with serving(root) as start:
        server = start(company.script(*company.rules(), models=["qwen2.5-coder:7b", company.MODEL]))
        shell = Shell(root)
        (shell.home / "src").mkdir(parents=True, exist_ok=True)  # where README's reader keeps projects
        (shell.home / "agentsh.toml").write_text('[rules]\ndeny = ["read .env"]\n')  # for who removes it
        found = Reader(shell, server.host)
        first = found.types('agentsh run "Write a word counter" --yes --session vowels')
        assert first.returncode == 0, first.stderr
        yield found


def shown(document: Path) -> list[str]:
    """Return the commands that a document shows, in their order."""
    blocks = CONSOLE.findall(document.read_text(encoding="utf-8"))
    return [
        line[2:].split("  #")[0].strip() for block in blocks for line in block.splitlines() if line.startswith("$ ")
    ]


COMMANDS = [
    pytest.param(command, id=f"{document.name}: {command[:60]}")
    for document in DOCUMENTS
    for command in dict.fromkeys(shown(document))
    if document.name not in ("TEAMS.md", "WORLDS.md")  # theirs are typed in tests/conductors and in tests/world
]


@pytest.mark.parametrize("command", COMMANDS)
def test_what_a_document_shows_can_be_typed(reader: Reader, command: str) -> None:
    program, *rest = shlex.split(command, comments=True)
    if program == "make":
        targets = (ROOT / "Makefile").read_text(encoding="utf-8")
        assert re.search(rf"^{rest[0]}:", targets, re.MULTILINE)
        return
    assert program == "agentsh", "a document shows commands of agentsh and make"
    if " ".join([program, *rest]) in INTERACTIVE or rest[0] == "chat":
        command = " ".join([program, *rest[:1], "--help"])
    if "--session" in rest:
        command = command.replace("--session vowels", "--session typed-vowels")
    ended = reader.types(command)
    expected = ENDS.get(rest[0] if rest else "", (0,))
    assert ended.returncode in expected, ended.stderr
    assert "a bug in agentsh" not in ended.stderr


def test_the_documents_show_commands() -> None:
    assert len(COMMANDS) > 10


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document: Path) -> None:
    links = LINK.findall(document.read_text(encoding="utf-8"))
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
