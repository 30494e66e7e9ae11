"""A team as a model describes it, made into files: free names, metadata by schema, prompts as they were written."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import yaml
from pydantic import Field, JsonValue

from agentsh.core.errors import FileError, UsageError
from agentsh.core.files import FileDraft
from agentsh.core.model import Frozen, JsonObject
from agentsh.library.reading import NAME
from agentsh.library.shelf import Kind, Shelf

Name = str
_UNFIT = re.compile(r"[^a-z0-9]+")


class RoleDraft(Frozen):
    """One role with its one skill."""

    name: Name = Field(max_length=40)
    profile: str = Field(min_length=1, max_length=80)
    goal: str = Field(max_length=240)
    constraints: str = Field(max_length=240)
    skill: Name = Field(max_length=40)
    after: tuple[Name, ...] = Field(default=(), max_length=6)
    """Roles whose work it needs."""


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
        "after": {"type": "array", "items": short, "maxItems": 6},
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
    """Return a description with names that are free on the shelf, so that no file that is there is hidden by one.

    Raises:
        ValueError: roles wait for each other, or for one that is not there; in words for the model.
    """
    given = TeamDraft.model_validate(data)
    named: dict[str, str] = {}
    for role in given.roles:
        if role.name in named:
            raise ValueError(f"Two roles are called {role.name!r}. Give each a name of its own.")
        named[role.name] = _free(role.name, "role", shelf, named.values())
    skills: list[str] = []
    roles: list[RoleDraft] = []
    for role in given.roles:
        unknown = [name for name in role.after if name not in named]
        later = [name for name in role.after if name in named and named[name] not in [done.name for done in roles]]
        if unknown or later:
            what = f"is not there: {unknown[0]!r}" if unknown else f"comes later: {later[0]!r}"
            raise ValueError(f"The role {role.name!r} works after one that {what}. Put them in their order.")
        skills.append(_free(role.skill, "action", shelf, skills))
        after = tuple(named[name] for name in role.after)
        roles.append(role.model_copy(update={"name": named[role.name], "skill": skills[-1], "after": after}))
    name = _free(given.name, "team", shelf, ())
    return given.model_copy(update={"name": name, "roles": tuple(roles)})


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
    for place, role in enumerate(draft.roles):
        files[f"roles/{role.name}.md"] = _file(_role(draft, role, place), "")
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


def _role(draft: TeamDraft, role: RoleDraft, place: int) -> JsonObject:
    skills = {other.name: other.skill for other in draft.roles}
    card: JsonObject = {"name": role.name, "profile": role.profile, "goal": role.goal, "constraints": role.constraints}
    before = [name for name in skills if name in role.after] or [other.name for other in draft.roles[:place]]
    watch: list[JsonValue] = [skills[name] for name in before[-1:]] or ["user_requirement"]
    return {**card, **({"watch": watch} if draft.way == "procedure" else {}), "actions": [role.skill]}


def _file(front: JsonObject, body: str) -> str:
    said = {key: value for key, value in front.items() if value != ""}
    head = yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=110)
    return f"---\n{head}---\n{body.strip()}\n" if body.strip() else f"---\n{head}---\n"


def prompts_in(files: tuple[FileDraft, ...], draft: TeamDraft) -> dict[str, str]:
    """Return the prompt of each skill. Raises ValueError that says which is missing."""
    found = {Path(file.path).name: (file.text or "").strip() for file in files}
    missing = [f"{role.skill}.md" for role in draft.roles if not found.get(f"{role.skill}.md")]
    if missing:
        raise ValueError(f"The prompt {missing[0]} is missing: a fenced block that is named so.")
    return {role.skill: found[f"{role.skill}.md"] for role in draft.roles}


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
