"""What awaits the person: one matter in front, the others behind it; settled by its id, gone when settled elsewhere."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from agentsh.core.errors import UsageError
from agentsh.repl.lines import Line
from agentsh.session.form import Ask, Form


@dataclass(slots=True)
class Matter:
    """One thing that awaits the person.

    Attributes:
        id: of the question, or of our own.
        who: whose it is, for the prompt.
        intro: said when it comes to the front.
        begin: makes its form, afresh each time.
        done: gets what the form came to.
        from_session: whether it goes when the session does not ask any more.
        text: what may be edited first.
        suffix: how the name of such a file ends.
        aside: whether it waits until the person comes back to it.
        settling: whether the person has decided, and the session has not said so yet.
    """

    id: str
    who: str
    intro: tuple[Line, ...]
    begin: Callable[[], Form[object]]
    done: Callable[["Matter", object], Awaitable[None]]
    from_session: bool = True
    text: str = ""
    suffix: str = ".md"
    aside: bool = False
    settling: bool = False
    form: Form[object] = field(init=False)

    def __post_init__(self) -> None:
        self.form = self.begin()

    @property
    def asks(self) -> Ask | None:
        """The next line that is wanted."""
        return self.form.asks

    def afresh(self) -> None:
        """Ask again from the beginning."""
        self.form = self.begin()
        self.settling = False


class Inbox:
    """The matters, oldest first. Whoever shows it looks at `front`."""

    def __init__(self) -> None:
        self._matters: dict[str, Matter] = {}

    @property
    def front(self) -> Matter | None:
        """What is asked now: the oldest that was not put aside and is not decided yet."""
        return next((found for found in self._matters.values() if not found.aside and not found.settling), None)

    @property
    def waiting(self) -> tuple[Matter, ...]:
        """Everything that is not decided yet, what was put aside included."""
        return tuple(found for found in self._matters.values() if not found.settling)

    def update(self, asked: Sequence[Matter]) -> None:
        """Take in what the session asks now; what it asks no more goes, and its event says why."""
        ids = {matter.id for matter in asked}
        for matter in [found for found in self._matters.values() if found.from_session and found.id not in ids]:
            self.remove(matter)
        for matter in asked:
            self._matters.setdefault(matter.id, matter)

    def put_first(self, matter: Matter) -> None:
        """Ask this before everything else."""
        self._matters = {matter.id: matter, **self._matters}

    def bring(self, id: str) -> None:
        """Bring one to the front that waits. Raises UsageError when it does not."""
        matter = self._matters.pop(id, None)
        if matter is None:
            raise UsageError(f"{id!r} does not wait any more: it was settled elsewhere")
        matter.aside = False
        self.put_first(matter)

    def remove(self, matter: Matter) -> None:
        """Take one out that is over."""
        self._matters.pop(matter.id, None)

    def clear(self) -> None:
        """Take all out: another session begins."""
        self._matters.clear()
