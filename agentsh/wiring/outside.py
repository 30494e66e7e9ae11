"""What lies outside of a session, for the commands of a shell: other sessions, teams, role files, settings, exports."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentsh.commands.context import Forked, Named, SettingsFile
from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.errors import UsageError
from agentsh.core.events import Recorded
from agentsh.core.ids import ActionName, RoleName, SessionName
from agentsh.core.settings import Settings
from agentsh.core.settings_text import settings_lines
from agentsh.core.summary import SessionSummary
from agentsh.library.front import read_text
from agentsh.library.home import Home
from agentsh.library.reading import read_role
from agentsh.library.shelf import Shelf
from agentsh.session.export import ExportFormat, exported
from agentsh.session.facade import Session
from agentsh.store.catalogue import SessionFiles
from agentsh.wiring.kit import Kit


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Fulfils `commands.context.Outside` for one home."""

    home: Home
    in_force: Settings

    async def sessions(self) -> list[SessionSummary]:
        """Return all sessions, newest first."""
        return await asyncio.to_thread(SessionFiles(self.home.sessions).summaries)

    async def teams(self) -> list[Named]:
        """Return the teams that there are."""
        found = await asyncio.to_thread(Kit(self.home).shelf().list_teams)
        return [Named(name=team.name, summary=team.summary or team.problem) for team in found]

    async def worlds(self) -> list[Named]:
        """Return the worlds that there are."""
        from agentsh.library.worlds import WorldShelf  # a session without a world loads nothing of worlds

        found = await asyncio.to_thread(WorldShelf(Shelf(self.home.shelves)).list_worlds)
        return [Named(name=world.name, summary=world.summary or world.problem) for world in found]

    async def roles(self) -> list[Named]:
        """Return the role files that there are."""
        found = await asyncio.to_thread(lambda: Kit(self.home).shelf().paths("role"))
        return [Named(name=name, summary=str(path)) for name, path in sorted(found.items())]

    async def role(self, file: str) -> tuple[RoleCard, Mapping[ActionName, ActionCard]]:
        """Return a role by name or path, with its actions. Raises UsageError."""
        return await asyncio.to_thread(self._role, file)

    async def check_name(self, name: str) -> None:
        """Raise UsageError when no session could get this name."""
        path = SessionFiles(self.home.sessions).path(name)
        if await asyncio.to_thread(os.path.lexists, path):
            raise UsageError(f"session {name!r} is there already", hint="choose another name")

    async def export(self, session: Session, format: ExportFormat, path: str | None) -> Path:
        """Write a session into a file; a folder takes it under the session's name."""
        events = [item async for item in _history(session)]
        return await asyncio.to_thread(self._write, events, session.name, format, path)

    async def fork(self, session: Session, at: int | None, name: str | None) -> Forked:
        """Make a session that is this one up to an event. Raises UsageError, StoreError."""
        from agentsh.wiring import branches

        made = await asyncio.to_thread(branches.fork, self.home, _file_of(session), at, name)
        return Forked(name=made.name, seq=made.seq, lost=made.lost)

    async def last_turn(self, session: Session) -> int:
        """Return the event before the newest word of the Boss's. Raises UsageError."""
        from agentsh.wiring import branches

        return await asyncio.to_thread(branches.turn_before, self.home, _file_of(session))

    async def settings(self) -> SettingsFile:
        """Return the settings file."""
        return await asyncio.to_thread(self._settings)

    def _role(self, file: str) -> tuple[RoleCard, Mapping[ActionName, ActionCard]]:
        kit = Kit(self.home)
        shelf = kit.shelf()
        path = Path(file).expanduser()
        if path.suffix == ".md" and path.is_file():
            card = read_role(path).card.model_copy(update={"name": RoleName(path.stem)})
            shelf = shelf.over(path.resolve().parent.parent)
        else:
            card = shelf.role(file)
        return card, _actions(shelf, card)

    def _write(self, events: list[Recorded], name: str, format: ExportFormat, path: str | None) -> Path:
        target = self.home.sessions if path is None else Path(path).expanduser().absolute()
        if target.is_dir():
            target = target / f"{name}.{format}"
        try:
            target.write_text("".join(f"{line}\n" for line in exported(events, name, format)), encoding="utf-8")
        except OSError as error:
            raise UsageError(
                f"{str(target)!r} cannot be written: {error.strerror}", hint="name another file"
            ) from error
        return target

    def _settings(self) -> SettingsFile:
        path = self.home.config
        text = read_text(path) if path.is_file() else ""
        lines = settings_lines(self.in_force.model_dump(mode="json"))
        left_out = [f"# {notice.message}. {notice.hint}\n" for notice in Kit(self.home).left_out]
        return SettingsFile(path=path, text=text, effective="\n".join([*left_out, *lines]).strip())


def _file_of(session: Session) -> SessionName:
    """Return the name of a session's file: what it was called when it was opened, until it is closed."""
    return session.facts.session


async def _history(session: Session) -> AsyncIterator[Recorded]:
    last = session.view().seq
    async for item in session.follow():
        if isinstance(item, Recorded):
            yield item
            if item.seq >= last:
                return


def _actions(shelf: Shelf, card: RoleCard) -> dict[ActionName, ActionCard]:
    """Return a role's actions, and those that they use."""
    found: dict[ActionName, ActionCard] = {}
    waiting = list(card.actions)
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        action = found[name] = shelf.action(name)
        waiting += [other for other in (_reviewed(action), _repeated(action)) if other is not None]
    return found


def _reviewed(action: ActionCard) -> ActionName | None:
    return None if action.review is None else action.review.action


def _repeated(action: ActionCard) -> ActionName | None:
    return None if action.repeat is None else action.repeat.back_to
