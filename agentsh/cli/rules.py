"""`agentsh rules`: what may happen without asking, what never, and what the rules say of a command."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsh.core.model import JsonObject
    from agentsh.core.rulebook import Decision
    from agentsh.library.config import Reading

app = typer.Typer(help="List, add, remove and try rules on what may happen.", invoke_without_command=True)

EPILOG = """\
Examples:

\b
  agentsh rules                                   all rules that hold here
  agentsh rules add deny "read .env"
  agentsh rules add allow "run make *" --workspace ~/src/tool
  agentsh rules remove 2                          by its number in the list
  agentsh rules remove "deny read .env"           or as it is written
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
    """List, add, remove and try rules on what may happen."""
    if context.invoked_subcommand is None:
        list_(context, json=json)


@app.command("list", epilog=EPILOG)
def list_(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List the rules that hold here, the stronger first."""
    from agentsh.cli.project import reading_of, tell_left_out

    reading, _ = reading_of(context)
    found = _rows(reading)
    if json:
        value: JsonObject = {
            "file": str(reading.path),
            "approve": reading.settings.run.approve,
            "rules": [*found],
            "left_out": [*reading.left_out],
        }
        printing.say_json(value)
    elif found:
        printing.say_table([_shown(row) for row in found], ("", "", "RULE", "WHERE"))
        printing.note(f"Numbered: in {reading.path}. For what no rule names, --approve {reading.settings.run.approve}.")
    else:
        policy = reading.settings.run.approve
        printing.note(f"There are no rules in {reading.path}: --approve {policy} holds for all.")
    tell_left_out(reading)


@app.command(epilog=EPILOG)
def add(
    context: typer.Context,
    decision: Annotated[Literal["allow", "ask", "deny"], typer.Argument(help="Which list.", show_default=False)],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Such as: run python *", show_default=False)],
    workspace: WorkspaceFlag = None,
    json: o.JsonFlag = False,
) -> None:
    """Add a rule to agentsh.toml; its comments stay."""
    from agentsh.cli.project import reading_of, tell_left_out
    from agentsh.core.errors import UsageError
    from agentsh.core.rulebook import parse_rule
    from agentsh.library.rule_file import add_rule

    reading, home = reading_of(context)
    try:
        parsed = parse_rule(rule)
    except ValueError as error:
        raise UsageError(str(error), hint="Type: agentsh rules --help") from None
    where = None if workspace is None else str(workspace.expanduser().resolve())
    holds = add_rule(reading.path, decision, parsed, where) or home.own or decision != "allow"
    if json:
        kept: JsonObject = {"decision": decision, "rule": str(parsed), "workspace": where, "holds": holds}
        printing.say_json({"file": str(reading.path), "kept": kept})
    else:
        printing.note(f"kept in {reading.path}: {decision} {str(parsed)!r}")
    tell_left_out(reading_of(context)[0])


@app.command(epilog=EPILOG)
def remove(
    context: typer.Context,
    rule: Annotated[
        str, typer.Argument(metavar="RULE", help="Its number in the list, or the rule itself.", show_default=False)
    ],
    json: o.JsonFlag = False,
) -> None:
    """Take a rule out of agentsh.toml; its comments stay."""
    from agentsh.cli.project import reading_of, tell_left_out
    from agentsh.core.rulebook import parse_rule
    from agentsh.library.rule_file import remove_rule

    reading, _ = reading_of(context)
    found = _meant(rule, _rows(reading), str(reading.path))
    where = found["workspace"]
    remove_rule(
        reading.path,
        cast("Decision", found["decision"]),
        parse_rule(str(found["rule"])),
        None if where is None else str(where),
    )
    if json:
        printing.say_json({"file": str(reading.path), "removed": found})
    else:
        printing.note(f"taken out of {reading.path}: {found['decision']} {str(found['rule'])!r}")
    tell_left_out(reading_of(context)[0])


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


def _rows(reading: "Reading") -> "list[JsonObject]":
    """Return the rules of the file, numbered, then those of the user's own file and of the environment."""
    from agentsh.core.settings import Settings
    from agentsh.library.rule_file import rules_of

    written = rules_of(Settings.model_validate(reading.values).rules)
    in_force = rules_of(reading.settings.rules)
    others = [one for one in in_force if one not in written]
    return [
        {
            "number": number if number <= len(written) else None,
            "decision": decision,
            "rule": str(rule),
            "kind": rule.kind,
            "pattern": rule.pattern,
            "workspace": workspace,
            "holds": (decision, rule, workspace) in in_force,
        }
        for number, (decision, rule, workspace) in enumerate([*written, *others], start=1)
    ]


def _shown(row: "JsonObject") -> tuple[str, ...]:
    where = str(row["workspace"] or "everywhere")
    number = str(row["number"] or "")
    return (number, str(row["decision"]), str(row["rule"]), where if row["holds"] else f"{where}, once trusted")


def _meant(said: str, rows: "Sequence[JsonObject]", path: str) -> "JsonObject":
    """Return the rule of the file that is meant. Raises UsageError when it is not one."""
    from agentsh.core.errors import UsageError

    numbered = [row for row in rows if row["number"] is not None]
    words = " ".join(said.split(None, 1))
    found = [row for row in numbered if words in (str(row["number"]), row["rule"], f"{row['decision']} {row['rule']}")]
    if not found:
        raise UsageError(f"there is no rule {said!r} in {path}", hint="Type: agentsh rules")
    if len(found) > 1:
        numbers = ", ".join(str(row["number"]) for row in found)
        raise UsageError(f"{said!r} is written {len(found)} times in {path}", hint=f"Name one by its number: {numbers}")
    return found[0]
