"""Do the files of a team fit together? Each thing that does not is a finding with its file, its line and the mend."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from agentsh.core.cards import ActionCard, RoleCard, TeamCard
from agentsh.core.errors import FileError
from agentsh.core.ids import USER_REQUIREMENT, ActionName, RoleName
from agentsh.core.model import Frozen
from agentsh.core.options.base import Reference, ReferenceKind
from agentsh.core.options.registry import SHIPPED, OptionsByConductor
from agentsh.core.outputs import Shape
from agentsh.core.tools import SHIPPED as SHIPPED_TOOLS
from agentsh.library.places import Place, nearest
from agentsh.library.reading import Card, CardFile
from agentsh.library.templates import PROMPT_VARIABLES, PromptRenderer

_FOR_EACH = re.compile(r"(?P<action>[\w-]+)\.(?P<field>[\w.]+)\s+as\s+(?P<name>[A-Za-z]\w*)")


class Finding(Frozen):
    """One thing that is wrong with a team's files, or at least odd."""

    path: str
    line: int | None
    severity: Literal["error", "warning"]
    message: str
    hint: str = ""

    @classmethod
    def of(cls, error: FileError, severity: Literal["error", "warning"] = "error") -> "Finding":
        """Return the finding that `error` is."""
        where = error.path if error.line is None else f"{error.path}:{error.line}"
        message = str(error).removeprefix(f"{where}: ")
        return cls(path=error.path, line=error.line, severity=severity, message=message, hint=error.hint)

    def as_error(self) -> FileError:
        """Return the error that stops a run."""
        return FileError(self.path, self.line, self.message, hint=self.hint)


@dataclass
class TeamParts:
    """Every file of a team."""

    team: CardFile[TeamCard]
    roles: dict[RoleName, CardFile[RoleCard]] = field(default_factory=dict)
    actions: dict[ActionName, CardFile[ActionCard]] = field(default_factory=dict)
    teams: dict[str, CardFile[TeamCard]] = field(default_factory=dict)
    """Teams within it."""
    options: OptionsByConductor = field(default_factory=lambda: SHIPPED)
    """The keys of each conductor that there is."""
    tools: Collection[str] = SHIPPED_TOOLS
    """Names of the tools that there are."""
    known_actions: Collection[str] = ()
    """Names of all actions that there are, also of other teams."""

    @property
    def published(self) -> set[str]:
        """Causes of what can come on the bus."""
        named = (named.name for team in self.all_teams for named in references(team, self.options, "action"))
        own = {action for role in self.roles.values() for action in (*role.card.actions, *planning(role.card)[:1])}
        return {USER_REQUIREMENT, *own, *named}

    @property
    def all_teams(self) -> tuple[CardFile[TeamCard], ...]:
        """The team, and those within it."""
        return (self.team, *self.teams.values())

    @property
    def watching(self) -> set[str]:
        """Names of the roles that react to what they watch: those of teams whose conductor leaves it to them."""
        models = ((team, self.options.get(team.card.conductor)) for team in self.all_teams)
        listed = (entry for team, model in models if model is not None and model.by_watch for entry in team.card.roles)
        return {entry.split()[-1] for entry in listed if entry.split()}


def references(team: CardFile[TeamCard], options: OptionsByConductor, kind: ReferenceKind) -> list[Reference]:
    """Return what the conductor's keys in a team file refer to, of one kind."""
    model = options.get(team.card.conductor)
    found = () if model is None else model.model_validate(team.card.options).references()
    return [named for named in found if named.kind == kind]


def planning(card: RoleCard) -> tuple[ActionName, ...]:
    """Return the actions by which a role plans; none: it does not."""
    return (card.planning.action, card.planning.step) if card.react == "plan_and_act" else ()


def check_parts(parts: TeamParts, renderer: PromptRenderer) -> Iterator[Finding]:
    """Yield what does not fit, file by file."""
    for team in parts.all_teams:
        yield from _check_conductor(team, parts)
        yield from _check_references(team, parts)
        yield from _check_doubts(team, parts)
    yield from _check_team(parts)
    for role in parts.roles.values():
        yield from _check_role(role, parts)
    for action in parts.actions.values():
        yield from _check_action(action, parts)
        yield from _check_prompt(action, renderer)


def _error(file: CardFile[Card], place: Place, message: str, hint: str) -> Finding:
    return Finding.of(file.places.error(place, message, hint))


def _warning(file: CardFile[Card], place: Place, message: str, hint: str) -> Finding:
    return Finding.of(file.places.error(place, message, hint), "warning")


def _check_conductor(file: CardFile[TeamCard], parts: TeamParts) -> Iterator[Finding]:
    name = file.card.conductor
    if name not in parts.options:
        yield _error(file, ("conductor",), f"there is no conductor {name!r}", nearest(name, parts.options))


def _check_references(file: CardFile[TeamCard], parts: TeamParts) -> Iterator[Finding]:
    for named in references(file, parts.options, "role"):
        if named.name not in parts.roles:
            yield _error(file, named.place, f"{named.name!r} is not in the team", nearest(named.name, parts.roles))
    for named in references(file, parts.options, "flag"):
        cause, _, flag = named.name.partition(".")
        flags = _flags(parts.actions.get(ActionName(cause)))
        if flag not in flags:
            hint = nearest(flag, flags) if flags else f"Add to the output of {cause}: {flag}: bool"
            yield _error(file, named.place, f"the output of {cause!r} has no bool {flag!r}", hint)


def _check_doubts(file: CardFile[TeamCard], parts: TeamParts) -> Iterator[Finding]:
    model = parts.options.get(file.card.conductor)
    for doubt in () if model is None else model.model_validate(file.card.options).doubts():
        yield _warning(file, doubt.place, doubt.message, doubt.hint)


def _flags(action: CardFile[ActionCard] | None) -> set[str]:
    """Return the names of what is yes or no in an action's output."""
    if action is None:
        return set()
    if action.card.does == "verify":
        return {"passed", "gave_up"}
    return {name for name, shape in _shape(action.card).properties.items() if shape.type == "boolean"}


def _check_team(parts: TeamParts) -> Iterator[Finding]:
    file, card = parts.team, parts.team.card
    if card.entry is not None and card.entry not in parts.roles:
        yield _error(file, ("entry",), f"{card.entry!r} is not in the team", nearest(card.entry, parts.roles))
    if card.done is not None and card.done not in parts.published:
        hint = nearest(card.done, parts.published - {USER_REQUIREMENT})
        yield _error(file, ("done",), f"no role of the team does {card.done!r}", hint)
    if (
        parts.watching
        and card.entry is None
        and not any(USER_REQUIREMENT in role.card.watch for role in parts.roles.values())
    ):
        hint = "Give one of them watch: [user_requirement], or name an entry."
        yield _error(file, ("roles",), "no role gets the idea", hint)
    if card.verify and not any(action.card.does == "verify" for action in parts.actions.values()):
        hint = "Give a role the action verify, or write verify: false."
        yield _warning(file, ("verify",), "no role verifies the program, so it is never run", hint)


def _check_role(role: CardFile[RoleCard], parts: TeamParts) -> Iterator[Finding]:
    card = role.card
    if not card.actions and card.name in parts.watching:
        yield _error(role, ("actions",), f"{card.name} has no actions", "Write such as: actions: [write_prd]")
    yield from _check_tools(role, card.tools, parts)
    for cause, wanted in card.watch.items():
        yield from _check_watch(role, cause, wanted, parts)
    if card.name in parts.watching:
        yield from _check_idle(role)


def _check_watch(
    role: CardFile[RoleCard], cause: ActionName, wanted: tuple[ActionName, ...], parts: TeamParts
) -> Iterator[Finding]:
    card, place = role.card, _watch_place(role, cause)
    if cause not in parts.published:
        hint = nearest(cause, parts.published)
        yield _warning(role, place, f"nobody in the team publishes {cause!r}", hint)
    for index, action in enumerate(wanted):
        if action not in card.actions:
            hint = nearest(action, card.actions)
            yield _error(role, (*place, index), f"{action!r} is not one of the actions of {card.name}", hint)
    if cause in (wanted or card.actions):
        yield _warning(role, place, f"{cause!r} sets itself off again and again", "Watch what others publish.")


def _check_idle(role: CardFile[RoleCard]) -> Iterator[Finding]:
    card = role.card
    if not all(card.watch.values()) or not card.watch:
        return
    set_off = {action for wanted in card.watch.values() for action in wanted}
    for index, action in enumerate(card.actions):
        if action not in set_off:
            yield _warning(role, ("actions", index), f"nothing sets {action!r} off", "Name it in watch.")


def _watch_place(role: CardFile[RoleCard], cause: str) -> Place:
    listed = role.front.fields.get("watch")
    if isinstance(listed, list) and cause in listed:
        return ("watch", listed.index(cause))
    return ("watch", cause)


def _check_action(action: CardFile[ActionCard], parts: TeamParts) -> Iterator[Finding]:
    yield from _check_for_each(action, parts)
    yield from _check_review(action, parts)
    yield from _check_repeat(action, parts)
    card = action.card
    for index, cause in enumerate(card.context or ()):
        if cause not in parts.known_actions and cause != USER_REQUIREMENT:
            hint = nearest(cause, {*parts.known_actions, USER_REQUIREMENT})
            yield _warning(action, ("context", index), f"there is no action {cause!r}", hint)
    for index, role in enumerate(card.on_fail):
        if role not in parts.roles:
            yield _error(action, ("on_fail", index), f"{role!r} is not in the team", nearest(role, parts.roles))
    yield from _check_tools(action, card.tools, parts)
    if card.does == "use_tools":
        yield from _check_has_tools(action, parts)
    if card.candidates > 1 and (card.for_each or card.does not in ("write_function", "write_files")):
        hint = "They are for write_function, and for write_files without for_each."
        yield _warning(action, ("candidates",), f"{card.name} has no candidates to choose from", hint)


def _check_tools(file: CardFile[Card], tools: tuple[str, ...], parts: TeamParts) -> Iterator[Finding]:
    for index, name in enumerate(tools):
        if name not in parts.tools and name.partition(".")[0] not in parts.tools:
            hint = f"A plugin or an MCP server has to bring it. {nearest(name, parts.tools)}"
            yield _warning(file, ("tools", index), f"no tool {name!r} ships with agentsh", hint)


def _check_has_tools(action: CardFile[ActionCard], parts: TeamParts) -> Iterator[Finding]:
    users = [role for role in parts.roles.values() if action.card.name in role.card.actions]
    if not action.card.tools and any(not role.card.tools for role in users):
        yield _error(action, ("tools",), f"{action.card.name} has no tools to use", "Write such as: tools: [read_file]")


def _check_for_each(action: CardFile[ActionCard], parts: TeamParts) -> Iterator[Finding]:
    text = action.card.for_each
    if text is None:
        return
    found = _FOR_EACH.fullmatch(text.strip())
    if found is None:
        hint = "Write: for_each: write_tasks.tasks as task"
        yield _error(action, ("for_each",), f"{text!r} names no list", hint)
        return
    source = parts.actions.get(ActionName(found["action"]))
    if source is None or source.card.name not in parts.published:
        hint = nearest(found["action"], parts.published)
        yield _error(action, ("for_each",), f"no role of the team does {found['action']!r}", hint)
        return
    lists = _lists(_shape(source.card))
    if found["field"] not in lists:
        message = f"the output of {source.card.name} has no list {found['field']!r}"
        yield _error(action, ("for_each",), message, nearest(found["field"], lists))


def _check_review(action: CardFile[ActionCard], parts: TeamParts) -> Iterator[Finding]:
    review = action.card.review
    target = parts.actions.get(review.action) if review else None
    if review is None or target is None or target.card.output is None:
        return
    fields = _shape(target.card).properties
    verdict, comments = fields.get("verdict", Shape()), fields.get("comments", Shape())
    if set(verdict.enum or ()) != {"approve", "rewrite"} or not _is_text_list(comments):
        message = f"the output of {review.action} is no review"
        hint = f"Give {target.front.path} the outputs verdict: approve|rewrite and comments: list[str]"
        yield _error(action, ("review", "action"), message, hint)


def _check_repeat(action: CardFile[ActionCard], parts: TeamParts) -> Iterator[Finding]:
    repeat = action.card.repeat
    if repeat is None:
        return
    flags = _flags(action)
    if repeat.until not in flags:
        message = f"the output has no bool {repeat.until!r}"
        yield _error(action, ("repeat", "until"), message, nearest(repeat.until, flags) if flags else "Add one to it.")
    for role in parts.roles.values():
        if action.card.name in role.card.actions and repeat.back_to not in role.card.actions:
            message = f"{repeat.back_to!r} is not one of the actions of {role.card.name}"
            yield _error(action, ("repeat", "back_to"), message, nearest(repeat.back_to, role.card.actions))


def _check_prompt(action: CardFile[ActionCard], renderer: PromptRenderer) -> Iterator[Finding]:
    card = action.card
    if not card.prompt.strip() and card.does != "verify":
        yield Finding.of(action.body.error(1, f"{card.name} has no prompt", "Write it below the front matter."))
        return
    try:
        renderer.check(action.body, PROMPT_VARIABLES | _item_name(card))
    except FileError as error:
        yield Finding.of(error)


def _item_name(card: ActionCard) -> set[str]:
    found = _FOR_EACH.fullmatch((card.for_each or "").strip())
    return {found["name"]} if found else set()


def _shape(card: ActionCard) -> Shape:
    return Shape.model_validate(card.output or {})


def _is_text_list(shape: Shape) -> bool:
    return shape.type == "array" and shape.items is not None and shape.items.type == "string"


def _lists(shape: Shape, above: str = "") -> list[str]:
    """Return the paths of all lists in an output: `tasks`, `plan.steps`."""
    found: list[str] = []
    for name, inner in shape.properties.items():
        if inner.type == "array":
            found.append(above + name)
        found += _lists(inner, f"{above}{name}.")
    return found
