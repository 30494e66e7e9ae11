"""`agentsh config`: the settings that hold here, and which of a project's wait for your trust."""

from typing import TYPE_CHECKING

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.model import JsonObject
    from agentsh.library.config import Reading

app = typer.Typer(help="Show the settings, and trust those of a project.", invoke_without_command=True)

EPILOG = """\
Examples:

\b
  agentsh config                  what holds here, and what is left out
  agentsh config --json | jq .left_out
  agentsh config trust            let all of this project's settings hold, as they are now
  agentsh config distrust

\b
An agentsh.toml found in this folder or above it may be somebody else's. What in
it starts programs, sends text elsewhere, or lets things happen unasked holds
only once you trust it, and only as long as that part of it does not change.
What forbids, asks or limits always holds. A file that you name with --home or
--config, your own in your config folder, and rules that you add need no trust.
"""


@app.callback(epilog=EPILOG)
def bare(context: typer.Context, json: o.JsonFlag = False) -> None:
    """Show the settings, and trust those of a project."""
    if context.invoked_subcommand is None:
        show(context, json=json)


@app.command(epilog=EPILOG)
def show(context: typer.Context, json: o.JsonFlag = False) -> None:
    """Show the settings that hold, and what of the file is left out."""
    from agentsh.cli.project import reading_of, tell_left_out

    reading, _ = reading_of(context)
    if json:
        value: JsonObject = {
            "file": str(reading.path),
            "standing": reading.standing,
            "left_out": reading.left_out,
            "settings": reading.settings.model_dump(mode="json"),
        }
        printing.say_json(value)
    else:
        _say(reading)
    tell_left_out(reading)


def _say(reading: "Reading") -> None:
    from agentsh.core.settings_text import settings_lines

    printing.say(f"# {reading.path}{'' if reading.path.is_file() else ' (not there; defaults hold)'}")
    printing.say("\n".join(settings_lines(reading.settings.model_dump(mode="json"))).strip())
    if reading.left_out:
        printing.say("\n# left out:")
        _say_left_out(reading.left_out)


@app.command(epilog=EPILOG)
def trust(context: typer.Context) -> None:
    """Show what of this project's settings needs trust, and let it hold as it is now."""
    from agentsh.cli.project import reading_of
    from agentsh.library.consent import agree
    from agentsh.library.loosening import divided

    reading, _ = reading_of(context)
    _, loose = divided(reading.values)
    if not loose:
        printing.note(f"nothing in {reading.path} needs trust")
        return
    agree(reading.path, reading.values)
    _say_left_out(loose)
    printing.say(f"trusted: {reading.path}")
    printing.note("It holds until one of these changes, or you type: agentsh config distrust")


@app.command(epilog=EPILOG)
def distrust(context: typer.Context) -> None:
    """Let what of this project's settings needs trust hold no more."""
    from agentsh.cli.project import home_of
    from agentsh.library.consent import disagree

    config = home_of(context).config
    disagree(config)
    printing.say(f"not trusted: {config}")


def _say_left_out(loose: "JsonObject") -> None:
    import json

    from agentsh.library.loosening import effect_of

    for name, value in loose.items():
        printing.say(f"{name} = {json.dumps(value, ensure_ascii=False)}  # {effect_of(name)}")
