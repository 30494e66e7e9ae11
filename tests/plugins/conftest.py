"""What the tests of plugins share: the command line within this process, in a home with plugins."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentsh.cli.app import main
from tests.cli.process import Ended, Shell

EXAMPLES = Path(__file__).parents[2] / "plugins"


@dataclass(frozen=True)
class Here(Shell):
    """The same command line within this process: a new one takes most of a second."""

    capsys: pytest.CaptureFixture[str] | None = None

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
        assert self.capsys is not None
        code = main(["--home", str(self.home), *arguments])
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)

    def plugin(self, name: str, text: str) -> Path:
        """Write a plugin into the home."""
        path = self.home / "plugins" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    here = Here(tmp_path, capsys)
    for name, value in here.environ().items():
        monkeypatch.setenv(name, value)
    return here
