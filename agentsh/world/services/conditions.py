"""Conditions that a goal is judged by without a model: `holds Magic Sword and in Tower`.

holds NAME · in ROOM · with NAME (in one room) · knows NAME · heard WORD · did VERB (the last action succeeded)
"""

import re
from collections.abc import Callable

from agentsh.core.errors import WorldError
from agentsh.world.components.behaviour import RecentActions
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import KNOWS, REMEMBERS
from agentsh.world.services.scene import Scene, name_of

FORMS = "holds NAME, in ROOM, with NAME, knows NAME, heard WORD or did VERB, joined by `and`"
_PART = re.compile(r"(?P<verb>\w+)\s+(?P<what>\S.*)")


def fulfilled(scene: Scene, conditions: str) -> float:
    """Return which share of the conditions holds, from 0 to 1.

    Raises:
        WorldError: one of them is none.
    """
    parts = [_read(part) for part in re.split(r"\s+and\s+", conditions.strip())]
    return sum(1 for verb, what in parts if CONDITIONS[verb](scene, what)) / len(parts)


def check(conditions: str) -> None:
    """Raise WorldError when `conditions` are none; empty ones are fine."""
    if conditions.strip():
        for part in re.split(r"\s+and\s+", conditions.strip()):
            _read(part)


def _read(part: str) -> tuple[str, str]:
    found = _PART.fullmatch(part.strip())
    if found is None or found["verb"] not in CONDITIONS:
        raise WorldError(f"{part!r} is no condition", hint=f"write {FORMS}")
    return found["verb"], found["what"].strip()


def _holds(scene: Scene, name: str) -> bool:
    return scene.among(scene.holding, name) is not None


def _is_in(scene: Scene, name: str) -> bool:
    return name_of(scene.store, scene.room).casefold() == name.casefold()


def _is_with(scene: Scene, name: str) -> bool:
    return scene.among(scene.people, name) is not None


def _knows(scene: Scene, name: str) -> bool:
    return scene.among(scene.store.targets(scene.actor, KNOWS), name) is not None


def _heard(scene: Scene, word: str) -> bool:
    store, wanted = scene.store, word.casefold()
    experiences = (store.find(entity, Experience) for entity in store.targets(scene.actor, REMEMBERS))
    return any(found is not None and found.kind == "heard" and wanted in found.text.casefold() for found in experiences)


def _did(scene: Scene, verb: str) -> bool:
    recent = scene.store.find(scene.actor, RecentActions)
    wanted = verb.casefold()
    return any(done.success and done.line.casefold().startswith(wanted) for done in recent.results) if recent else False


CONDITIONS: dict[str, Callable[[Scene, str], bool]] = {
    "holds": _holds,
    "in": _is_in,
    "with": _is_with,
    "knows": _knows,
    "heard": _heard,
    "did": _did,
}
