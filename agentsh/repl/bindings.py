"""The keys of the drawn line shell; `keys` says what they do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from agentsh.core.errors import AgentshError

if TYPE_CHECKING:
    from agentsh.repl.screen import Screen
    from agentsh.repl.shell import Shell

_LINES = {"f1": "/help", "f5": "/go", "f6": "/pause", "f10": "/step"}


def bindings(screen: "Screen", shell: "Shell") -> KeyBindings:
    """Return the keys; they go before prompt_toolkit's own."""
    keys = KeyBindings()
    typing = has_focus(DEFAULT_BUFFER)

    @keys.add("enter", filter=typing)
    def _send(_event: KeyPressEvent) -> None:
        screen.send()

    @keys.add("c-j")
    @keys.add("escape", "enter")
    def _newline(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c", filter=typing)
    def _cancel(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
            screen.typed.changed("", None)  # a reset tells nobody
        else:
            shell.cancel()

    @keys.add("c-g", filter=typing)
    def _edit(event: KeyPressEvent) -> None:
        async def edit() -> None:
            try:
                screen.fill((await screen.edit(event.current_buffer.text, ".md")).rstrip("\n"))
            except AgentshError as error:
                shell.complain(error)

        event.app.create_background_task(edit())

    for key, line in _LINES.items():
        keys.add(key)(_runs(shell, line))
    return keys


def _runs(shell: "Shell", line: str) -> Callable[[KeyPressEvent], None]:
    def run(_event: KeyPressEvent) -> None:
        shell.start(line)

    return run
