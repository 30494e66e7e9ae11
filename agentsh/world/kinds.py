"""What kinds of components and relations there are. A kind says its category, and what of it is stored."""

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, Literal, TypeVar, dataclass_transform, get_args, get_origin, get_type_hints

from pydantic import ConfigDict, JsonValue, TypeAdapter, ValidationError

from agentsh.core.errors import WorldError
from agentsh.core.worlds import EntityId

T = TypeVar("T")

Category = Literal["identity", "behaviour", "perception_memory", "environment", "appearance_interaction", "utility"]
Persistence = Literal["stored", "on_event", "periodic", "transient"]
"""stored: every change, in the tick that made it. on_event: when a system says that it matters, and in snapshots.
periodic: every so many ticks, and in snapshots. transient: never; it is gone when the next tick begins."""

ALLOWED: dict[Category, tuple[Persistence, ...]] = {
    "identity": ("stored",),
    "behaviour": ("stored", "on_event", "periodic", "transient"),
    "perception_memory": ("stored", "on_event", "periodic", "transient"),
    "environment": ("stored", "on_event", "periodic"),
    "appearance_interaction": ("stored", "on_event", "periodic", "transient"),
    "utility": ("transient",),
}
"""Which rule a component may have, by its category. Source: argOS's article on what has to be stored."""

_CONFIG = ConfigDict(extra="forbid", ser_json_inf_nan="constants")


@dataclasses.dataclass(frozen=True, slots=True)
class ComponentKind:
    """One type of component.

    Attributes:
        name: by which files, screens and the journal know it.
        type: its class.
        category: what it is about.
        persistence: when a change of it is stored.
        one: reads one component from outside.
        table: reads and writes many, by entity.
    """

    name: str
    type: type[object]
    category: Category
    persistence: Persistence
    one: TypeAdapter[Any]
    table: TypeAdapter[dict[EntityId, Any]]

    def read(self, value: JsonValue) -> object:
        """Return the component that `value` says.

        Raises:
            WorldError: a field is missing, unknown, or of the wrong type.
        """
        try:
            found: object = self.one.validate_python(value)
        except ValidationError as error:
            raise WorldError(
                f"{value!r} is no {self.name}: {first_error(error)}", hint=f"its fields: {', '.join(self.fields)}"
            ) from error
        return found

    def write(self, component: object) -> JsonValue:
        """Return the component as JSON values."""
        value: JsonValue = self.one.dump_python(component, mode="json", warnings="none")
        return value

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of its fields."""
        return tuple(self.type.__dataclass_fields__)  # type: ignore[attr-defined]


@dataclass_transform(field_specifiers=(dataclasses.field,))
def component(category: Category, persistence: Persistence) -> Callable[[type[T]], type[T]]:
    """Make a class of annotated fields a kind of component: a dataclass with slots.

    Args:
        category: what it is about.
        persistence: when a change of it is stored; the category says which rules it may have.

    Raises:
        WorldError: the category does not allow the rule, or a field cannot be stored exactly.
    """
    if persistence not in ALLOWED[category]:
        allowed = ", ".join(ALLOWED[category])
        raise WorldError(f"a component of category {category!r} cannot be {persistence!r}", hint=f"it may be {allowed}")

    def make(cls: type[T]) -> type[T]:
        made: type[T] = dataclasses.dataclass(slots=True)(cls)
        _refuse_sets(made)
        made.__pydantic_config__ = _CONFIG  # type: ignore[attr-defined]
        made.__component_kind__ = ComponentKind(  # type: ignore[attr-defined]
            made.__name__,
            made,
            category,
            persistence,
            TypeAdapter(made),
            TypeAdapter(dict[EntityId, made]),  # type: ignore[valid-type]
        )
        return made

    return make


def kind_of(type_: type[object]) -> ComponentKind:
    """Return the kind of a component's class. Raises WorldError when it is not declared."""
    kind = type_.__dict__.get("__component_kind__")
    if not isinstance(kind, ComponentKind):
        raise WorldError(
            f"{type_.__name__!r} is no component: it declares no category and no rule for storing it",
            hint='write @component("behaviour", "stored") above its class',
        )
    return kind


@dataclasses.dataclass(frozen=True, slots=True)
class RelationKind:
    """One kind of relation between two entities.

    Attributes:
        name: by which files, screens and the journal know it.
        single: an entity stands in it to at most one other; a new one replaces the old one.
    """

    name: str
    single: bool = False


class Kinds:
    """The kinds of one world, by name and by class. The order in which they came makes no difference."""

    def __init__(self, types: Iterable[type[object]], relations: Iterable[RelationKind] = ()) -> None:
        """Take the components' classes and the relations.

        Raises:
            WorldError: one is not declared, or two share a name.
        """
        kinds = sorted((kind_of(type_) for type_ in dict.fromkeys(types)), key=lambda kind: kind.name)
        self.by_name = {kind.name: kind for kind in kinds}
        self.by_type: dict[type[object], ComponentKind] = {kind.type: kind for kind in kinds}
        self.relations = {relation.name: relation for relation in sorted(set(relations), key=lambda r: r.name)}
        if len(self.by_name) != len(kinds):
            raise WorldError(f"two components share a name: {', '.join(kind.name for kind in kinds)}")

    def named(self, name: str) -> ComponentKind:
        """Return the kind of that name. Raises WorldError that names those there are."""
        if (kind := self.by_name.get(name)) is None:
            raise WorldError(f"there is no component {name!r}", hint=f"there are: {', '.join(self.by_name)}")
        return kind

    def relation(self, name: str) -> RelationKind:
        """Return the relation of that name. Raises WorldError that names those there are."""
        if (relation := self.relations.get(name)) is None:
            raise WorldError(f"there is no relation {name!r}", hint=f"there are: {', '.join(self.relations)}")
        return relation


def _refuse_sets(type_: type[object]) -> None:
    for name, hint in get_type_hints(type_).items():
        if _holds_set(hint):
            raise WorldError(
                f"{type_.__name__}.{name} is a set, whose order differs from run to run",
                hint="use dict[…, None] or a list",
            )


def _holds_set(hint: object) -> bool:
    bare = get_origin(hint) or hint
    return bare in (set, frozenset) or any(_holds_set(argument) for argument in get_args(hint))


def first_error(error: ValidationError) -> str:
    """Return where a value does not fit, and why."""
    found = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in found["loc"])
    return f"{where}: {found['msg']}" if where else found["msg"]
