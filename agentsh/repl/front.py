"""Where the person sits: a terminal that is drawn on, one that is only written to, or a pipe. All have one face."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from agentsh.repl.lines import Line
from agentsh.repl.stay import Item

if TYPE_CHECKING:
    from agentsh.repl.shell import Shell


class Front(Protocol):
    """Shows lines, and brings what is typed to the shell."""

    @property
    def whole(self) -> bool:
        """Whether a text of several lines is typed as a whole."""

    @property
    def echoes(self) -> bool:
        """Whether what was typed stands there already."""

    @property
    def patient(self) -> bool:
        """Whether a person is there, who can try again when something goes wrong."""

    async def read(self, shell: "Shell") -> None:
        """Bring lines to the shell until the person leaves, or the input ends."""

    def close(self) -> None:
        """End `read`, soon."""

    def show(self, lines: Sequence[Line]) -> None:
        """Show lines, above whatever is being typed."""

    def hear(self, item: Item) -> None:
        """Take in what happens, for what is shown of generations under way."""

    def changed(self) -> None:
        """Something that is drawn may have changed: the prompt, the bar."""

    def call(self) -> None:
        """A person is needed."""

    def fill(self, text: str) -> None:
        """Put `text` where the person types."""

    def copy(self, text: str) -> bool:
        """Put `text` on the clipboard; return whether there is one."""

    async def edit(self, text: str, suffix: str) -> str:
        """Return `text` as the person's editor leaves it. Raises UsageError."""
