"""Help: keys as they are bound now, and the commands of the registry."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from agentsh.tui.keys import KEYS

if TYPE_CHECKING:
    from agentsh.commands.registry import Command
    from agentsh.tui.app import Shell


class Help(ModalScreen[None]):
    """An overlay that any of its own keys closes."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,f1,question_mark", "dismiss", "Close", priority=True),
        Binding("j,down", "scroll(2)", "Down", show=False),
        Binding("k,up", "scroll(-2)", "Up", show=False),
    ]
    DEFAULT_CSS = """
    Help {
        align: center middle;
        & > VerticalScroll {
            width: 100%; max-width: 100; height: 90%;
            border: round $primary; background: $surface; padding: 0 2;
            border-title-color: $text-primary; border-subtitle-color: $muted;
            scrollbar-size-vertical: 1;
        }
        & Static { height: auto; }
    }
    """

    def __init__(self, commands: "Iterable[Command]") -> None:
        super().__init__()
        self._commands = commands

    def compose(self) -> ComposeResult:
        """Keys first, then commands."""
        with VerticalScroll() as scroll:
            scroll.border_title = "Keys and commands"
            scroll.border_subtitle = "esc closes"
            yield Static(self._keys(), markup=False)
            yield Static(self._of_commands(), markup=False)

    def action_scroll(self, by: int) -> None:
        """Scroll."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    async def action_dismiss(self, result: None = None) -> None:
        """Close."""
        self.dismiss(result)

    def _keys(self) -> Content:
        bound = self.app.bound_keys()
        lines: list[Content] = []
        for group, keys in KEYS.items():
            lines.append(Content.styled(f"\n{group}", "bold $text-primary"))
            for key in keys:
                shown = bound.get(key.id, key.default)
                lines.append(
                    Content.assemble((f"  {_named(shown):<22}", "$text-accent"), key.help, (f"  {key.id}", "$faint"))
                )
        return Content("\n").join(lines)

    def _of_commands(self) -> Content:
        lines = [Content.styled("\nCommands", "bold $text-primary")]
        lines += [
            Content.assemble((f"  {command.usage:<34}", "$text-accent"), command.summary) for command in self._commands
        ]
        return Content("\n").join(lines)


def _named(key: str) -> str:
    names = {"question_mark": "?", "slash": "/", "left_square_bracket": "[", "right_square_bracket": "]"}
    return " ".join(names.get(part, part) for part in key.split(","))
