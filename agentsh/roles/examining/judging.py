"""Whether an answer is what a trial expects: words for a person when it is not, nothing when it is."""

import re

from pydantic import JsonValue

from agentsh.core.fitness import Expected, TrialCard
from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch, validate_object
from agentsh.roles.actions.calling import Said

MOST_SHOWN = 120


def data_fault(card: TrialCard, data: JsonObject) -> str:
    """Return what is wrong with a structured answer."""
    for name, wanted in card.expect.data.items():
        if not _same(_as_asked(card, name, wanted), data.get(name)):
            return f"{name} is {shown(data.get(name))}, not {shown(wanted)}"
    return ""


def call_fault(expect: Expected, said: Said) -> str:
    """Return what is wrong with a call."""
    if not said.calls:
        return f"it called nothing and said {shown(said.text)}"
    call = said.calls[0]
    if call.name != expect.call:
        return f"it called {call.name}, not {expect.call}"
    for name, wanted in expect.arguments.items():
        if not _same(wanted, call.arguments.get(name)):
            return f"{name} is {shown(call.arguments.get(name))}, not {shown(wanted)}"
    return ""


def text_fault(expect: Expected, text: str) -> str:
    """Return what is wrong with an answer in words."""
    plain = text.strip().strip("*\"'").lower()
    if expect.begins and not plain.startswith(expect.begins.lower()):
        return f"it does not begin with {expect.begins!r}: {shown(text)}"
    if missing := [word for word in expect.holds if word.lower() not in plain]:
        return f"{missing[0]!r} is not in it: {shown(text)}"
    if wrong := [word for word in expect.without if word in text]:
        return f"{wrong[0]!r} is in it: {shown(text)}"
    if expect.most_words and (count := len(re.findall(r"\w+", text))) > expect.most_words:
        return f"it has {count} words, not {expect.most_words}: {shown(text)}"
    return ""


def shown(value: JsonValue) -> str:
    """Return a value as a complaint shows it: on one line, and not long."""
    words = " ".join(repr(value).split())
    return words if len(words) <= MOST_SHOWN else f"{words[:MOST_SHOWN]}…"


def _as_asked(card: TrialCard, name: str, wanted: JsonValue) -> JsonValue:
    """Return an expected value as the answer's schema has it: a file's `31` is a number where a number is due."""
    properties = (card.output or {}).get("properties")
    shape = properties.get(name) if isinstance(properties, dict) else None
    schema: JsonObject = {"type": "object", "properties": {name: shape}, "required": [name]}
    try:
        return validate_object(schema, {name: wanted})[name]
    except OutputMismatch:
        return wanted


def _same(wanted: JsonValue, given: JsonValue) -> bool:
    if isinstance(wanted, str) and isinstance(given, str):
        return wanted.strip().lower() == given.strip().lower()
    if isinstance(wanted, list) and isinstance(given, list):
        return len(wanted) == len(given) and all(map(_same, wanted, given))
    if isinstance(wanted, dict) and isinstance(given, dict):
        return wanted.keys() == given.keys() and all(_same(wanted[key], given[key]) for key in wanted)
    return wanted == given
