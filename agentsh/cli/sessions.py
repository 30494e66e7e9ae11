"""`agentsh sessions`: which sessions there are, what each made and cost, and a session as a page or as JSON lines."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agentsh.cli import branches, printing, upkeep
from agentsh.cli import options as o

if TYPE_CHECKING:
    from agentsh.core.summary import SessionSummary

EPILOG = """\
Examples:

\b
  agentsh sessions list
  agentsh sessions show write-a-cli-snake-game --json
  agentsh sessions export write-a-cli-snake-game --format md > snake.md
"""
app = typer.Typer(
    help="List, show, fork, rewind, compare and keep sessions.",
    callback=o.help_when_bare,
    invoke_without_command=True,
    epilog=EPILOG,
)


@app.command("list", epilog=EPILOG)
def list_(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List sessions, the newest first."""
    from agentsh.cli.project import sessions_of

    files = sessions_of(context)
    found = files.summaries()
    if json:
        printing.say_json([summary.model_dump(mode="json") for summary in found])
    elif found:
        printing.say_table([_row(summary) for summary in found], ("NAME", "STATUS", "TEAM", "MODEL", "TOKENS", "IDEA"))
    elif not files.broken:
        printing.note('There are no sessions yet. Type: agentsh run "…"')
    for name, error in files.broken.items():
        printing.note(f"agentsh: session {name!r} is left out: {error}")


@app.command(epilog=EPILOG)
def show(context: typer.Context, name: o.SessionArgument, json: o.JsonFlag = False) -> None:
    """Show what a session is, made and cost."""
    from agentsh.cli.project import sessions_of

    summary = sessions_of(context).summary(name)
    if json:
        printing.say_json(summary.model_dump(mode="json"))
        return
    for key, value in _facts(summary).items():
        if value:
            printing.say(f"{key:<11}  {value}")


@app.command(epilog=EPILOG)
def export(
    context: typer.Context,
    name: o.SessionArgument,
    format_: Annotated[Literal["md", "jsonl"], typer.Option("--format", help="A page or an event a line.")] = "md",
) -> None:
    """Write a whole session as a Markdown page or as JSON lines."""
    from agentsh.cli.project import sessions_of

    files = sessions_of(context)
    files.summary(name)
    for line in _exported(files.path(name), name, format_):
        printing.say(line)


def _exported(path: Path, name: str, format_: str) -> Iterator[str]:
    from agentsh.cli.history import events_of

    if format_ == "md":
        from agentsh.session.transcript import transcript

        yield from transcript(events_of(path))
        return
    import json

    from agentsh.cli.jsonl import event_line

    for recorded in events_of(path):
        yield json.dumps(event_line(recorded, name))


def _row(summary: "SessionSummary") -> tuple[str, ...]:
    from agentsh.core.terminal import one_line

    tokens = f"{summary.tokens.prompt + summary.tokens.completion:,}"
    return (summary.name, summary.status, summary.team, summary.model, tokens, one_line(summary.idea, 60))


def _facts(summary: "SessionSummary") -> dict[str, str]:
    from agentsh.cli.download import megabytes
    from agentsh.session.narration import duration

    return {
        "name": summary.name,
        "idea": summary.idea,
        "status": summary.status,
        "team": f"{summary.team} ({', '.join(summary.roles)})",
        "model": f"{summary.model} ({summary.provider})",
        "messages": f"{summary.messages} in {summary.steps} steps",
        "tokens": f"{summary.tokens.prompt:,} prompt + {summary.tokens.completion:,} completion",
        "model time": duration(summary.seconds),
        "size": megabytes(summary.size_bytes),
        "created": summary.created_at,
        "updated": summary.updated_at,
        "workspace": summary.workspace,
        "forked from": f"{summary.parent.session} at {summary.parent.seq}" if summary.parent else "",
    }


branches.declare(app)
upkeep.declare(app)
