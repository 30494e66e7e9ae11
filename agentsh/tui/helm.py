"""Carries out what a person types or presses: a line through the registry of commands, a control on the session."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from agentsh.commands.completion import Completion, complete
from agentsh.commands.context import Context
from agentsh.commands.reply import Reply
from agentsh.core.controls import Control
from agentsh.core.errors import AgentshError
from agentsh.core.ids import RoleName
from agentsh.core.terminal import one_line

if TYPE_CHECKING:
    from agentsh.tui.app import Shell

Answering = Callable[[Reply], Awaitable[None]]


class Helm:
    """One for each screen of a session. What goes wrong is said in a notification; nothing else is lost by it."""

    def __init__(self, app: "Shell", context: Context) -> None:
        self._app = app
        self.context = context

    def run(self, line: str) -> None:
        """Carry out a line in the background, one after another."""
        self._app.run_worker(self._run(line), group="commands", name=one_line(line, 40))

    async def send(self, control: Control) -> bool:
        """Send a control; return whether the session took it."""
        try:
            await self.context.session.send(control)
        except AgentshError as error:
            self.complain(error)
            return False
        return True

    async def complete(self, line: str) -> Sequence[Completion]:
        """Return what the last word of a line may become."""
        return await complete(self.context, line)

    def complain(self, error: AgentshError) -> None:
        """Say what went wrong and what to do."""
        self._app.notify(one_line(error.hint, 300), title=one_line(str(error), 300), severity="error", timeout=8)

    def open_file(self, path: str) -> None:
        """Show a file, whatever its name is made of."""
        self._app.run_worker(self._open(path), group="commands")

    def diff(self, path: str) -> None:
        """Show what changed in a file."""
        self._app.run_worker(self._diff(path), group="commands")

    def open_role(self, role: RoleName) -> None:
        """Go to a role's own page."""
        self._app.open_role(role)

    async def _run(self, line: str) -> None:
        try:
            reply = await self.context.registry.run(self.context, line)
        except AgentshError as error:
            self.complain(error)
        else:
            await self._app.answer(reply)

    async def _open(self, path: str) -> None:
        from agentsh.commands.reply import OpenFile

        try:
            text = await self.context.session.file(path)
        except AgentshError as error:
            self.complain(error)
        else:
            await self._app.answer(OpenFile(path, text))

    async def _diff(self, path: str) -> None:
        from agentsh.commands.reply import Text

        try:
            text = await self.context.session.diff()
        except AgentshError as error:
            self.complain(error)
        else:
            await self._app.answer(Text(of_file(text, path) or f"{path} has not changed", f"diff of {path}", "diff"))


def of_file(diff: str, path: str) -> str:
    """Return the part of a unified diff that is about one file."""
    kept: list[str] = []
    inside = False
    for line in diff.splitlines():
        if line.startswith(("diff --git ", "--- ")):
            inside = line.rstrip().endswith(f"/{path}") or (inside and line.startswith("--- "))
        elif line.startswith("+++ ") and line.rstrip().endswith(f"/{path}"):
            inside = True
        if inside:
            kept.append(line)
    return "\n".join(kept)
