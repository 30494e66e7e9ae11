"""What lies outside of a session, on paper; and a context on a session under test."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.commands.builtin import builtin
from agentsh.commands.context import Context, Forked, Named, SettingsFile
from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.errors import UsageError
from agentsh.core.ids import ActionName
from agentsh.core.summary import SessionSummary
from agentsh.session.export import ExportFormat
from agentsh.session.facade import Session
from tests.support.stage import card


@dataclass
class OutsideOnPaper:
    """Fulfils `commands.context.Outside`."""

    exports: list[tuple[str, str | None]] = field(default_factory=list)

    async def sessions(self) -> list[SessionSummary]:
        summary = {"team": "stage", "idea": "build it", "status": "finished", "model": "tiny", "provider": "ollama"}
        return [SessionSummary.model_validate({"name": name, **summary}) for name in ("snake", "tetris")]

    async def teams(self) -> list[Named]:
        return [Named(name="pair", summary="two")]

    async def worlds(self) -> list[Named]:
        return [Named(name="town", summary="a day")]

    async def roles(self) -> list[Named]:
        return [Named(name="bob", summary="prompts/roles/bob.md")]

    async def role(self, file: str) -> tuple[RoleCard, Mapping[ActionName, ActionCard]]:
        if file != "bob":
            raise UsageError(f"there is no role {file!r}")
        return card("bob", "plan"), {}

    async def check_name(self, name: str) -> None:
        if name == "taken":
            raise UsageError("session 'taken' is there already")

    async def export(self, session: Session, format: ExportFormat, path: str | None) -> Path:
        self.exports.append((format, path))
        return Path(f"/somewhere/{session.name}.{format}")

    async def fork(self, session: Session, at: int | None, name: str | None) -> Forked:
        return Forked(name=name or f"{session.name}-2", seq=at or session.view().seq, lost=("data.bin",))

    async def last_turn(self, session: Session) -> int:
        return 4

    async def settings(self) -> SettingsFile:
        return SettingsFile(path=Path("/somewhere/agentsh.toml"), text="[run]\n", effective="[model]\nnum_ctx = 8192")


def context_of(session: Session | None) -> Context:
    """Return a context with every command of agentsh's own."""
    return Context(outside=OutsideOnPaper(), registry=builtin(), live=session)
