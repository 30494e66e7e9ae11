"""One file becomes one card: an action, a role or a team. How several files fit together is a matter of `checks`."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import JsonValue, ValidationError

from agentsh.core.cards import ActionCard, RoleCard, TeamCard
from agentsh.core.ids import BOSS, USER_REQUIREMENT
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.options.registry import SHIPPED, OptionsByConductor
from agentsh.library.complaints import first_error
from agentsh.library.front import FrontMatter, read_front
from agentsh.library.output_types import FindModel, no_models, output_schema
from agentsh.library.places import Places, nearest
from agentsh.library.templates import TemplateText

Card = TypeVar("Card", bound=Frozen)

NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")
"""What names of roles, actions and teams are made of: they become file names and parts of ids."""
_RESERVED = {BOSS, USER_REQUIREMENT}
_YES_OR_NO = frozenset(("true", "yes", "on", "y", "t", "1", "false", "no", "off", "n", "f", "0"))


@dataclass(frozen=True)
class CardFile(Generic[Card]):
    """A card, and where in its file what stands."""

    card: Card
    front: FrontMatter

    @property
    def places(self) -> Places:
        """Where the values of the front matter stand."""
        return self.front.places

    @property
    def body(self) -> TemplateText:
        """What stands below the front matter."""
        return TemplateText(self.front.path, self.front.body, self.front.body_line)


def read_action(path: Path, models: FindModel = no_models) -> CardFile[ActionCard]:
    """Return the action in a file; its body is the prompt.

    Args:
        path: the file.
        models: finds the shapes of plugins' models.

    Raises:
        FileError: something in it is wrong.
    """
    return _read(path, ActionCard, lambda front: _action_fields(front, models), ("prompt", "source"))


def read_role(path: Path) -> CardFile[RoleCard]:
    """Return the role in a file; its body, if there is one, is the backstory. Raises FileError."""
    return _read(path, RoleCard, _role_fields, ("source",))


def read_team(path: Path, options: OptionsByConductor = SHIPPED) -> CardFile[TeamCard]:
    """Return the team in a file, its roles as the file names them; its body says what it is for.

    Args:
        path: the file.
        options: the keys of each conductor.

    Raises:
        FileError: something in it is wrong.
    """
    return _read(path, TeamCard, lambda front: _team_fields(front, options), ("source", "options"))


def _read(
    path: Path, model: type[Card], fields: Callable[[FrontMatter], JsonObject], not_in_files: tuple[str, ...]
) -> CardFile[Card]:
    front = read_front(path)
    for key in not_in_files:
        if key in front.fields:
            raise front.places.error((key,), f"unknown key {key!r}", "Leave it out.")
    check_name(front, path.stem)
    try:
        return CardFile(model.model_validate(fields(front) | {"source": str(path)}), front)
    except ValidationError as error:
        raise first_error(error, front.places, model) from None


def check_name(front: FrontMatter, stem: str) -> None:
    """Raise FileError unless a file names what it holds as the file is called."""
    name = front.fields.get("name")
    if "name" not in front.fields:
        raise front.places.error((), "'name' is missing", f"Add a line: name: {stem}")
    if not isinstance(name, str) or not NAME.fullmatch(name) or name in _RESERVED:
        raise front.places.error(("name",), f"{name!r} is no name", "Use a-z, 0-9, _ and -, a letter first.")
    if name != stem:
        raise front.places.error(("name",), f"the name {name!r} is not the file's", f"Write: name: {stem}")


def _action_fields(front: FrontMatter, models: FindModel) -> JsonObject:
    fields: JsonObject = dict(front.fields) | {"prompt": front.body}
    if fields.get("output") is not None:
        fields["output"] = output_schema(fields["output"], front.places, models)
    return fields


def _role_fields(front: FrontMatter) -> JsonObject:
    fields = dict(front.fields)
    if "watch" in fields:
        fields["watch"] = _watch(fields["watch"], front.places)
    if front.body and "backstory" in fields:
        raise front.places.error(("backstory",), "the backstory is there twice: here and below", "Keep one.")
    return fields | ({"backstory": front.body} if front.body else {})


def _watch(watched: JsonValue, places: Places) -> JsonValue:
    """Return `watch` as a mapping, also where it is a list of causes or one cause."""
    match watched:
        case str():
            return {watched: []}
        case dict():
            return {cause: [] if actions is None else actions for cause, actions in watched.items()}
        case list():
            for index, cause in enumerate(watched):
                if not isinstance(cause, str):
                    raise places.error(("watch", index), f"{cause!r} is no action", "Write: watch: [write_prd]")
            return {str(cause): [] for cause in watched}
    return watched


def _team_fields(front: FrontMatter, options: OptionsByConductor) -> JsonObject:
    fields = _with_options(front, options)
    if isinstance(wanted := fields.get("verify"), str) and wanted.lower() not in _YES_OR_NO:
        if "verify_command" in fields:
            raise front.places.error(("verify",), "the command is there twice: here and in verify_command", "Keep one.")
        fields |= {"verify": True, "verify_command": wanted}
    return {"summary": first_paragraph(front.body)} | fields


def _with_options(front: FrontMatter, options: OptionsByConductor) -> JsonObject:
    """Return the fields of a team, with the keys of its conductor gathered in `options`, as that conductor reads them.

    A conductor that there is not is told of later; then no key is known to be a mistake.
    """
    own = {key: value for key, value in front.fields.items() if key in TeamCard.model_fields}
    given = {key: value for key, value in front.fields.items() if key not in own}
    model = options.get(str(front.fields.get("conductor", TeamCard.model_fields["conductor"].default)))
    if model is None:
        return own
    try:
        read = model.model_validate(given)
    except ValidationError as error:
        raise first_error(error, front.places, model, TeamCard.model_fields.keys() - {"source", "options"}) from None
    if (problem := next(read.problems(), None)) is not None:
        hint = problem.hint or nearest(problem.wrong, problem.known)
        raise front.places.error(problem.place, problem.message, hint)
    return own | {"options": read.model_dump(mode="json", exclude_unset=True)}


def first_paragraph(body: str) -> JsonValue:
    """Return the first paragraph of a body that is no heading, on one line."""
    paragraphs = (" ".join(part.split()) for part in body.split("\n\n"))
    return next((text for text in paragraphs if text and not text.startswith("#")), "")
