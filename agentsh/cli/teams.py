"""`agentsh team`: which teams there are, which files one is made of, and what is wrong with them."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.cards import ActionCard, RoleCard, TeamFile
    from agentsh.library.checks import Finding

EPILOG = """\
Examples:

\b
  agentsh team list
  agentsh team show software-company
  agentsh team check               every team; exit 2 when a file is wrong
  agentsh team new "A cook and a critic who write a menu"
"""
app = typer.Typer(
    help="List, show and check teams.", callback=o.help_when_bare, invoke_without_command=True, epilog=EPILOG
)
TeamName = Annotated[str, typer.Argument(metavar="TEAM", help="Name of the team.", show_default=False)]


@app.command("list", epilog=EPILOG)
def list_(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List teams along the search path: ./prompts, the user's, the shipped ones."""
    from agentsh.cli.project import shelf_of

    found = shelf_of(context).list_teams()
    if json:
        printing.say_json([entry.model_dump(mode="json") for entry in found])
        return
    rows = [(e.name, ", ".join(e.roles), e.problem or e.summary, e.source) for e in found]
    printing.say_table(rows, ("NAME", "ROLES", "WHAT FOR", "FILE"))


@app.command(epilog=EPILOG)
def show(context: typer.Context, name: TeamName, json: o.JsonFlag = False) -> None:
    """Show a team with its roles and actions, each with the file that it was read from."""
    from agentsh.cli.project import shelf_of

    team = shelf_of(context).team(name)
    if json:
        printing.say_json(team.model_dump(mode="json"))
        return
    for line in _page(team):
        printing.say(line)


@app.command(epilog=EPILOG)
def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[TEAM]...", help="Default: all teams.")] = None,
    json: o.JsonFlag = False,
) -> None:
    """Check all files of teams; exit 2 when one is wrong."""
    from agentsh.cli.project import shelf_of
    from agentsh.core.errors import ExitCode

    shelf = shelf_of(context)
    found = {name: shelf.check_team(name) for name in names or sorted(shelf.paths("team"))}
    if json:
        printing.say_json({n: [f.model_dump(mode="json") for f in findings] for n, findings in found.items()})
    else:
        _tell(found)
    if any(finding.severity == "error" for findings in found.values() for finding in findings):
        raise typer.Exit(ExitCode.USAGE)


@app.command(epilog=EPILOG)
def new(
    context: typer.Context,
    sentence: Annotated[str, typer.Argument(metavar="SENTENCE", help="What the team is for, and who is in it.")],
    model: o.ModelFlag = None,
    host: o.HostFlag = None,
    provider: o.ProviderFlag = None,
    edit: Annotated[bool, typer.Option("--edit/--no-edit", help="Open the files in $EDITOR, at a terminal.")] = True,
    json: o.JsonFlag = False,
) -> None:
    """Let a model write a team from one sentence: files to edit, checked before they are written."""
    from agentsh.cli.drafting import drafted

    name, paths = drafted(context, sentence, (provider, host, model), edit=edit and not json)
    if json:
        printing.say_json({"team": name, "files": [str(path) for path in paths]})
        return
    for path in paths:
        printing.say(str(path))
    printing.note(f'Type: agentsh run "…" --team {name}')


def _tell(found: dict[str, tuple["Finding", ...]]) -> None:
    for name, findings in found.items():
        if not findings:
            printing.say(f"{name}: all files are fine")
        for finding in findings:
            printing.say(f"{finding.severity}: {finding.as_error()}")
            if finding.hint:
                printing.say(f"  {finding.hint}")


def _page(team: "TeamFile") -> list[str]:
    card = team.team
    lines = [f"{card.name}: {card.summary}".removesuffix(": "), f"  {card.source}"]
    lines.append(f"  conductor {card.conductor}" + (", ends with a program that was run" if card.verify else ""))
    for role in team.roles.values():
        lines += ["", *_role(role, team)]
    own = {name for role in team.roles.values() for name in role.actions}
    told = [_action(action) for name, action in team.actions.items() if name not in own]
    return lines + (["", "when they are told to:", *told] if told else [])


def _role(role: "RoleCard", team: "TeamFile") -> list[str]:
    lines = [f"{role.name} ({role.profile}): {role.goal}".removesuffix(": "), f"  {role.source}"]
    watches = f"watches {', '.join(role.watch)}; reacts {role.react}"
    lines.append(f"  {watches if role.watch else 'speaks when it is told to'}")
    return lines + [_action(team.actions[name]) for name in role.actions]


def _action(action: "ActionCard") -> str:
    return f"  - {action.name}: {action.summary}".removesuffix(": ") + f"  ({action.source})"
