"""`agentsh plugins`: what is loaded, from where, what failed; and which plugins of a project may run."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from agentsh.core.model import JsonObject
    from agentsh.plugins.plugins import Plugin
    from agentsh.plugins.sources import PluginFile

EPILOG = """\
Examples:

\b
  agentsh plugins list
  agentsh plugins list --json | jq '.[] | select(.standing == "failed")'
  agentsh plugins trust                  all of this project's, as they are now
  agentsh plugins trust word_count
  agentsh plugins distrust word_count

\b
A plugin of a project runs only as long as it is, byte for byte, what you
trusted. Plugins in your own config folder, and installed ones, need no trust.
"""
app = typer.Typer(
    help="List plugins, and trust those of a project.",
    callback=o.help_when_bare,
    invoke_without_command=True,
    epilog=EPILOG,
)
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Which; default: all of the project's.")]


@app.command("list", epilog=EPILOG)
def list_(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List all plugins: what is loaded, from where, what it brings, what failed."""
    found = _found(context)
    if json:
        printing.say_json([_value(plugin) for plugin in found])
        return
    if not found:
        printing.note("There are no plugins.")
        return
    printing.say_table(
        [(plugin.name, plugin.standing, _brings(plugin), plugin.where) for plugin in found],
        ("NAME", "STANDING", "BRINGS", "FROM"),
    )
    for plugin in found:
        for problem in plugin.problems:
            printing.note(f"error: {problem}{f'  {problem.hint}' if problem.hint else ''}")
    if any(plugin.standing in ("untrusted", "changed") for plugin in found):
        printing.note("Those that are not trusted did not run. Look at them, then: agentsh plugins trust")


@app.command(epilog=EPILOG)
def trust(context: typer.Context, names: Names = None) -> None:
    """Let plugins of this project run, as they are now."""
    from agentsh.wiring.kit import trust as trusted

    files = _files(context, names)
    trusted().give(files)
    for file in files:
        printing.say(f"trusted: {file.path}  sha256 {file.digest}")
    given = {str(file.path) for file in files}
    for plugin in _found(context):
        if plugin.where in given:
            printing.say(f"{plugin.name} brings {_brings(plugin) or 'nothing'}")
            for problem in plugin.problems:
                printing.note(f"error: {problem}{f'  {problem.hint}' if problem.hint else ''}")


@app.command(epilog=EPILOG)
def distrust(context: typer.Context, names: Names = None) -> None:
    """Let plugins of this project run no more."""
    from agentsh.wiring.kit import trust as trusted

    files = _files(context, names)
    trusted().take(files)
    for file in files:
        printing.say(f"not trusted: {file.path}")


def _found(context: typer.Context) -> "list[Plugin]":
    from agentsh.cli.project import kit_of

    kit = kit_of(context)
    kit.ask_all()
    return [] if kit.plugins is None else kit.plugins.found


def _files(context: typer.Context, names: "Sequence[str] | None") -> "list[PluginFile]":
    """Return files of the project's plugins. Raises UsageError when one of these is none."""
    from agentsh.cli.project import home_of
    from agentsh.core.errors import FileError, UsageError
    from agentsh.library.places import nearest
    from agentsh.plugins.sources import plugin_files

    folder = home_of(context).plugins
    there = plugin_files(folder)
    known = {found.name: found for found in there if not isinstance(found, FileError)}
    for name in names or ():
        if name not in known:
            hint = nearest(name, known) if known else "Type: agentsh plugins list"
            raise UsageError(f"there is no plugin {name!r} in {str(folder)!r}", hint=hint)
    if not there:
        raise UsageError(f"there are no plugins in {str(folder)!r}", hint="docs/PLUGINS.md says how to write one")
    if not names and (wrong := next((found for found in there if isinstance(found, FileError)), None)) is not None:
        raise wrong
    return [known[name] for name in names] if names else list(known.values())


def _brings(plugin: "Plugin") -> str:
    return "; ".join(f"{noun}: {', '.join(names)}" for noun, names in plugin.brings.items())


def _value(plugin: "Plugin") -> "JsonObject":
    return {
        "name": plugin.name,
        "standing": plugin.standing,
        "from": plugin.where,
        "sha256": None if plugin.file is None else plugin.file.digest,
        "brings": {noun: [*names] for noun, names in plugin.brings.items()},
        "problems": [{"message": str(problem), "hint": problem.hint} for problem in plugin.problems],
    }
