"""Settings as lines of TOML, for people to read."""

import json
from collections.abc import Iterator

from pydantic import JsonValue

from agentsh.core.model import JsonObject


def settings_lines(values: JsonObject, section: str = "") -> Iterator[str]:
    """Yield settings as TOML has them; what has no value stands there as a comment."""
    plain = {key: value for key, value in values.items() if not isinstance(value, dict)}
    if section and plain:
        yield f"\n[{section}]"
    for key, value in plain.items():
        yield f"# {key} =" if value is None else f"{key} = {_toml(value)}"
    groups = {key: value for key, value in values.items() if isinstance(value, dict)}
    for key, group in groups.items():
        yield from settings_lines(group, f"{section}.{key}" if section else key)


def _toml(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)
