"""`agentsh chat [SESSION]`: the line shell, at a terminal of any kind or in a pipe."""

from pathlib import Path
from typing import Annotated

import typer

from agentsh.cli import options as o

EPILOG = """\
Examples:

\b
  agentsh chat                                   say what is to be made; /help lists the commands
  agentsh chat write-a-cli-snake-game            go on with a session
  agentsh chat --plain                           for screen readers: nothing is drawn twice
  echo "Write a tool vowel_count(text): hello -> 2" | agentsh chat --yes

\b
In a pipe each line waits until the team rests; an approval or a question takes
the next line. It ends when the lines do, with the exit codes of agentsh run.
"""


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("chat", epilog=EPILOG, help="The line shell: a new session, or the one that is named.")(chat)


def chat(
    context: typer.Context,
    session: Annotated[str | None, typer.Argument(metavar="[SESSION]", help="Name of the session.")] = None,
    plain: Annotated[
        bool, typer.Option("--plain", help="Only write lines: no colours, no bar, nothing drawn twice.")
    ] = False,
    team: Annotated[str | None, typer.Option("--team", help="Which team begins; default: software-company.")] = None,
    model: o.ModelFlag = None,
    host: o.HostFlag = None,
    provider: o.ProviderFlag = None,
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
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of the sampling.")] = None,
    verbose: o.VerboseFlag = False,
) -> None:
    """Talk to a team, line by line."""
    from agentsh.cli import requests
    from agentsh.cli.project import existing_session, project
    from agentsh.cli.talk import RunManner, house_of, talk
    from agentsh.core.ids import RoleName
    from agentsh.repl.house import Reopen

    manner = RunManner(
        team=team,
        model=model,
        host=host,
        provider=provider,
        workspace=None if workspace is None else str(workspace.expanduser().absolute()),
        humans=tuple(RoleName(role) for role in human or ()),
        reviews=requests.reviews(review or ()),
        approve=requests.policy(approve, yes=yes),
        budget=requests.budget(max_tokens, max_seconds, max_rounds, max_steps, max_money),
        seed=seed,
    )
    if session is not None:
        existing_session(context, session)
    settings, home = project(context, tell=False)
    wanted = None if session is None else Reopen(session)
    raise typer.Exit(talk(house_of(settings, home, manner), wanted, plain=plain, verbose=verbose))
