"""A conductor's own keys in a team file, and what they refer to: whoever reads files needs to know no conductor."""

from collections.abc import Iterator
from typing import ClassVar, Generic, Literal, TypeVar

from pydantic import Field

from agentsh.core.cards import TeamCard
from agentsh.core.ids import ActionName
from agentsh.core.model import Frozen

Place = tuple[str | int, ...]
"""Keys and list positions from the top of the front matter: `("phases", 0, "assistant")`."""
ReferenceKind = Literal["role", "action", "team", "flag"]


class Reference(Frozen):
    """One thing that options name, and where they do."""

    kind: ReferenceKind
    """role: of the team. action: a file. team: another team, whose roles join this one.
    flag: a yes or no in the output of an action, as `action.field`."""
    name: str
    place: Place


class Problem(Frozen):
    """Something that is wrong with options in a way that their shape does not show."""

    place: Place
    message: str
    hint: str = ""
    """The mend; empty: what is nearest to `wrong` in `known`."""
    wrong: str = ""
    known: tuple[str, ...] = ()


class TeamOptions(Frozen):
    """The keys of one conductor. Whatever a file says beside them and the team's own is refused with its line."""

    by_watch: ClassVar[bool] = False
    """Whether roles react to what they watch; else the conductor alone says who does what, and a role whose file
    says nothing of watching watches nothing."""

    def references(self) -> Iterator[Reference]:
        """Yield whatever has to be there for this to work, in the order of the file."""
        yield from ()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong beyond the shape of each key; nothing is asked of options with problems."""
        yield from ()

    def doubts(self) -> Iterator[Problem]:
        """Yield what works, but hardly as it was meant."""
        yield from ()


class TalkOptions(TeamOptions):
    """The keys that every talk has."""

    speak: ActionName = ActionName("speak")
    """What a member does who is called on; whom the Boss speaks to by name answers with it."""
    window: int = Field(default=12, ge=2, le=100)
    """So many of the newest messages each of them hears."""


Options = TypeVar("Options", bound=TeamOptions)


class OptionsReader(Generic[Options]):
    """Reads a team's options as what they are; the same card is read once."""

    def __init__(self, model: type[Options]) -> None:
        self._model = model
        self._card: TeamCard | None = None
        self._options: Options | None = None

    def of(self, card: TeamCard) -> Options:
        """Return the options of a card that was checked when it was read."""
        if self._options is None or self._card is not card:
            self._card, self._options = card, self._model.model_validate(card.options)
        return self._options
