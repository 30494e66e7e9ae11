"""Every command in the palette; one that needs words is put into the prompt."""

from functools import partial
from typing import TYPE_CHECKING

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from agentsh.commands.arguments import parameters
from agentsh.commands.registry import Command
from agentsh.tui.closing import ClosesOnce

if TYPE_CHECKING:
    from agentsh.tui.app import Shell


class Palette(ClosesOnce, CommandPalette):
    """Textual's palette, that closes once."""


class CommandProvider(Provider):
    """Finds slash commands by their name and their summary."""

    async def discover(self) -> Hits:
        """Yield all commands."""
        for command in self._commands:
            yield DiscoveryHit(f"/{command.name}", partial(self._choose, command), help=command.summary)

    async def search(self, query: str) -> Hits:
        """Yield the commands that fit."""
        matcher = self.matcher(query)
        for command in self._commands:
            text = f"/{command.name}"
            score = max(matcher.match(text), 0.8 * matcher.match(command.summary))
            if score > 0:
                yield Hit(
                    score, matcher.highlight(text), partial(self._choose, command), text=text, help=command.summary
                )

    @property
    def _commands(self) -> list[Command]:
        shell = self._shell
        return [] if shell.lobby is None else list(shell.lobby.context.registry)

    @property
    def _shell(self) -> "Shell":
        from agentsh.tui.app import Shell

        assert isinstance(self.app, Shell)  # noqa: S101  no other app has this provider
        return self.app

    def _choose(self, command: Command) -> None:
        if any(parameter.required for parameter in parameters(command.arguments)):
            self._shell.put_into_prompt(f"/{command.name} ")
        else:
            self._shell.run_line(f"/{command.name}")
