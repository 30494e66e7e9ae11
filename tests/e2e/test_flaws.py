"""Every kind of flawed draft, through `agentsh run`: found; mended when the next draft is right, told when not."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import pytest

from agentsh.core.events import StepFinished
from agentsh.core.verdict import GateResult, Verdict
from agentsh.sandbox import bubblewrap
from agentsh.store.catalogue import read_session
from tests.cli.process import Ended
from tests.e2e.agent import Agent, crashed
from tests.e2e.flaws import FLAWS, TESTS, Files, Flaw
from tests.support import workshop
from tests.support.ollama_server import OllamaServer
from tests.support.wheels import wheel

MODEL = "tiny:latest"
NEEDS_MORE = ("server", "curses program")
"""What only a sandbox with a network and terminals of its own can try."""


@dataclass
class Trial:
    """One run of the workshop on a server that writes these drafts."""

    agent: Agent
    server: OllamaServer

    @classmethod
    @asynccontextmanager
    async def of(cls, root: Path, flaw: Flaw, drafts: Sequence[Files]) -> AsyncIterator["Trial"]:
        """Furnish a home and serve."""
        workshop.furnish(root / "home", timeout_s=flaw.timeout_s)
        environ = {}
        if flaw.packages:
            (root / "home" / "agentsh.toml").write_text('[rules]\nallow = ["install *"]\n')
            environ = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index(root / "wheels"))}
        async with OllamaServer.on(*workshop.rules(drafts, flaw.plan), models=[MODEL]) as server:
            yield cls(Agent(root, server.host, environ=environ), server)

    async def ended(self, *more: str, idea: str = "A greeting") -> Ended:
        """Run it to its end."""
        ended = await self.agent.ended(*self.agent.run(idea, "--team", "workshop", *more))
        assert not crashed(ended), ended
        return ended

    @property
    def verdicts(self) -> list[Verdict]:
        """What verifying came to, each time; installing begins one again."""
        steps = [recorded.event for recorded in read_session(self.agent.file)]
        return [Verdict.model_validate(e.result) for e in steps if isinstance(e, StepFinished) and e.step == "verify"]

    @property
    def mending(self) -> list[str]:
        """The prompts that asked to mend something."""
        asked = [str(chat.body["messages"][-1]["content"]) for chat in self.server.chats]  # type: ignore[index,call-overload]
        return [text for text in asked if text.startswith("Mend it")]


def index(folder: Path) -> Path:
    """Make an index of packages, of which two want a third at versions that exclude each other."""
    wheel(folder, "alpha", "1", needs=["gamma==1"])
    wheel(folder, "beta", "1", needs=["gamma==2"])
    wheel(folder, "gamma", "1")
    wheel(folder, "gamma", "2")
    return folder


def can_be_tried(kind: str) -> bool:
    """Whether the sandbox of this machine has what such a program needs."""
    return kind not in NEEDS_MORE or bubblewrap.find() is not None


def assert_found(flaw: Flaw, found: GateResult | None) -> None:
    assert found is not None
    assert (found.gate, found.path, found.line) == (flaw.gate, flaw.path, flaw.line), found
    for part in flaw.says:
        assert part in found.evidence
    assert len(found.evidence) < 2400
    assert len(found.evidence.splitlines()) <= 24


@pytest.mark.parametrize("kind", FLAWS)
async def test_a_flaw_is_found_and_gone_when_the_next_draft_is_right(tmp_path: Path, kind: str) -> None:
    if not can_be_tried(kind):
        pytest.skip("this machine has no bubblewrap")
    flaw = FLAWS[kind]
    async with Trial.of(tmp_path, flaw, [flaw.files, flaw.good]) as trial:
        ended = await trial.ended()
        assert ended.code == 0, ended
        failed = [verdict.failure for verdict in trial.verdicts if verdict.failure is not None]
        sent_back = [found for found in failed if found.evidence in trial.mending[0]]
        assert_found(flaw, sent_back[-1])
        assert trial.verdicts[-1].passed
        assert len(trial.mending) == 1
        assert trial.mending[0].startswith(f"Mend it, round 1: {flaw.gate}\n")
        for part in flaw.says:
            assert part in trial.mending[0]
    for path, text in flaw.good.items():
        assert (trial.agent.workspace / path).read_text() == text


@pytest.mark.parametrize("kind", FLAWS)
async def test_a_flaw_that_stays_is_told_with_its_gate_and_line(tmp_path: Path, kind: str) -> None:
    if not can_be_tried(kind):
        pytest.skip("this machine has no bubblewrap")
    flaw = FLAWS[kind]
    async with Trial.of(tmp_path, flaw, [flaw.files, flaw.files]) as trial:
        ended = await trial.ended()
        assert ended.code == 6, ended
        assert ended.out.startswith(f"the program does not run: {flaw.gate}")
        for part in flaw.says:
            assert part in ended.out
        if flaw.line is not None:
            assert f"{flaw.path}:{flaw.line}" in ended.out.replace('", line ', ":").replace(" line ", ":")
        assert f"failed at {flaw.gate}" in ended.err
        assert "agentsh resume wc --headless" in ended.err
        assert len(trial.mending) == 1, "the same failure twice is not sent back again"
        assert_found(flaw, trial.verdicts[-1].failure)


async def test_an_import_of_the_standard_library_that_is_merely_missing_is_put_in_and_said(tmp_path: Path) -> None:
    flaw = FLAWS["syntax"]
    draft = {**flaw.good, "main.py": flaw.good["main.py"].replace("import sys\n", "import os\n")}
    async with Trial.of(tmp_path, flaw, [draft]) as trial:
        ended = await trial.ended()
        assert ended.code == 0, ended
        assert trial.mending == []
    assert "import sys\n" in (trial.agent.workspace / "main.py").read_text()
    assert "main.py: added `import sys`" in trial.agent.shell.run("sessions", "export", "wc").out


async def test_packages_that_may_be_installed_are_those_declared_and_pinned_in_the_workspace_and_nowhere_else(
    tmp_path: Path,
) -> None:
    flaw = FLAWS["version conflict"]
    main = flaw.good["main.py"].replace("import alpha\n", "import alpha\nimport yaml\n")
    draft = {"main.py": main.replace("print(", "print(yaml.of, alpha.version, "), "test_main.py": TESTS}
    draft["requirements.txt"] = "pyyaml == 98  # not the newest\n"
    async with Trial.of(tmp_path, flaw, [draft]) as trial:
        wheel(tmp_path / "wheels", "PyYAML", "98", {"yaml.py": "of = 'the workspace'\n"})
        wheel(tmp_path / "wheels", "PyYAML", "99", {"yaml.py": "of = 'what was not asked for'\n"})
        ended = await trial.ended()
        assert ended.code == 0, [verdict.failure for verdict in trial.verdicts]
        assert trial.mending == []
        entry = next(gate for gate in trial.verdicts[-1].gates if gate.gate == "entry")
        assert "the workspace 1 Hello, world!" in entry.evidence
    pins = (trial.agent.workspace / "requirements.txt").read_text().splitlines()
    assert pins == ["pyyaml == 98  # not the newest", "alpha==1"]
    assert (trial.agent.workspace / ".venv" / "bin" / "python").exists()
    assert find_spec("alpha") is None
    assert metadata.version("PyYAML") not in ("98", "99")


async def test_packages_that_only_the_owners_files_need_are_not_sent_back_and_are_used_once_they_are_allowed(
    tmp_path: Path,
) -> None:
    flaw = FLAWS["version conflict"]
    project = tmp_path / "project"
    project.mkdir()
    (project / "test_main.py").write_text(f"import alpha\n{TESTS}\nassert alpha.version == '1'\n")
    draft = {"main.py": flaw.good["main.py"].replace("import alpha\n", "")}
    async with Trial.of(tmp_path, flaw, [draft]) as trial:
        config = tmp_path / "home" / "agentsh.toml"
        allowed = config.read_text()
        config.write_text("")
        ended = await trial.ended("--workspace", str(project))
        assert ended.code == 6, ended
        assert trial.mending == [], "no draft could bring them"
        assert 'agentsh rules add allow "install alpha"' in ended.err
        config.write_text(allowed)
        went_on = await trial.agent.ended(*trial.agent.resume())
        assert went_on.code == 0, went_on
    assert (project / ".venv" / ".gitignore").read_text() == "*\n"
    assert not (project / "requirements.txt").exists(), "what only tests import is no requirement of the program"


@pytest.mark.parametrize(
    ("idea", "plan"),
    [
        ("A greeting", {"entry_args": ["Ada"], "entry_stdin": "Good morning."}),
        ('A greeting: echo "Good morning." | python main.py "Ada" greets her', {}),
    ],
    ids=["as it was designed", "as the Boss said"],
)
async def test_arguments_and_input_of_the_task_reach_the_program(
    tmp_path: Path, idea: str, plan: dict[str, object]
) -> None:
    text = FLAWS["syntax"].good["main.py"].replace("print(greeting(", "print(sys.stdin.read().strip(), greeting(")
    flaw = Flaw({}, "", None, None, (), plan=plan)  # type: ignore[arg-type]
    async with Trial.of(tmp_path, flaw, [{**flaw.good, "main.py": text}]) as trial:
        assert (await trial.ended(idea=idea)).code == 0
        assert any("Good morning. Hello, Ada!" in gate.evidence for gate in trial.verdicts[-1].gates)


async def test_what_could_not_be_tried_here_is_told_beside_the_pass(tmp_path: Path) -> None:
    window = "\n\nclass TclError(Exception):\n    __module__ = '_tkinter'\n\n\ndef main(arguments):\n"
    text = FLAWS["syntax"].good["main.py"].replace("\n\ndef main(arguments):\n", window)
    text = text.replace(
        '    print(greeting(arguments[0] if arguments else "world"))', "    raise TclError('no display name')"
    )
    flaw = Flaw({}, "", None, None, ())  # type: ignore[arg-type]
    async with Trial.of(tmp_path, flaw, [{"main.py": text, "test_main.py": TESTS}]) as trial:
        ended = await trial.ended()
        assert (ended.code, trial.mending) == (0, [])
        untried = "it needs a screen for its window, and Xvfb is not installed"
        assert ended.out.startswith(f"done: the program passed, but it was not tried whole: {untried}")
        assert f"entry, tests; not tried: {untried}" in ended.out
        assert "as far as it could be tried" in (trial.agent.workspace / "README.md").read_text()
