"""Keys of a chain: phases, each a talk of two roles; they follow each other, go in cycles, or run side by side.

Source: ChatDev.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from pydantic import Field, field_validator

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen
from agentsh.core.options.base import Place, Problem, Reference, TeamOptions


class Habits(Frozen):
    """How a talk goes; what a phase does not say it has from the phase around it, and that from `defaults`."""

    assistant: RoleName | None = None
    """Who answers."""
    user: RoleName | None = None
    """Who instructs: between two answers, and when the assistant asks back."""
    instruct: ActionName = ActionName("instruct")
    """What the user does between two answers."""
    turns: int = Field(default=1, ge=1, le=20)
    """Most answers."""
    ask_back: int = Field(default=0, ge=0, le=10)
    """How often the assistant may ask for details before it answers: ChatDev's thought instruction."""
    clarify: ActionName = ActionName("clarify")
    """What it asks them with; its output has the bool `clear`."""
    explain: ActionName = ActionName("explain")
    """What the user gives them with."""
    reflect: RoleName | None = None
    """Who concludes, when the talk came to no end by itself."""
    conclude: ActionName = ActionName("conclude")
    """What it concludes with."""


class Phase(Habits):
    """A talk, or several phases that are gone through again and again."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")
    prompt: ActionName | None = None
    """What the assistant does; its newest message is what the phase comes to."""
    task: str = ""
    """What it is about, in words: prompts know it as `turn.task`."""
    until: tuple[str, ...] = ()
    """A bool of the prompt's output that ends the talk; for several phases `phase.bool`, which ends them at once."""
    after: tuple[str, ...] | None = None
    """Phases beside it that have to be over; None: the one before it. `[]`: it begins at once."""
    context: tuple[str, ...] | None = None
    """Phases whose outcome its prompts show; None: all there are."""
    phases: tuple["Phase", ...] = ()
    repeat: int = Field(default=1, ge=1, le=20)
    """Most cycles through `phases`."""

    @field_validator("until", mode="before")
    @classmethod
    def _one_or_more(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value


Part = Literal["clarify", "explain", "answer", "instruct", "conclude"]


class Duty(NamedTuple):
    """Who does what in one part of a talk, each with the key that says so; None: the file does not say."""

    speaks: str
    role: RoleName | None
    does: str
    action: ActionName | None


@dataclass(frozen=True)
class Talk:
    """A phase as it is gone through.

    Attributes:
        path: names from the top, `review/comment`.
        phase: what the file says of it.
        habits: how it goes, with what it inherited.
        waits_for: paths of what has to be over.
        inner: what it is made of, when it is several phases.
        place: where it stands in the file.
    """

    path: str
    phase: Phase
    habits: Habits
    waits_for: tuple[str, ...]
    inner: tuple["Talk", ...]
    place: Place

    def all(self) -> Iterator["Talk"]:
        """Yield it and everything in it."""
        yield self
        for talk in self.inner:
            yield from talk.all()

    @property
    def concludes(self) -> bool:
        """Whether somebody else concludes, when it came to no end by itself."""
        return self.habits.reflect is not None and bool(self.phase.until)

    @cached_property
    def duties(self) -> dict[Part, Duty]:
        """Who does what in it."""
        habits = self.habits
        user = ("user", habits.user)
        found: dict[Part, Duty] = {"answer": Duty("assistant", habits.assistant, "prompt", self.phase.prompt)}
        if habits.ask_back:
            found["clarify"] = Duty("assistant", habits.assistant, "clarify", habits.clarify)
            found["explain"] = Duty(*user, "explain", habits.explain)
        if habits.turns > 1:
            found["instruct"] = Duty(*user, "instruct", habits.instruct)
        if self.concludes:
            found["conclude"] = Duty("reflect", habits.reflect, "conclude", habits.conclude)
        return found


class ChainOptions(TeamOptions):
    """The keys of conductor `chain`."""

    phases: tuple[Phase, ...] = Field(min_length=1)
    defaults: Habits = Habits()
    """What every phase has that does not say otherwise."""

    @cached_property
    def talks(self) -> tuple[Talk, ...]:
        """The phases as they are gone through."""
        return _talks(self.phases, self.defaults, "", ("phases",))

    @cached_property
    def by_path(self) -> dict[str, Talk]:
        """Every phase, by its path."""
        return {talk.path: talk for talk in self._all()}

    @cached_property
    def known(self) -> dict[str, tuple[str, ...]]:
        """Paths of the phases whose outcome each phase can know, by its path: those that never run beside it.

        So what a prompt shows depends on no chance of who was quicker.
        """
        return {path: tuple(self._known(talk, self.talks)) for path, talk in self.by_path.items()}

    @cached_property
    def above(self) -> dict[str, tuple[Talk, ...]]:
        """The phases around each, the innermost first, by its path."""
        return {path: tuple(self._above(path)) for path in self.by_path}

    def _above(self, path: str) -> Iterator[Talk]:
        names = path.split("/")
        yield from (self.by_path["/".join(names[:count])] for count in range(len(names) - 1, 0, -1))

    def _known(self, talk: Talk, level: tuple[Talk, ...]) -> Iterator[str]:
        """Yield what a phase can know of those on one level, and below."""
        here = next(found for found in level if f"{talk.path}/".startswith(f"{found.path}/"))
        for other in level:
            if other is here:
                yield from [talk.path] if not here.inner else self._known(talk, here.inner) if here is not talk else ()
            elif _waits(here, other, level) or _waits(other, here, level):
                yield from (found.path for found in other.all() if not found.inner)

    def references(self) -> Iterator[Reference]:
        """Yield roles, actions and flags of all phases."""
        for talk in self._all():
            if talk.inner:
                yield from _ends(talk)
                continue
            for duty in talk.duties.values():
                yield Reference(kind="role", name=duty.role or "", place=(*talk.place, duty.speaks))
                yield Reference(kind="action", name=duty.action or "", place=(*talk.place, duty.does))
            flags = [("until", f"{talk.phase.prompt}.{flag}") for flag in talk.phase.until]
            flags += [("clarify", f"{talk.habits.clarify}.clear")] if talk.habits.ask_back else []
            yield from (Reference(kind="flag", name=name, place=(*talk.place, key)) for key, name in flags)

    def problems(self) -> Iterator[Problem]:
        """Yield phases that are twice there, have nobody to answer, wait for each other …"""
        yield from _twice(self.talks)
        for talk in self._all():
            yield from _twice(talk.inner)
            yield from _incomplete(talk)
        yield from _waiting(self.talks)
        yield from self._unknown_contexts()

    def doubts(self) -> Iterator[Problem]:
        """Yield phases that could run side by side, were they not done by the same role."""
        yield from _crowded(self.talks)

    def _unknown_contexts(self) -> Iterator[Problem]:
        names = tuple(talk.phase.name for talk in self._all())
        for talk in self._all():
            for name in [name for name in talk.phase.context or () if name not in names]:
                message = f"there is no phase {name!r}"
                yield Problem(place=(*talk.place, "context"), message=message, wrong=name, known=names)

    def _all(self) -> Iterator[Talk]:
        for talk in self.talks:
            yield from talk.all()


def _talks(phases: Sequence[Phase], habits: Habits, above: str, place: Place) -> tuple[Talk, ...]:
    found: list[Talk] = []
    for index, phase in enumerate(phases):
        own = phase.model_dump(include=phase.model_fields_set & Habits.model_fields.keys())
        inherited = Habits.model_validate(habits.model_dump() | own)
        path, here = above + phase.name, (*place, index)
        before = (phases[index - 1].name,) if index else ()
        waits_for = tuple(above + name for name in (before if phase.after is None else phase.after))
        inner = _talks(phase.phases, inherited, f"{path}/", (*here, "phases"))
        found.append(Talk(path, phase, inherited, waits_for, inner, here))
    return tuple(found)


def _crowded(level: Sequence[Talk]) -> Iterator[Problem]:
    for index, talk in enumerate(level):
        yield from _crowded(talk.inner)
        for other in level[:index]:
            both = _answering(talk) & _answering(other)
            if both and not _waits(talk, other, level) and not _waits(other, talk, level):
                names = f"{other.phase.name!r} and {talk.phase.name!r}"
                message = f"{names} wait for neither, but {min(both)!r} does both, one after the other"
                hint = f"Let another role do one of them, or write after: [{other.phase.name}]."
                yield Problem(place=talk.place, message=message, hint=hint)


def _answering(talk: Talk) -> set[str]:
    return {found.habits.assistant for found in talk.all() if not found.inner and found.habits.assistant}


def _waits(one: Talk, other: Talk, level: Sequence[Talk]) -> bool:
    """Return whether one phase waits for another, if only through those between them."""
    beside = {talk.path: talk for talk in level}
    waiting, seen = [*one.waits_for], set[str]()
    while waiting:
        path = waiting.pop()
        if path == other.path:
            return True
        if path in beside and path not in seen:
            seen.add(path)
            waiting += beside[path].waits_for
    return False


def _ends(talk: Talk) -> Iterator[Reference]:
    """Yield the flags that end several phases."""
    prompts = {inner.phase.name: inner.phase.prompt for inner in talk.inner}
    for end in talk.phase.until:
        name, _, flag = end.partition(".")
        if prompts.get(name):
            yield Reference(kind="flag", name=f"{prompts[name]}.{flag}", place=(*talk.place, "until"))


def _twice(talks: Sequence[Talk]) -> Iterator[Problem]:
    names = [talk.phase.name for talk in talks]
    for index, talk in enumerate(talks):
        if talk.phase.name in names[:index]:
            message = f"two phases are called {talk.phase.name!r}"
            yield Problem(place=(*talk.place, "name"), message=message, hint="Give one of them another name.")


def _incomplete(talk: Talk) -> Iterator[Problem]:
    name = talk.phase.name
    if talk.inner:
        known = tuple(inner.phase.name for inner in talk.inner)
        for end in talk.phase.until:
            if end.partition(".")[0] not in known:
                message = f"{end!r} is no bool of a phase in {name!r}"
                yield Problem(place=(*talk.place, "until"), message=message, hint=f"Write such as: {known[0]}.done")
        return
    for duty in talk.duties.values():
        for key, value in ((duty.speaks, duty.role), (duty.does, duty.action)):
            if value is None:
                yield Problem(
                    place=talk.place, message=f"the phase {name!r} has no {key}", hint=f"Add a line: {key}: …"
                )


def _waiting(talks: Sequence[Talk]) -> Iterator[Problem]:
    """Yield phases that wait for what is not beside them, or for each other."""
    known = {talk.path: talk for talk in talks}
    over: set[str] = set()
    for _ in talks:
        over |= {talk.path for talk in talks if set(talk.waits_for) <= over}
    for talk in talks:
        unknown = [name for name in talk.waits_for if name not in known]
        beside = tuple(other.phase.name for other in talks if other is not talk)
        for name in unknown:
            wrong = name.rpartition("/")[2]
            message = f"there is no phase {wrong!r} beside {talk.phase.name!r}"
            yield Problem(place=(*talk.place, "after"), message=message, wrong=wrong, known=beside)
        if not unknown and talk.path not in over:
            message = f"the phase {talk.phase.name!r} waits for itself, or for one that never begins"
            yield Problem(place=(*talk.place, "after"), message=message, hint="Leave one of the names out.")
        yield from _waiting(talk.inner)
