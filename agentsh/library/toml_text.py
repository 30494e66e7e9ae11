"""TOML, and on which line each of its keys stands."""

import re
import tomllib
from pathlib import Path

from agentsh.core.errors import FileError
from agentsh.core.model import JsonObject
from agentsh.library.front import read_text
from agentsh.library.places import Place, Places

_AT_LINE = re.compile(r" ?\(at (?:line (?P<line>[0-9]+), column [0-9]+|end of document)\)")
_TABLE = re.compile(r"\s*(?P<open>\[{1,2})(?P<name>[^\]\n]+)\]")
_ENTRY = re.compile(r"""\s*(?P<key>(?:[\w-]+|"[^"\n]*"|'[^'\n]*')(?:\s*\.\s*(?:[\w-]+|"[^"\n]*"|'[^'\n]*'))*)\s*=""")


def read_toml(path: Path) -> tuple[JsonObject, Places]:
    """Return what a TOML file says, and where. Raises FileError."""
    text = read_text(path)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(path), text, str(error)) from None
    except RecursionError:
        raise FileError(str(path), None, "is nested too deep", hint="Make it flatter.") from None
    return values, Places(str(path), key_lines(text))


def _not_toml(path: str, text: str, said: str) -> FileError:
    at = _AT_LINE.search(said)
    line = int(at["line"]) if at and at["line"] else text.count("\n") + 1
    message = _AT_LINE.sub("", said)
    return FileError(path, line, f"this is not valid TOML: {message[:1].lower()}{message[1:]}", hint=_hint(text, line))


def _hint(text: str, line: int) -> str:
    lines = text.splitlines()
    written = lines[line - 1] if 0 < line <= len(lines) else ""
    if re.match(r"\s*[\w.-]+\s*=\s*[^\s\"'\[{\d+-]", written):
        return 'Text stands in quotes: model = "qwen3:8b"'
    return 'Lines look like: model = "qwen3:8b", under a head such as [model].'


def key_lines(text: str) -> dict[Place, int]:
    """Return the line, from 1, of each table and key that has a line of its own."""
    lines: dict[Place, int] = {}
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if found := _TABLE.match(line):
            table = _keys(found["name"])
            if found["open"] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            lines.setdefault(table, number)
        elif found := _ENTRY.match(line):
            lines.setdefault((*table, *_keys(found["key"])), number)
    return lines


def _keys(dotted: str) -> Place:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
