"""What a typed line means: a slash command, a shell command, something for one role, or something said to all."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Call:
    """A command's name and the rest of its line."""

    name: str
    rest: str


def read(line: str, roles: Sequence[str] = ()) -> Call:
    """Return what `line` calls for.

    `/name …` is a command, and `//…` says something that begins with a slash. `!…` is a shell command. `#role …` speaks
    to that role, if there is one. Everything else is said to the team.
    """
    text = line.strip()
    if text.startswith("//"):
        return Call("say", text[1:])
    if text.startswith("/"):
        name, _, rest = text[1:].partition(" ") if "\n" not in text.split(" ", 1)[0] else text[1:].partition("\n")
        return Call(name, rest.strip())
    if text.startswith("!"):
        return Call("shell", text[1:].strip())
    if text.startswith("#"):
        role, _, rest = text[1:].partition(" ")
        if role in roles and rest.strip():
            return Call("to", f"{role} {rest.strip()}")
    return Call("say", text)
