"""`agentsh doctor`: what works on this machine, what does not, and what to do about it."""

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

EPILOG = """\
Examples:

\b
  agentsh doctor
  agentsh doctor --host http://10.0.0.2:11434
  agentsh doctor --json | jq '.checks[] | select(.state != "ok")'

\b
Exit code 0, also with warnings; 5 when no model can be asked at all.
"""
_MARKS = {"ok": "ok  ", "warning": "note", "failed": "FAIL"}


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("doctor", epilog=EPILOG, help="Say what works here, what not, and what to do.")(doctor)


def doctor(context: typer.Context, host: o.HostFlag = None, json: o.JsonFlag = False) -> None:
    """Examine this machine."""
    import asyncio

    from agentsh.cli.examination import examine
    from agentsh.cli.project import reading_of

    reading, home = reading_of(context)
    report = asyncio.run(examine(reading, home, host))
    if json:
        printing.say_json(report.model_dump(mode="json"))
    else:
        for check in report.checks:
            printing.say(f"{_MARKS[check.state]}  {check.name:<9}  {check.detail}")
            if check.hint:
                printing.say(f"{'':17}{check.hint}")
        printing.say("\n" + report.summary)
    raise typer.Exit(report.exit_code)
