"""Files to begin with: a role, an action or a team that works at once, under a name of yours."""

from pathlib import Path
from typing import Literal

from agentsh.core.errors import UsageError
from agentsh.library.drafting import write_files
from agentsh.library.reading import NAME
from agentsh.library.shelf import Shelf

StarterKind = Literal["role", "action", "team"]

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
_STARTERS: dict[StarterKind, str] = {"role": _ROLE, "action": _ACTION, "team": _TEAM}


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
