"""`agentsh resume [SESSION]`: go on where a session stopped, in a new process."""

from pathlib import Path
from typing import Annotated

import typer

from agentsh.cli import options as o

EPILOG = """\
Examples:

\b
  agentsh resume                                   the latest session, on screen
  agentsh resume --headless                        the latest session
  agentsh resume write-a-cli-snake-game --headless --max-tokens 200000
  agentsh resume magic-sword --headless --ticks 20
"""


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("resume", epilog=EPILOG, help="Go on with a session where it stopped; default: the latest.")(resume)


def resume(
    context: typer.Context,
    session: Annotated[str | None, typer.Argument(metavar="[SESSION]", help="Name of the session.")] = None,
    headless: Annotated[
        bool, typer.Option("--headless", help="Without the app: progress on stderr, the result on stdout.")
    ] = False,
    model: o.ModelFlag = None,
    host: o.HostFlag = None,
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Work in this folder; a session from elsewhere needs your word.")
    ] = None,
    approve: o.ApproveFlag = None,
    yes: o.YesFlag = False,
    ticks: Annotated[int | None, typer.Option("--ticks", help="So many more ticks of its world.")] = None,
    max_tokens: o.MaxTokens = None,
    max_seconds: o.MaxSeconds = None,
    max_rounds: o.MaxRounds = None,
    max_steps: o.MaxSteps = None,
    max_money: o.MaxMoney = None,
    jsonl: o.JsonlFlag = False,
    quiet: o.QuietFlag = False,
    verbose: o.VerboseFlag = False,
) -> None:
    """Go on with a session."""
    from agentsh import wiring
    from agentsh.cli import requests, screen
    from agentsh.cli.global_options import GlobalOptions
    from agentsh.cli.play import play
    from agentsh.cli.project import existing_session, project
    from agentsh.core.settings import ResumeOptions
    from agentsh.tui.lobby import Reopen

    manner = requests.manner(jsonl=jsonl, quiet=quiet, verbose=verbose)
    asked = requests.valid(
        ResumeOptions,
        workspace=None if workspace is None else str(workspace.expanduser().resolve()),
        approve=requests.policy(approve, yes=yes),
        model=model,
        host=host,
        budget=requests.budget(max_tokens, max_seconds, max_rounds, max_steps, max_money),
        ticks=ticks,
    )
    if session is not None:
        existing_session(context, session)
    if screen.screen_there() and not (headless or jsonl or quiet or verbose):
        raise typer.Exit(screen.show(context.find_object(GlobalOptions) or GlobalOptions(), Reopen(session), asked))
    settings, home = project(context, tell=False)
    code = play(
        lambda progress: wiring.reopened(session, asked, settings, home, terminal=manner.terminal, progress=progress),
        manner,
    )
    raise typer.Exit(code)
