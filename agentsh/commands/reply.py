"""What a command answers, without a word of any screen: something to read, or something that the shell is to do.

Texts come from models, files and people as they are. Whoever shows them does so through `core.terminal`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from agentsh.core.ids import RoleName
from agentsh.session.view import QuestionView

Pane = Literal["chat", "agents", "bus", "files", "diff", "world"]


@dataclass(frozen=True, slots=True)
class Nothing:
    """It is done; the session's events show it."""


@dataclass(frozen=True, slots=True)
class Text:
    """Plain text, to be shown as it is. `language` names its colours: diff, python, json, toml; empty: none."""

    text: str
    title: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text to be shown as Markdown."""

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `empty` is said when there are none; `pane` shows the same where there are panes."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    empty: str = "nothing"
    pane: Pane | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One line of a tree, with what is under it."""

    label: str
    detail: str = ""
    children: tuple["Node", ...] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """Lines that hang from each other."""

    roots: tuple[Node, ...]
    title: str = ""
    empty: str = "nothing"


@dataclass(frozen=True, slots=True)
class EditText:
    """Let the person edit `text` in $EDITOR; give what comes back to `done`, or put it into the prompt when None.

    A text that comes back empty means that nothing is to be done.
    """

    text: str
    title: str
    suffix: str = ".md"
    done: Callable[[str], Awaitable["Reply"]] | None = None


@dataclass(frozen=True, slots=True)
class OpenFile:
    """Show a file of the workspace."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """Let the person answer: a picker for choices, a form for fields, else a text."""

    question: QuestionView


@dataclass(frozen=True, slots=True)
class Show:
    """Go to a pane, or to a role's own page."""

    pane: Pane
    role: RoleName | None = None
    filter: str = ""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Leave this session, resumable, and open another; None: let the person pick one."""

    name: str | None = None
    back_to: int | None = None
    """Before it is opened, let it go back to this event; what came later is kept as a session of its own."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """Leave this session, resumable, and begin one: on an idea (an empty one is asked for), or with a world."""

    idea: str = ""
    team: str | None = None
    world: str | None = None


@dataclass(frozen=True, slots=True)
class Copy:
    """Put `text` on the clipboard."""

    text: str


@dataclass(frozen=True, slots=True)
class ChooseTheme:
    """Use a theme; None: let the person choose, or say which there are."""

    name: str | None = None


@dataclass(frozen=True, slots=True)
class ShowKeys:
    """Show which key does what."""


@dataclass(frozen=True, slots=True)
class Quit:
    """Leave; the session can be resumed."""


Reply = (
    Nothing
    | Text
    | Markdown
    | Table
    | Tree
    | EditText
    | OpenFile
    | OpenQuestion
    | Show
    | OpenSession
    | NewSession
    | Copy
    | ChooseTheme
    | ShowKeys
    | Quit
)
"""Whatever a command answers. A shell matches on it and ends with `assert_never`."""
