"""A team as a model describes it, made into files: free names, metadata by schema, prompts as they were written."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import yaml
from pydantic import Field, JsonValue

from agentsh.core.errors import FileError, UsageError
from agentsh.core.fenced import parse_fenced
from agentsh.core.ids import BOSS, USER_REQUIREMENT
from agentsh.core.model import Frozen, JsonObject
from agentsh.library.reading import NAME
from agentsh.library.shelf import Kind, Shelf

Name = str
_UNFIT = re.compile(r"[^a-z0-9]+")
_FEWEST_TO_ORDER = 3
"""Roles; of two the second always needs the first."""


class RoleDraft(Frozen):
    """One role with its one skill."""

    name: Name = Field(max_length=40)
    profile: str = Field(min_length=1, max_length=80)
    goal: str = Field(max_length=240)
    constraints: str = Field(max_length=240)
    skill: Name = Field(max_length=40)
    after: Name = ""
    """The role whose work it needs; empty: what the Boss asks for is enough."""


class TeamDraft(Frozen):
    """A team as it was described."""

    name: Name = Field(max_length=40)
    summary: str = Field(min_length=1, max_length=200)
    way: Literal["procedure", "talk"]
    roles: tuple[RoleDraft, ...] = Field(min_length=1, max_length=6)


def draft_schema() -> JsonObject:
    """Return the shape of a description, bounded for small models."""
    text: JsonObject = {"type": "string", "maxLength": 240}
    short: JsonObject = {"type": "string", "minLength": 1, "maxLength": 40}
    role: JsonObject = {
        "name": short,
        "profile": {"type": "string", "minLength": 1, "maxLength": 80},
        "goal": text,
        "constraints": text,
        "skill": short,
    }
    team: JsonObject = {
        "name": short,
        "summary": {"type": "string", "minLength": 1, "maxLength": 200},
        "way": {"enum": ["procedure", "talk"]},
        "roles": {"type": "array", "items": _object(role), "minItems": 1, "maxItems": 6},
    }
    return _object(team)


def _object(properties: JsonObject) -> JsonObject:
    required: list[JsonValue] = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def read_draft(data: JsonObject, shelf: Shelf) -> TeamDraft:
    """Return a description with names that are free on the shelf, each role after the one before it.

    No file that is there is hidden by a name, and two roles or skills of one name get one each.
    """
    given = TeamDraft.model_validate(data)
    roles: list[RoleDraft] = []
    for role in given.roles:
        free = {
            "name": _free(role.name, "role", shelf, [done.name for done in roles]),
            "skill": _free(role.skill, "action", shelf, [done.skill for done in roles]),
            "after": roles[-1].name if roles else "",
        }
        roles.append(role.model_copy(update=free))
    return given.model_copy(update={"name": _free(given.name, "team", shelf, ()), "roles": tuple(roles)})


def order_schema(draft: TeamDraft) -> JsonObject | None:
    """Return the shape of who needs whose work, each an enum of those before it; None: there is nothing to choose."""
    if draft.way == "talk" or len(draft.roles) < _FEWEST_TO_ORDER:
        return None
    names = [role.name for role in draft.roles]
    last = len(names) - 1
    choices: dict[str, list[JsonValue]] = {
        name: [*names[:place], *([BOSS] if place < last else [])] for place, name in enumerate(names) if place
    }
    return _object({name: {"enum": enum} for name, enum in choices.items()})


def in_order(draft: TeamDraft, order: JsonObject) -> TeamDraft:
    """Return the team with each role after the one that was chosen; what came last stays the result."""
    chosen = {name: "" if after == BOSS else str(after) for name, after in order.items()}
    roles = (role.model_copy(update={"after": chosen.get(role.name, role.after)}) for role in draft.roles)
    return draft.model_copy(update={"roles": tuple(roles)})


def _free(wanted: str, kind: Kind, shelf: Shelf, taken: Iterable[str]) -> str:
    """Return a name made of `wanted` that nobody has yet."""
    plain = _UNFIT.sub("_", wanted.lower()).strip("_") or kind
    plain = plain if plain[0].isalpha() else f"{kind}_{plain}"
    others = {*shelf.paths(kind), *taken}
    names = (plain if number == 1 else f"{plain}_{number}" for number in range(1, 1000))
    return next(name for name in names if name not in others and name != "boss" and NAME.fullmatch(name))


def files_of(draft: TeamDraft, prompts: Mapping[str, str]) -> dict[str, str]:
    """Return the files of a team by path, such as `teams/menu_team.md`; `prompts`: by skill."""
    files = {f"teams/{draft.name}.md": _file(_team(draft), draft.summary)}
    for role in draft.roles:
        files[f"roles/{role.name}.md"] = _file(_role(draft, role), "")
        summary = f"{role.profile}: {role.goal}"
        card: JsonObject = {"name": role.skill, "summary": summary[:200], "max_tokens": 1200}
        files[f"actions/{role.skill}.md"] = _file(card, prompts[role.skill])
    return files


def _team(draft: TeamDraft) -> JsonObject:
    roles: list[JsonValue] = [role.name for role in draft.roles]
    card: JsonObject = {"name": draft.name, "summary": draft.summary, "roles": roles, "verify": False}
    if draft.way == "procedure":
        return {**card, "conductor": "sop", "done": draft.roles[-1].skill}
    acts: JsonObject = {role.name: role.skill for role in draft.roles}
    end: JsonObject = {"turns": 4 * len(roles), "text": "TERMINATE", "external": "enough"}
    return {**card, "conductor": "group", "members": roles, "speaker": "round_robin", "acts": acts, "end": end}


def _role(draft: TeamDraft, role: RoleDraft) -> JsonObject:
    card: JsonObject = {"name": role.name, "profile": role.profile, "goal": role.goal, "constraints": role.constraints}
    skills = {other.name: other.skill for other in draft.roles}
    watch: list[JsonValue] = [skills.get(role.after, USER_REQUIREMENT)]
    return {**card, **({"watch": watch} if draft.way == "procedure" else {}), "actions": [role.skill]}


def _file(front: JsonObject, body: str) -> str:
    said = {key: value for key, value in front.items() if value != ""}
    head = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)
    return f"---\n{head}---\n{body.strip()}\n" if body.strip() else f"---\n{head}---\n"


def prompt_in(answer: str) -> str:
    """Return the prompt that an answer holds: its first fenced block, or all of it when there is none.

    Raises:
        ValueError: the block does not end; in words for the model.
    """
    found = parse_fenced(answer)
    if found.incomplete is not None:
        raise ValueError("The fenced block does not end.")
    texts = [file.text or "" for file in found.files] + [block.text for block in found.anonymous]
    return (texts[0] if texts else answer).strip()


def check_files(name: str, files: Mapping[str, str], shelf: Shelf) -> None:
    """Raise ValueError with what is wrong with the files of a team, as they would be beside those of the shelf."""
    with TemporaryDirectory(prefix="agentsh-team-") as folder:
        root = Path(folder)
        write_files(root, files)
        findings = shelf.over(root).check_team(name)
    wrong = [found.as_error() for found in findings if found.severity == "error"]
    if wrong:
        raise ValueError("; ".join(f"{error}. {error.hint}".replace(f"{folder}/", "") for error in wrong[:3]))


def write_files(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write files that are not there yet, all or none, and return where they are. Raises UsageError."""
    paths = {folder / name: text for name, text in files.items()}
    if there := next((path for path in paths if path.exists()), None):
        raise UsageError(f"{str(there)!r} is there already", hint="Take another name, or edit that file.")
    try:
        for path, text in paths.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FileError(str(error.filename), None, f"it cannot be written: {error.strerror}") from None
    return list(paths)
