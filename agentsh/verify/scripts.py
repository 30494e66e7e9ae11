"""The texts of the programs that run inside the sandbox."""

from functools import cache
from importlib import resources
from typing import Literal

Script = Literal["look_around", "read_sources", "resolve", "run_tests", "stage", "start", "tiny_pytest"]


@cache
def script_text(script: Script) -> str:
    """Return the text of one of the scripts."""
    return resources.files("agentsh.verify.inside").joinpath(f"{script}.py").read_text("utf-8")
