"""What a session needs only once there is a program: loaded then, away from the event loop, not at its start."""

import asyncio
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Generic, TypeVar

from agentsh.core.files import FileDraft
from agentsh.core.packages import Installed
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.ports import Installer, Sandbox, Verifier, Workspace
from agentsh.sandbox.environment import base_interpreter

T = TypeVar("T")


class _Late(Generic[T]):
    """One thing, made when it is first wanted; its module is imported in a thread, for that takes a while."""

    def __init__(self, module: str, make: Callable[[], T]) -> None:
        self._module = module
        self._make = make
        self._made: T | None = None

    async def get(self) -> T:
        if self._made is None:
            await asyncio.to_thread(import_module, self._module)
        if self._made is None:  # whoever waited for the same import may have made it; there is only ever one
            self._made = self._make()
        return self._made


class LateVerifier:
    """The gates, loaded with the first program that is tried."""

    def __init__(self, workspace: Workspace, sandbox: Sandbox, *, keeps_record: bool) -> None:
        """Take what the gates take."""
        self._gates = _Late("agentsh.verify.gates", lambda: _gates(workspace, sandbox, keeps_record=keeps_record))

    async def verify(self, plan: VerifyPlan, drafts: Sequence[FileDraft] = ()) -> Verdict:
        """Try the gates in order up to the first that fails; the workspace stays as it is."""
        return await (await self._gates.get()).verify(plan, drafts)


class LateInstaller:
    """The workspace's environment, loaded with the first package."""

    def __init__(self, root: Path) -> None:
        """Take the workspace's folder."""
        self._venv = _Late("agentsh.verify.installing", lambda: _venv(root))

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Make the workspace's own environment hold exactly these and what they need."""
        return await (await self._venv.get()).install(requirements)


def _gates(workspace: Workspace, sandbox: Sandbox, *, keeps_record: bool) -> Verifier:
    from agentsh.verify.gates import GateVerifier

    return GateVerifier(workspace, sandbox, keeps_record=keeps_record)


def _venv(root: Path) -> Installer:
    from agentsh.verify.installing import VenvInstaller

    return VenvInstaller(root, base_interpreter())
