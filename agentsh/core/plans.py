"""Plans and task lists: steps that may wait for others, checked before anybody follows them."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from pydantic import Field, JsonValue

from agentsh.core.model import Frozen, JsonObject

TaskStatus = Literal["open", "doing", "done", "failed", "skipped"]
SETTLED: frozenset[TaskStatus] = frozenset({"done", "failed", "skipped"})
MOST_OF_A_TEXT = 300
"""Characters of what one step says."""
_LINE = re.compile(r"(?P<id>[\w.-]+)\s+(?P<by>[\w-]+):\s*(?P<text>.*?)\s*(?:\(after (?P<after>[\w\s,.-]+)\))?\s*")
STEP_TAG = "step:"
"""A message with the tag `step:s2` is what came of step s2 of its role's plan."""


class Task(Frozen):
    """One thing to be done, and how far it is."""

    id: str = Field(min_length=1, max_length=40)
    text: str
    by: str = ""
    """The action that does it, or the role."""
    after: tuple[str, ...] = ()
    """Tasks that come before it."""
    status: TaskStatus = "open"


Tasks = tuple[Task, ...]


def plan_schema(doers: Sequence[str], most: int) -> JsonObject:
    """Return the shape of a plan of at most `most` steps, each done by one of `doers`."""
    short: JsonObject = {"type": "string", "minLength": 1, "maxLength": 20}
    step: JsonObject = {
        "type": "object",
        "properties": {
            "id": short,
            "text": {"type": "string", "minLength": 1, "maxLength": MOST_OF_A_TEXT},
            "by": {"enum": list(doers)},
            "after": {"type": "array", "items": short, "maxItems": most},
        },
        "required": ["id", "text", "by", "after"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"steps": {"type": "array", "items": step, "minItems": 1, "maxItems": most}},
        "required": ["steps"],
        "additionalProperties": False,
    }


def read_plan(data: Mapping[str, JsonValue], doers: Collection[str], done: Tasks = ()) -> Tasks:
    """Return `done` and the steps of a plan after it.

    Args:
        data: `{"steps": [{id, text, by, after}, …]}`.
        doers: who or what may do a step.
        done: steps that were done already; others may come after them.

    Raises:
        ValueError: it cannot be followed; in words for whoever made it.
    """
    listed = data.get("steps")
    tasks = tuple(_task(step) for step in listed if isinstance(step, dict)) if isinstance(listed, list) else ()
    if not tasks:
        raise ValueError("The plan has no steps.")
    _check_names(tasks, doers, done)
    if circle := _circle(tasks):
        raise ValueError(f"These steps wait for each other in a circle: {' → '.join(circle)}. Break it.")
    return (*done, *tasks)


def _task(step: Mapping[str, JsonValue]) -> Task:
    after = step.get("after")
    return Task(
        id=_id(step.get("id")),
        text=" ".join(str(step.get("text", "")).split()),
        by=str(step.get("by", "")),
        after=tuple(dict.fromkeys(_id(name) for name in after)) if isinstance(after, list) else (),
    )


def _id(name: JsonValue) -> str:
    """Return a step's id as one word, so that it can be written in a line."""
    return re.sub(r"[^\w.-]+", "-", str(name).strip())[:40] or "?"


def _check_names(tasks: Tasks, doers: Collection[str], done: Tasks) -> None:
    known = [task.id for task in (*done, *tasks)]
    twice = next((name for name in known if known.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"Two steps are called {twice!r}. Give each an id of its own.")
    for task in tasks:
        if task.by not in doers:
            raise ValueError(f"Nobody can do step {task.id}: {task.by!r} is none of {', '.join(doers)}.")
        unknown = [name for name in task.after if name not in known]
        if unknown:
            raise ValueError(f"Step {task.id} comes after {unknown[0]!r}, and there is no such step.")


def _circle(tasks: Tasks) -> list[str]:
    """Return the ids of steps that wait for each other, the first one again at the end; empty: there are none."""
    waits = {task.id: [name for name in task.after if any(name == other.id for other in tasks)] for task in tasks}
    while free := [name for name, after in waits.items() if not any(other in waits for other in after)]:
        for name in free:
            del waits[name]
    if not waits:
        return []
    path = [next(iter(waits))]
    while path[-1] not in path[:-1]:
        path.append(next(name for name in waits[path[-1]] if name in waits))
    return path[path.index(path[-1]) :]


def ready(tasks: Tasks) -> Tasks:
    """Return the open tasks that nothing holds up any more, in their order."""
    settled = {task.id for task in tasks if task.status in SETTLED}
    known = {task.id for task in tasks}
    return tuple(task for task in tasks if task.status == "open" and settled.issuperset(known.intersection(task.after)))


def with_status(tasks: Tasks, id_: str, status: TaskStatus) -> Tasks:
    """Return the tasks, one of them with another status."""
    return tuple(task.model_copy(update={"status": status}) if task.id == id_ else task for task in tasks)


_MARKS: Mapping[TaskStatus, str] = {"open": " ", "doing": ">", "done": "x", "failed": "!", "skipped": "-"}


def checklist(tasks: Tasks) -> str:
    """Return tasks as a Markdown checklist."""
    return "\n".join(f"- [{_MARKS[task.status]}] {step_line(task)}" for task in tasks)


def step_line(task: Task) -> str:
    """Return a step as people read and edit it: `s2 write_code: The parser (after s1)`."""
    after = f" (after {', '.join(task.after)})" if task.after else ""
    by = f" {task.by}" if task.by else ""
    return f"{task.id}{by}: {task.text}{after}"


def read_lines(text: str) -> JsonObject:
    """Return the plan that lines like those of `step_line` say. Raises ValueError that quotes one that does not."""
    steps: list[JsonValue] = []
    for line in text.splitlines():
        said = re.sub(r"^\s*-\s+(\[.\]\s+)?", "", line).strip()
        if not said or said.startswith("#"):
            continue
        found = _LINE.fullmatch(said)
        if found is None:
            raise ValueError(f"{said!r} is no step. Write: s2 write_code: The parser (after s1)")
        after: list[JsonValue] = [name.strip() for name in (found["after"] or "").split(",") if name.strip()]
        steps.append({"id": found["id"], "text": found["text"], "by": found["by"], "after": after})
    return {"steps": steps}
