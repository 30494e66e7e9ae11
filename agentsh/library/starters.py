"""Files to begin with: a role, an action, a team, a world or a plugin that works at once, under a name of yours."""

from pathlib import Path
from typing import Literal

from agentsh.core.errors import UsageError
from agentsh.library.drafting import write_files
from agentsh.library.reading import NAME
from agentsh.library.shelf import Shelf

StarterKind = Literal["role", "action", "team", "world"]

_ROLE = """\
---
name: {name}
profile: {title}
goal: a clear answer to what the Boss asks for
constraints: say what is not known
watch: [user_requirement]             # what sets it off: the Boss, or an action of somebody's
actions: [speak]                      # what it can do: agentsh new action NAME
react: by_order
---
"""
_ACTION = """\
---
name: {name}
summary: What this does, in a line.
does: ask                             # ask, write_files, write_function, verify, choose or plan
output:                               # the answer has this shape; without it: Markdown
  answer: str(max 800)
  sources: list[str(max 120)](max 5)
max_tokens: 1000
temperature: 0.3
---
The Boss asked for: {{{{ idea }}}}

Answer it, and say what the answer rests on.

```json
{{"answer": "Tea costs 3.", "sources": ["the price list"]}}
```
"""
_TEAM = """\
---
name: {name}
summary: Two talk about what you ask, until all is said.
conductor: group                      # how they work together: docs/TEAMS.md
roles: [thinker, writer]              # agentsh new role NAME; the files that count: agentsh team show {name}
members: [thinker, writer]
speaker: round_robin
end: {{turns: 6, text: TERMINATE, external: enough}}
verify: false                         # true: a program has to be run and pass
budget: {{max_tokens: 100000, max_seconds: 1800}}
---
What the team is for.
"""
_WORLD = """\
---
name: {name}
summary: A room where somebody lives, and somebody else knows something.
seed: 1
ticks: 12                             # after so many it ends; left out: it goes on
starts_at: 08:00
seconds_per_tick: 300
rooms:
  Kitchen:
    text: A warm kitchen with a long table.
    doors: [Garden]
  Garden:
    text: A small garden behind the house.
items:
  Basket: {{text: an empty basket, in: Kitchen}}
events:
  - {{tick: 4, in: Garden, text: It begins to rain.}}
agents:
  Mira:                               # thinks with the model
    in: Kitchen
    profile: cook
    text: You cook for guests who come at noon.
    traits: [cheerful, quick]
    goals: [find herbs for the soup]
  Old Tom:                            # answers without one
    in: Garden
    profile: gardener
    npc:
      greeting: Good morning.
      answers:
        herbs: The parsley stands behind the shed.
---
What the world is for. More keys: docs/WORLDS.md.
"""
_PLUGIN = '''\
"""What {name} brings. It runs once it is trusted: agentsh plugins trust {name}; more hooks: docs/PLUGINS.md."""

from agentsh.commands.arguments import Arguments
from agentsh.commands.context import Context
from agentsh.commands.registry import Command, command
from agentsh.commands.reply import Reply, Text
from agentsh.plugins import hookimpl
from agentsh.ports import Hands
from agentsh.tools.making import FunctionTool, tool


async def {tool}(hands: Hands, pattern: str = "*") -> str:
    """Count the files of the workspace.

    Args:
        pattern: a glob on the path, such as *.py.
    """
    return f"There are {{len(await hands.list_files(pattern))}} files like {{pattern!r}}."


async def _told(context: Context, nothing: Arguments) -> Reply:
    return Text(f"The team has {{len(context.session.view().roles)}} roles.")


@hookimpl
def register_tools() -> list[FunctionTool]:
    """Bring a tool; a role or an action names it: tools: [{tool}]."""
    return [tool({tool})]


@hookimpl
def register_commands() -> list[Command]:
    """Bring a slash command."""
    return [command("{command}", "Say how many roles the team has.", Arguments, _told, "Shell")]
'''
_STARTERS: dict[StarterKind, str] = {"role": _ROLE, "action": _ACTION, "team": _TEAM, "world": _WORLD}


def write_starter(kind: StarterKind, name: str, folder: Path, shelf: Shelf) -> Path:
    """Write a file to begin with and return where it is.

    Raises:
        UsageError: the name is none, or taken: by a file of yours, or by one that ships and would be hidden.
    """
    if not NAME.fullmatch(name) or name in ("boss", "user_requirement"):
        raise UsageError(f"{name!r} is no name", hint="Use a-z, 0-9, _ and -, a letter first.")
    if (there := shelf.find(kind, name)) is not None:
        raise UsageError(f"there is a {kind} {name!r} already: {there}", hint="Take another name, or edit that file.")
    text = _STARTERS[kind].format(name=name, title=name.replace("_", " ").replace("-", " ").title())
    return write_files(folder, {f"{kind}s/{name}.md": text})[0]


def write_plugin(name: str, folder: Path) -> Path:
    """Write a plugin to begin with and return where it is.

    Raises:
        UsageError: the name is none, or taken.
    """
    if not NAME.fullmatch(name) or name.endswith("-"):
        raise UsageError(f"{name!r} is no name", hint="Use a-z, 0-9, _ and -, a letter first.")
    plain = name.replace("-", "_")
    text = _PLUGIN.format(name=name, tool=f"{plain}_files", command=plain.replace("_", "-"))
    return write_files(folder, {f"{plain}.py": text})[0]
