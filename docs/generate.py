"""Writes the pages of docs/ that say what the program itself knows: `make docs`. A test keeps them current."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import get_args

from agentsh.commands.builtin import builtin
from agentsh.commands.registry import GROUPS, Command
from agentsh.core.events import Event

DOCS = Path(__file__).parent
_COMMANDS = """\
# Commands

The same in the interface, in its palette (ctrl+p), in `agentsh chat`, and for plugins. `agentsh run --pause-at` takes
what `/break` takes. Written by `make docs` from the commands themselves.

Plain text is said to the team. `@` completes a file of the workspace, `#` a role; `#role text` speaks to that role,
`!line` runs a shell command in the sandbox once it is allowed, and `//text` says something that begins with a slash.
The words of notebooks mean the same here: `%%line` is `!line`; `%reset`, `%undo`, `%help` and `%model` are the commands
of that name, `%tokens` is `/cost`, `%info` `/config`, `%jupyter` `/cells`, `%save_message` `/export jsonl`, `%markdown`
`/export md` and `%load_message` `/sessions`.
"""


def commands() -> str:
    """Return the page of slash commands."""
    known = list(builtin())
    groups = [_group(group, [one for one in known if one.group == group]) for group in GROUPS]
    return "\n".join([_COMMANDS, *groups])


def _group(name: str, members: list[Command]) -> str:
    return "\n".join([f"## {name}", "", *(_command(one) for one in members)])


def _command(one: Command) -> str:
    parts = [f"### `{one.usage}`", one.summary]
    if one.aliases:
        parts.append(f"Also {', '.join(f'`/{alias}`' for alias in one.aliases)}.")
    if one.details:
        parts.append(one.details)
    if one.examples:
        parts.append("\n".join(["```text", *one.examples, "```"]))
    return "\n\n".join(parts) + "\n"


_EVENTS = """\
# Events

All that a session's journal can hold: `agentsh run --jsonl` prints each as one line while it happens,
`agentsh sessions export NAME --format jsonl` all of them. Every line has `seq`, `at`, `kind`, `session`, and `role`
where there is one. Written by `make docs` from the events themselves.
"""


def events() -> str:
    """Return the page of events."""
    rows = [f"| `{kind}` | {meaning} |" for kind, meaning in sorted(event_kinds().items())]
    return "\n".join([_EVENTS, "| kind | means |", "|---|---|", *rows, ""])


def event_kinds() -> dict[str, str]:
    """Return every kind of event, with what it means in a sentence."""
    members = get_args(get_args(Event)[0])
    return {member.model_fields["kind"].default: (member.__doc__ or "").split("\n")[0] for member in members}


PAGES: Mapping[str, Callable[[], str]] = {"COMMANDS.md": commands, "EVENTS.md": events}
"""Each page by its file name, and what makes its text."""


def main() -> None:
    """Write every page."""
    for name, text in PAGES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
