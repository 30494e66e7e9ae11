"""The command line in the test's own process: what it says and ends with is the same, and imports are paid once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentsh.cli.app import main
from tests.cli.process import Ended, Shell


@dataclass(frozen=True)
class Here(Shell):
    """A shell whose commands run here."""

    capture: pytest.CaptureFixture[str]
    environment: pytest.MonkeyPatch

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
        self.root.mkdir(parents=True, exist_ok=True)
        with self.environment.context() as variables:
            for name, value in self.environ(environ).items():
                variables.setenv(name, value)
            variables.chdir(cwd or self.root)
            self.capture.readouterr()
            code = main(["--home", str(self.home), *arguments])
        said = self.capture.readouterr()
        return Ended(int(code), said.out, said.err)
