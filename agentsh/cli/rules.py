"""`agentsh rules`: what may happen without asking, what never, and what the rules say of a command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.model import JsonObject
    from agentsh.core.rulebook import RuleSettings

app = typer.Typer(help="List, add and try rules on what may happen.", invoke_without_command=True)

EPILOG = """\
Examples:

\b
  agentsh rules                                   all rules that hold here
  agentsh rules add deny "read .env"
  agentsh rules add allow "run make *" --workspace ~/src/tool
  agentsh rules try "make test && rm -rf build"   what would be decided, and why

\b
A rule is a word and a pattern. The words: run, write, read, install, net, tool.
deny beats ask, ask beats allow. They stand in agentsh.toml, under [rules].
"""
KindWord = Literal["run", "write", "read", "install", "net", "tool"]
WorkspaceFlag = Annotated[
    Path | None, typer.Option("--workspace", help="The one folder that it holds in; default: everywhere.")
]


@app.callback(epilog=EPILOG)
def bare(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List, add and try rules on what may happen."""
    if context.invoked_subcommand is None:
        list_(context, json=json)


@app.command("list", epilog=EPILOG)
def list_(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List the rules that hold here, the stronger first."""
    from agentsh.cli.project import project

    settings, home = project(context)
    found = _rows(settings.rules)
    if json:
        printing.say_json({"file": str(home.config), "approve": settings.run.approve, "rules": [*found]})
    elif found:
        rows = [tuple(str(row[key] or "everywhere") for key in ("decision", "rule", "workspace")) for row in found]
        printing.say_table(rows, ("", "RULE", "WHERE"))
    else:
        printing.note(f"There are no rules in {home.config}: --approve {settings.run.approve} holds for all.")


@app.command(epilog=EPILOG)
def add(
    context: typer.Context,
    decision: Annotated[Literal["allow", "ask", "deny"], typer.Argument(help="Which list.", show_default=False)],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Such as: run python *", show_default=False)],
    workspace: WorkspaceFlag = None,
) -> None:
    """Add a rule to agentsh.toml; its comments stay."""
    from agentsh.cli.project import project
    from agentsh.core.errors import UsageError
    from agentsh.core.rulebook import parse_rule
    from agentsh.library.rule_file import add_rule

    _, home = project(context)
    try:
        parsed = parse_rule(rule)
    except ValueError as error:
        raise UsageError(str(error), hint="Type: agentsh rules --help") from None
    add_rule(home.config, decision, parsed, None if workspace is None else str(workspace.expanduser().resolve()))
    printing.note(f"kept in {home.config}: {decision} {str(parsed)!r}")


@app.command("try", epilog=EPILOG)
def try_(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A command, path, package, host, tool.", show_default=False)
    ],
    kind: Annotated[KindWord, typer.Option("--kind", help="What is wanted.")] = "run",
    workspace: WorkspaceFlag = None,
    approve: o.ApproveFlag = None,
    json: o.JsonFlag = False,
) -> None:
    """Say what would be decided in a sandbox, and why; nothing is run."""
    from agentsh.cli.project import project
    from agentsh.core.rules import Wish
    from agentsh.engine.approvals import Approvals, Policy, Proposal
    from agentsh.engine.state import State
    from agentsh.library.rule_file import RuleFile

    settings, home = project(context)
    policy: Policy = approve or settings.run.approve
    wish = Wish(kind="run", argv=("sh", "-c", what)) if kind == "run" else Wish(kind=kind, subjects=(what,))
    book = RuleFile(home.config, (workspace or Path.cwd()).expanduser().resolve(), settings.rules)
    judged = Approvals(policy, book).decide(Proposal(what=kind, detail=what, wishes=(wish,)), State())
    if json:
        printing.say_json(judged.model_dump(mode="json"))
    else:
        printing.say(f"{judged.decision}{f': {judged.why}' if judged.why else ''}")


def _rows(rules: "RuleSettings") -> "list[JsonObject]":
    from agentsh.library.rule_file import rules_of

    return [
        {"decision": decision, "rule": str(rule), "kind": rule.kind, "pattern": rule.pattern, "workspace": workspace}
        for decision, rule, workspace in rules_of(rules)
    ]
