"""What a typed line means: a slash command, a shell command, something for one role, or something said to all."""

from collections.abc import Sequence
from dataclasses import dataclass

MAGIC = {
    "undo": "undo",
    "reset": "reset",
    "help": "help",
    "tokens": "cost",
    "info": "config",
    "jupyter": "cells",
    "save_message": "export jsonl",
    "load_message": "sessions",
    "markdown": "export md",
    "model": "model",
}
"""What a line that begins with `%` stands for: the words of notebooks and of open-interpreter."""


@dataclass(frozen=True, slots=True)
class Call:
    """A command's name and the rest of its line."""

    name: str
    rest: str


def read(line: str, roles: Sequence[str] = ()) -> Call:
    """Return what `line` calls for.

    `/name …` is a command, and `//…` says something that begins with a slash. `!…` and `%%…` are shell commands, and
    `%name …` is one of `MAGIC`. `#role …` speaks to that role, if there is one. Everything else is said to the team.
    """
    text = line.strip()
    if text.startswith("//"):
        return Call("say", text[1:])
    if text.startswith("/"):
        name, _, rest = text[1:].partition(" ") if "\n" not in text.split(" ", 1)[0] else text[1:].partition("\n")
        return Call(name, rest.strip())
    if text.startswith("!"):
        return Call("shell", text[1:].strip())
    if text.startswith("%"):
        return _magic(text)
    if text.startswith("#"):
        role, _, rest = text[1:].partition(" ")
        if role in roles and rest.strip():
            return Call("to", f"{role} {rest.strip()}")
    return Call("say", text)


def is_command(line: str) -> bool:
    """Whether a line is a command also while something is asked: it begins with one slash, or is a word of `MAGIC`."""
    if line.startswith("/"):
        return not line.startswith("//")
    return line.startswith("%") and line[1:].split(" ", 1)[0].strip() in MAGIC


def _magic(text: str) -> Call:
    if text.startswith("%%"):
        return Call("shell", text[2:].strip())
    word, _, rest = text[1:].partition(" ")
    if word not in MAGIC:
        return Call("say", text)
    name, _, first = MAGIC[word].partition(" ")
    return Call(name, f"{first} {rest.strip()}".strip())
