"""Installs packages into a workspace's own `.venv`, by pip from the index that the user has configured.

Only wheels are taken, so that nothing of a package runs here; what it does, it does in the sandbox. The environment is
made anew in a place of its own and moved to the workspace when it is whole: nobody ever finds half of one. A `.venv`
that agentsh has not made is left alone.
"""

import asyncio
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from typing import Final

from pydantic import ValidationError

from agentsh.core.model import Frozen
from agentsh.core.packages import Installed, name_of, normalised
from agentsh.verify.evidence import excerpt
from agentsh.verify.packages import requirement

VENV: Final = ".venv"
MARK: Final = "agentsh.json"
"""In a `.venv` that agentsh made: what it was asked to hold."""
DEADLINE_S: Final = 600.0
_MOST_BYTES: Final = 64_000
"""Of what pip says; the end counts."""
_TEMP_PREFIX: Final = ".agentsh-tmp-"
"""How the workspace names what is under way; it removes what a killed process left."""
_KEPT: Final = (
    *("HOME", "LANG", "LC_ALL", "PATH", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("REQUESTS_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"),
    *("http_proxy", "https_proxy", "no_proxy", "all_proxy"),
    *("PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_NO_INDEX", "PIP_FIND_LINKS", "PIP_CACHE_DIR"),
    *("PIP_TRUSTED_HOST", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_PROXY", "PIP_TIMEOUT", "PIP_DEFAULT_TIMEOUT"),
    *("PIP_RETRIES", "PIP_NO_CACHE_DIR"),
)
"""What of the user's environment says where packages come from, and how they are reached. All else stays here."""
_OPTIONS: Final = (
    *("--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=off", "--no-color"),
    *("--no-warn-script-location", "--no-compile"),
)


class _Metadata(Frozen, extra="ignore"):
    name: str
    version: str


class _Item(Frozen, extra="ignore"):
    metadata: _Metadata
    requested: bool


class _Report(Frozen, extra="ignore"):
    """What pip reports of an installation."""

    install: tuple[_Item, ...]


class VenvInstaller:
    """Installs for one workspace. Installations are made one after the other."""

    def __init__(
        self, root: Path, python: Path, environ: Mapping[str, str] | None = None, *, deadline_s: float = DEADLINE_S
    ) -> None:
        """Take the workspace, the Python that its programs get, and what of the environment tells pip its index."""
        self._venv = root / VENV
        self._python = python
        self._environ = os.environ if environ is None else environ
        self._deadline_s = deadline_s
        self._lock = asyncio.Lock()

    async def install(self, requirements: Sequence[str]) -> Installed:
        """Make `.venv` hold exactly these and what they need; on a failure it stays as it was."""
        if strange := [text for text in requirements if requirement(text) is None]:
            return Installed(ok=False, said=f"{strange[0]!r} is no package of the index")
        async with self._lock:
            if (foreign := await asyncio.to_thread(self._foreign)) is not None:
                return Installed(ok=False, said=foreign)
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="agentsh-venv-"))
            try:
                return await self._install_in(folder, requirements)
            except TimeoutError:
                return Installed(ok=False, said=f"it was not done after {self._deadline_s:g} s")
            except OSError as error:
                return Installed(ok=False, said=f"{error}")
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    def _foreign(self) -> str | None:
        """Return why the `.venv` that is there is not to be touched; None when it may be made anew."""
        if not os.path.lexists(self._venv):
            return None
        if self._venv.is_symlink() or not self._venv.is_dir():
            return f"{VENV} is no folder: remove it, and look at where it leads"
        if not (self._venv / MARK).is_file():
            return (
                f"the workspace has a {VENV} that agentsh has not made, and leaves alone. "
                f"Install into it yourself: {VENV}/bin/python -m pip install …"
            )
        return None

    async def _install_in(self, folder: Path, requirements: Sequence[str]) -> Installed:
        venv, report = folder / "venv", folder / "report.json"
        async with asyncio.timeout(self._deadline_s):
            own_pip = importlib.util.find_spec("pip") is not None
            made = (
                str(self._python),
                "-I",
                "-m",
                "venv",
                "--clear",
                *(["--without-pip"] if own_pip else []),
                str(venv),
            )
            code, said = await self._run(made, folder)
            if code != 0:
                return Installed(ok=False, said=f"no environment could be made: {_told(said)}")
            inner = str(venv / "bin" / "python")
            pip = (sys.executable, "-I", "-m", "pip", "--python", inner) if own_pip else (inner, "-I", "-m", "pip")
            code, said = await self._run(
                (*pip, "install", *_OPTIONS, "--report", str(report), "--", *requirements), folder
            )
            if code != 0:
                return Installed(ok=False, said=_told(said))
            await self._compile(venv, folder)
        pins = _pins(report.read_text("utf-8"), requirements)
        await asyncio.to_thread(_finish, venv, self._venv, requirements)
        return Installed(ok=True, pins=pins)

    async def _compile(self, venv: Path, folder: Path) -> None:
        """Compile what was installed: in the sandbox nothing could be kept of that. What cannot be, stays as it is."""
        argv = (str(self._python), "-I", "-m", "compileall", "-q", "-s", str(venv), "-p", str(self._venv), str(venv))
        await self._run(argv, folder)

    async def _run(self, argv: Sequence[str], folder: Path) -> tuple[int, str]:
        """Run a program to its end; return its exit code and the end of what it said. Cancelling ends all of it."""
        kept = {name: value for name in _KEPT if (value := self._environ.get(name)) is not None}
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=folder,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", **kept, "TMPDIR": str(folder), "PYTHONWARNINGS": "ignore"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        assert process.stdout is not None  # noqa: S101 (it was asked for)
        said = b""
        try:
            while piece := await process.stdout.read(8192):
                said = (said + piece)[-_MOST_BYTES:]
            return await process.wait(), said.decode("utf-8", "replace")
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, SIGKILL)
                await process.wait()


def _told(said: str) -> str:
    """Return of what pip said what went wrong."""
    lines = [line.rstrip() for line in said.splitlines() if line.strip()]
    conflict = next((at for at, line in enumerate(lines) if line.startswith("The conflict is caused by")), None)
    if conflict is not None:
        end = next((at for at, line in enumerate(lines[conflict:]) if line.startswith("To fix this")), None)
        return excerpt("\n".join(lines[conflict:][:end]))
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR")]
    return excerpt("\n".join(errors or lines[-3:] or ["pip said nothing"]))


def _pins(report: str, requirements: Sequence[str]) -> tuple[str, ...]:
    """Return what was asked for at the versions that came."""
    try:
        items = _Report.model_validate_json(report).install
    except ValidationError:
        return ()
    asked = {name_of(text): requirement(text) for text in requirements}
    found = [(item.metadata, asked.get(normalised(item.metadata.name))) for item in items if item.requested]
    return tuple(f"{wanted.name if wanted else made.name}=={made.version}" for made, wanted in found)


def _finish(made: Path, place: Path, requirements: Sequence[str]) -> None:
    """Move an environment that is whole to where it is used."""
    (made / MARK).write_text(json.dumps({"requirements": list(requirements)}) + "\n", "utf-8")
    (made / ".gitignore").write_text("*\n", "utf-8")  # an owner's repository is not to show it as new
    for file in (made / "pyvenv.cfg", *(made / "bin").iterdir()):
        if file.is_file() and not file.is_symlink():
            data = file.read_bytes()
            file.write_bytes(data.replace(os.fsencode(made), os.fsencode(place)))
    beside = place.with_name(f"{_TEMP_PREFIX}{os.getpid()}-venv")
    old = place.with_name(f"{_TEMP_PREFIX}{os.getpid()}-old")
    for stray in (beside, old):
        shutil.rmtree(stray, ignore_errors=True)
    shutil.move(made, beside)
    with suppress(FileNotFoundError):
        place.rename(old)
    beside.rename(place)
    shutil.rmtree(old, ignore_errors=True)
