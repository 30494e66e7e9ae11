"""Help: keys as they are bound now, and the commands of the registry."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from agentsh.tui.closing import ClosesOnce
from agentsh.tui.keys import KEYS, named
from agentsh.tui.page import Page
from agentsh.tui.prose import Block

if TYPE_CHECKING:
    from agentsh.commands.registry import Command
    from agentsh.tui.app import Shell

KEY_CELLS = 20
USAGE_CELLS = 30


class Help(ClosesOnce, ModalScreen[None]):
    """An overlay that any of its own keys closes."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "dismiss", "Close", priority=True),
    ]
    DEFAULT_CSS = """
    Help {
        align: center middle;
        & > Page {
            width: 100%; max-width: 100; height: 90%;
            border: round $primary; background: $surface; padding: 0 1;
            border-title-color: $text-primary; border-subtitle-color: $muted;
        }
    }
    """

    def __init__(self, commands: "Iterable[Command]") -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        """One page."""
        yield Page()

    def on_mount(self) -> None:
        """Keys first, then commands."""
        page = self.query_one(Page)
        page.border_title = "Keys and commands"
        page.border_subtitle = Content("esc closes · agentsh.toml [keys] rebinds by the names at the right")
        page.show_blocks([*self._keys(), *self._of_commands()])
        page.focus()

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    def _keys(self) -> list[Block]:
        bound = self.app.bound_keys()
        found: list[Block] = []
        for group, keys in KEYS.items():
            found += [*([Block()] if found else []), Block(Content.styled(group, "bold $text-primary"))]
            for key in keys:
                told = Content.assemble(key.help, (f"  {key.id}", "$faint"))
                found.append(_entry(named(bound.get(key.id, key.default)), told, KEY_CELLS))
        return found

    def _of_commands(self) -> list[Block]:
        found = [Block(), Block(Content.styled("Commands", "bold $text-primary"))]
        return found + [_entry(command.usage, Content(command.summary), USAGE_CELLS) for command in self._commands]


def _entry(name: str, told: Content, cells: int) -> Block:
    """Return a name with what it means beside it; below it, where the name is long."""
    gap = "\n" if len(name) > cells else ""
    first = Content.styled(f"  {name:<{cells}} ", "$text-accent")
    rest = Content(" " * (cells + 3))
    return (
        Block(Content.assemble((name, "$text-accent"), gap, told), Content("  "), rest)
        if gap
        else Block(told, first, rest)
    )
