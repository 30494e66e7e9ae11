"""What in a settings file lets more happen than would happen without it: its reader has to agree to that.

Whoever made a project wrote its agentsh.toml. What forbids, asks or limits may hold for all who work there, and so may
colours and keys; what sends text elsewhere, starts programs, or lets things happen unasked may not.
"""

from collections.abc import Callable, Mapping
from typing import Final

from pydantic import JsonValue

from agentsh.core.canonical import canonical_json, digest
from agentsh.core.model import JsonObject
from agentsh.core.settings import DEFAULT_HOST

_APPROVALS = "approval."
"""Ids of the keys that answer approvals: changed about, the key for no would say yes."""
_USUAL_HOSTS = (DEFAULT_HOST, DEFAULT_HOST.replace("127.0.0.1", "localhost"))
_STRICT_POLICIES = ("ask", "never")
_OWN_PROVIDERS = ("ollama", "local")
"""What is asked anyway."""

_Loosens = Callable[[JsonValue], bool]
_LOOSENS: Final[Mapping[tuple[str, str], _Loosens]] = {
    ("model", "provider"): lambda value: value not in _OWN_PROVIDERS,
    ("model", "host"): lambda value: value not in _USUAL_HOSTS,
    ("model", "hosts"): bool,
    ("run", "approve"): lambda value: value not in _STRICT_POLICIES,
    ("rules", "allow"): bool,
}
_EFFECTS: Final = (
    ("model.provider", "what roles read and write goes through this"),
    ("model.host", "what roles read and write is sent there"),
    ("run.approve", "how much happens without your being asked"),
    ("rules.", "happens without your being asked"),
    ("keys.", "which key answers when you are asked"),
    ("mcp.", "started outside of the sandbox, or told what roles want of it"),
)
"""What each part of a settings file lets happen, by how its name begins."""
_BEARS_ON_IT = {"model": ("provider", "host", "hosts"), "run": ("approve", "budget", "most")}
"""Keys that trust is given to, of tables of which others do not matter; rules and servers matter as a whole."""


def divided(values: JsonObject) -> tuple[JsonObject, JsonObject]:
    """Return what holds without anybody's trust, and by its dotted name what does not.

    Args:
        values: a settings file that was found valid. Its budget comes back as limits that no team exceeds.
    """
    strict = {name: _copied(value) for name, value in values.items()}
    loose: JsonObject = {}
    for (section, key), loosens in _LOOSENS.items():
        table = _table(strict, section)
        if key in table and loosens(table[key]):
            loose[f"{section}.{key}"] = table.pop(key)
    _divide_workspaces(_table(strict, "rules"), loose)
    keys = _table(strict, "keys")
    loose |= {f"keys.{name}": keys.pop(name) for name in [*keys] if name.startswith(_APPROVALS)}
    loose |= {f"mcp.{name}": server for name, server in _table(strict, "mcp").items()}
    strict.pop("mcp", None)
    _only_lower(_table(strict, "run"))
    return strict, loose


def effect_of(name: str) -> str:
    """Return in a few words what a setting that needs trust lets happen; `name` is one of those of `divided`."""
    return next(effect for begin, effect in _EFFECTS if name.startswith(begin))


def fingerprint(values: JsonObject) -> str:
    """Return a digest of all that trust is given to: what loosens, and the limits and rules beside it."""
    bearing: JsonObject = {
        section: {key: value for key, value in _table(values, section).items() if key in keys}
        for section, keys in _BEARS_ON_IT.items()
    }
    approvals = {name: key for name, key in _table(values, "keys").items() if name.startswith(_APPROVALS)}
    whole: JsonObject = {name: values[name] for name in ("rules", "mcp") if name in values}
    return digest(canonical_json({**bearing, **whole, "keys": approvals}))


def _divide_workspaces(rules: JsonObject, loose: JsonObject) -> None:
    for folder, own in _table(rules, "workspaces").items():
        if isinstance(own, dict) and own.get("allow"):
            loose[f'rules.workspaces."{folder}".allow'] = own.pop("allow")


def _only_lower(run: JsonObject) -> None:
    """Let a budget be a limit to what teams may use, and never more than they may."""
    budget = run.pop("budget", None)
    if not isinstance(budget, dict):
        return
    most = _table(run, "most")
    run["most"] = {**budget, **{name: _lower(limit, budget.get(name)) for name, limit in most.items()}}


def _lower(one: JsonValue, other: JsonValue) -> JsonValue:
    return min(one, other) if isinstance(one, int | float) and isinstance(other, int | float) else one


def _table(values: JsonObject, name: str) -> JsonObject:
    table = values.get(name)
    return table if isinstance(table, dict) else {}


def _copied(value: JsonValue) -> JsonValue:
    return {name: _copied(inner) for name, inner in value.items()} if isinstance(value, dict) else value
