"""Options that several commands share, each written once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Approve = Literal["ask", "once", "session", "always", "never", "never-ask"]

HomeFlag = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of sessions; default: the nearest with agentsh.toml, else user data."),
]
ConfigFlag = Annotated[Path | None, typer.Option("--config", help="Settings file instead of HOME/agentsh.toml.")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SessionArgument = Annotated[str, typer.Argument(metavar="SESSION", help="Name of the session.", show_default=False)]

ModelFlag = Annotated[str | None, typer.Option("--model", help="Model to ask, as its server calls it.")]
HostFlag = Annotated[str | None, typer.Option("--host", help="Model server, such as http://127.0.0.1:11434.")]
ProviderFlag = Annotated[
    str | None,
    typer.Option(
        "--provider",
        metavar="[ollama|local|openai|scripted]",
        help="Kind of server, also a plugin's; default: ollama, else the embedded demo model.",
    ),
]
ApproveFlag = Annotated[
    Approve | None,
    typer.Option("--approve", help="What may run without asking. never: nothing runs; never-ask: all runs."),
]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="--approve always: inside the sandbox, nothing is asked.")]
ReviewFlag = Annotated[
    list[str] | None,
    typer.Option(
        "--review",
        metavar="[ROLE=]MODE",
        help="Documents and files that you see first: never, end (those of its last action), always. "
        "--yes approves them; --approve session asks.",
    ),
]
MaxTokens = Annotated[int | None, typer.Option("--max-tokens", help="Budget: tokens of all model calls.")]
MaxSeconds = Annotated[float | None, typer.Option("--max-seconds", help="Budget: seconds.")]
MaxRounds = Annotated[int | None, typer.Option("--max-rounds", help="Budget: longest chain of messages.")]
MaxSteps = Annotated[int | None, typer.Option("--max-steps", help="Budget: model calls, runs and other steps.")]
MaxMoney = Annotated[float | None, typer.Option("--max-money", help="Budget: money, by the prices in the settings.")]
JsonlFlag = Annotated[bool, typer.Option("--jsonl", help="Print each event as one JSON line on stdout.")]
QuietFlag = Annotated[bool, typer.Option("--quiet", "-q", help="Print the result and errors only.")]
VerboseFlag = Annotated[bool, typer.Option("--verbose", "-v", help="Print what roles write, as plain lines.")]


def help_when_bare(context: typer.Context) -> None:
    """Print the help page when a group of commands is named without one of them."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
