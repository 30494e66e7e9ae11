"""`agentsh run IDEA`: a new session, from one sentence to a program that runs, without a screen of its own."""

from pathlib import Path
from typing import Annotated

import typer

from agentsh.cli import options as o

EPILOG = """\
Examples:

\b
  agentsh run "Write a tool vowel_count(text): hello -> 2" --yes
  agentsh run "Write a cli snake game" --model qwen3:8b --max-seconds 1800
  agentsh run "Add a --json flag" --workspace ~/src/tool --approve session
  agentsh run "A todo list" --human architect --pause-at before:run
  agentsh run "A dice roller" --jsonl | jq .kind

\b
Exit codes: 0 done and passed, 2 usage, 3 a budget ended it, 4 a person is
needed, 5 no model, 6 the program does not run, 7 session store, 130 interrupted.
"""


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("run", epilog=EPILOG, help="Put a team to work on an idea; the result goes to stdout.")(run)


def run(
    context: typer.Context,
    idea: Annotated[str, typer.Argument(metavar="IDEA", help="What to make, in a sentence.", show_default=False)],
    team: Annotated[
        str | None,
        typer.Option(
            "--team", help="Which team; default: software-company, or for an existing project chat-company-incremental."
        ),
    ] = None,
    model: o.ModelFlag = None,
    host: o.HostFlag = None,
    provider: o.ProviderFlag = None,
    session: Annotated[str | None, typer.Option("--session", help="Name; default: made from the idea.")] = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Existing project to work on; default: a new folder.")
    ] = None,
    human: Annotated[list[str] | None, typer.Option("--human", metavar="ROLE", help="A role you play.")] = None,
    review: o.ReviewFlag = None,
    approve: o.ApproveFlag = None,
    yes: o.YesFlag = False,
    max_tokens: o.MaxTokens = None,
    max_seconds: o.MaxSeconds = None,
    max_rounds: o.MaxRounds = None,
    max_steps: o.MaxSteps = None,
    max_money: o.MaxMoney = None,
    temperature: Annotated[float | None, typer.Option("--temperature", help="Sampling temperature, 0 to 2.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the sampling.")] = None,
    var: Annotated[
        list[str] | None, typer.Option("--var", metavar="KEY=VALUE", help="A variable for prompts; may be repeated.")
    ] = None,
    pause_at: Annotated[
        list[str] | None,
        typer.Option("--pause-at", metavar="BREAKPOINT", help="Such as role:NAME, before:run; may be repeated."),
    ] = None,
    jsonl: o.JsonlFlag = False,
    quiet: o.QuietFlag = False,
    verbose: o.VerboseFlag = False,
) -> None:
    """Run a new session."""
    from agentsh.cli import requests
    from agentsh.cli.play import begin
    from agentsh.core.ids import RoleName, SessionName
    from agentsh.core.settings import RunOptions

    manner = requests.manner(jsonl=jsonl, quiet=quiet, verbose=verbose)
    asked = requests.valid(
        RunOptions,
        idea=idea.strip(),
        team=team,
        provider=provider,
        model=model,
        host=host,
        session=None if session is None else SessionName(session),
        workspace=None if workspace is None else str(workspace.expanduser().absolute()),
        humans=tuple(RoleName(role) for role in human or ()),
        reviews=requests.reviews(review or ()),
        approve=requests.policy(approve, yes=yes),
        budget=requests.budget(max_tokens, max_seconds, max_rounds, max_steps, max_money),
        temperature=temperature,
        seed=seed,
        variables=requests.variables(var or ()),
        pause_at=tuple(pause_at or ()),
    )
    raise typer.Exit(begin(context, asked, manner))
