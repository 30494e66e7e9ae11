"""What a session needs only once there is a program: loaded then, away from the event loop, not at its start."""

import asyncio
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from agentsh.core.files import FileDraft
from agentsh.core.packages import Installed
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.ports import Installer, Sandbox, Verifier, Workspace
from agentsh.sandbox.environment import base_interpreter


class LateVerifier:
    """The gates, loaded with the first program that is tried."""

    def __init__(self, workspace: Workspace, sandbox: Sandbox, *, keeps_record: bool) -> None:
        """Take what the gates take."""
        self._make = cache(lambda: _gates(workspace, sandbox, keeps_record=keeps_record))

    async def verify(self, plan: VerifyPlan, drafts: Sequence[FileDraft] = ()) -> Verdict:
        """Try the gates in order up to the first that fails; the workspace stays as it is."""
        gates = await asyncio.to_thread(self._make)
        return await gates.verify(plan, drafts)


class LateInstaller:
    """The workspace's environment, loaded with the first package."""

    def __init__(self, root: Path) -> None:
        """Take the workspace's folder."""
        self._make = cache(lambda: _venv(root))

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Make the workspace's own environment hold exactly these and what they need."""
        venv = await asyncio.to_thread(self._make)
        return await venv.install(requirements)


def _gates(workspace: Workspace, sandbox: Sandbox, *, keeps_record: bool) -> Verifier:
    from agentsh.verify.gates import GateVerifier

    return GateVerifier(workspace, sandbox, keeps_record=keeps_record)


def _venv(root: Path) -> Installer:
    from agentsh.verify.installing import VenvInstaller

    return VenvInstaller(root, base_interpreter())
