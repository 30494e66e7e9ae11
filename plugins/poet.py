"""A role with its action and a team of it, as prompt files: `agentsh run "Autumn" --team poetry`."""

from pathlib import Path

from agentsh.plugins import hookimpl


@hookimpl
def register_prompts() -> list[Path]:
    """Bring the files in poet/: whoever has files of the same names in prompts/ keeps theirs."""
    return [Path(__file__).with_name("poet")]
