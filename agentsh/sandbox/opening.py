"""Chooses the strongest sandbox that this machine has, by attacking each in turn."""

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from agentsh.core.code import SandboxStatus
from agentsh.core.errors import SandboxUnavailable
from agentsh.ports import StatefulSandbox
from agentsh.sandbox import bubblewrap, landlock
from agentsh.sandbox.attacks import ESSENTIAL, Tier, uncovered
from agentsh.sandbox.bubble import Abilities, abilities
from agentsh.sandbox.launched import LaunchedSandbox
from agentsh.sandbox.launchers import Launchers
from agentsh.sandbox.probe import Findings, probe
from agentsh.sandbox.view import View, view_of
from agentsh.sandbox.warden import Warden

_TIERS: Final[tuple[Tier, ...]] = ("bubblewrap", "landlock", "none")
_INSTALL: Final = "Install bubblewrap for a sandbox that holds more: apt install bubblewrap, dnf install bubblewrap"

_Build = Callable[[View, SandboxStatus], StatefulSandbox]
_measured: dict[tuple[Tier, Path | None, int], tuple[_Build, SandboxStatus]] = {}
"""What was found in this process already, by tier, bubblewrap's path and user."""


async def open_sandbox(
    workspace: Path,
    *,
    protected: Sequence[Path] = (),
    tier: Tier | None = None,
    program: Path | None = None,
) -> StatefulSandbox:
    """Return the strongest sandbox that holds here; its status says what was measured.

    Model code gets the Python below agentsh's own environment, or the workspace's `.venv`. agentsh's packages are
    not shown to it.

    Args:
        workspace: the folder that runs may write.
        protected: agentsh's own paths in it, read-only inside as `.git` and the like always are.
        tier: only this one, however weak.
        program: bubblewrap's path; None: looked for in the system's folders.

    Raises:
        SandboxUnavailable: `tier` does not work here, or the workspace holds the user's home.
    """
    view = view_of(workspace, protected)
    build, status = await _strongest((tier,) if tier else _TIERS, program or bubblewrap.find())
    return build(view, status)


async def measure() -> None:
    """Find out what holds here, so that `open_sandbox` knows it; what does not is told by it."""
    with suppress(SandboxUnavailable):
        await _strongest(_TIERS, bubblewrap.find())


async def _strongest(tiers: Sequence[Tier], program: Path | None) -> tuple[_Build, SandboxStatus]:
    reasons: dict[Tier, str] = {}
    for candidate in tiers:
        try:
            build, status = await _measure(candidate, program)
        except SandboxUnavailable as error:
            reasons[candidate] = str(error)
            continue
        hint = _hint(reasons) if candidate != "bubblewrap" else ""
        return build, status.model_copy(update={"hint": hint})
    raise SandboxUnavailable("; ".join(reasons.values()), hint=_INSTALL)


async def _measure(tier: Tier, program: Path | None) -> tuple[_Build, SandboxStatus]:
    """Return how to build a sandbox of this tier, and what it holds.

    Raises:
        SandboxUnavailable: this machine does not have it, or it does not confine.
    """
    key = (tier, program, os.geteuid())
    if key not in _measured:
        _measured[key] = await _try(tier, program)
    return _measured[key]


async def _try(tier: Tier, program: Path | None) -> tuple[_Build, SandboxStatus]:
    build = _builder(tier, program)
    blank = SandboxStatus(tier=tier, line="")
    try:
        findings = await probe(lambda view: build(view, blank))
    except SandboxUnavailable as error:
        raise SandboxUnavailable(f"{tier}: {error}", hint=_INSTALL) from error
    if tier != "none" and (through := ESSENTIAL & set(findings.leaks)):
        raise SandboxUnavailable(f"{tier} does not hold here: {', '.join(sorted(through))}", hint=_INSTALL)
    return build, _status(tier, findings)


def _builder(tier: Tier, program: Path | None) -> _Build:
    """Return how to build a sandbox of this tier; raises SandboxUnavailable when this machine has none."""
    if tier == "bubblewrap":
        if program is None:
            raise SandboxUnavailable("bubblewrap is not installed", hint=_INSTALL)
        return _bubblewrap(program, abilities(program))
    if tier == "landlock" and not landlock.abi():
        raise SandboxUnavailable("this kernel has no Landlock", hint=_INSTALL)
    return _launched(confine=tier == "landlock")


def _bubblewrap(program: Path, able: Abilities) -> _Build:
    warden = Warden()
    return lambda view, status: bubblewrap.BubblewrapSandbox(program, view, status, able, warden)


def _launched(*, confine: bool) -> _Build:
    launchers = Launchers()
    return lambda view, status: LaunchedSandbox(view, status, confine=confine, launchers=launchers)


def _status(tier: Tier, findings: Findings) -> SandboxStatus:
    leaks = tuple(dict.fromkeys((*findings.leaks, *uncovered(tier, landlock.abi()))))
    holds = tuple(name for name in findings.holds if name not in leaks)
    return SandboxStatus(tier=tier, line=_line(tier, holds, leaks), holds=holds, leaks=leaks)


def _line(tier: Tier, holds: Sequence[str], leaks: Sequence[str]) -> str:
    """Return the status line: what was measured, in a few words."""
    parts = [f"{tier}+seccomp"] if tier != "none" else ["no sandbox", "asks before each run"]
    parts += ["files workspace only"] if {"secret read", "outside write"} <= set(holds) else []
    parts += ["net off"] if {"tcp", "udp"} <= set(holds) else []
    parts += ["processes limited"] if "fork bomb" in holds else []
    parts += [f"not held: {', '.join(leaks)}"] if leaks else []
    return " · ".join(parts)


def _hint(reasons: dict[Tier, str]) -> str:
    """Return how to get a stronger tier."""
    why = "; ".join(reasons.values())
    return f"{_INSTALL} ({why})" if why else _INSTALL
