"""Whose a session is. One that was begun elsewhere may have been written to do harm, so it gets no rights of its own.

A session's authority (what runs without asking, in which folder, on which host) is signed with a key that only this
user has. Where the mark does not fit, nothing that was approved counts, and nothing outside the home is touched.
"""

import hmac
import os
import secrets
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.canonical import canonical_json
from agentsh.core.errors import UsageError
from agentsh.core.ids import SessionName
from agentsh.core.settings import DEFAULT_HOST, ModelSettings, ResumeOptions
from agentsh.library.home import Home
from agentsh.wiring.models import OPENAI_HOST

KEY_BYTES = 32
_ASKS = ("ask", "never")
"""What a session may say of itself: it gives nothing away."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1", "0.0.0.0")  # noqa: S104 (a name to compare with, not to listen on)
_REMOTE = ("ollama", "openai")
"""Providers that send what is asked to a host."""


def user_key() -> bytes | None:
    """Return this user's key, made when it is not there; None where nothing can be kept."""
    from platformdirs import user_data_path

    path = user_data_path("agentsh", appauthor=False) / "key"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return _read(path) or _made(path)
    except OSError:
        return None


def marked(facts: e.SessionStarted, key: bytes | None) -> e.SessionStarted:
    """Return the facts with the mark of who holds the key."""
    return facts.model_copy(update={"mark": "" if key is None else _mark(facts, key)})


def is_own(facts: e.SessionStarted, key: bytes | None) -> bool:
    """Whether who holds the key has said that the session may do this, there."""
    return key is not None and hmac.compare_digest(facts.mark.encode(), _mark(facts, key).encode())


def taken_over(
    facts: e.SessionStarted, name: SessionName, overrides: ResumeOptions, hosts: Sequence[str], home: Home
) -> e.SessionStarted:
    """Return what a session from elsewhere may be here: it asks, and works in a folder of its own.

    Args:
        facts: what its file says.
        name: the name of its file.
        overrides: what its user says now.
        hosts: model servers that this user asks anyway.
        home: where sessions are.

    Raises:
        UsageError: it wants to go to a folder or to a host that the user has not named.
    """
    if overrides.workspace is None and not facts.own_workspace:
        raise UsageError(
            f"session {name!r} was begun elsewhere and wants to work in {facts.workspace!r}",
            hint=f"If that is right: agentsh resume {name} --workspace DIR",
        )
    if facts.provider in _REMOTE and overrides.host is None and not _known(facts.host, hosts):
        raise UsageError(
            f"session {name!r} was begun elsewhere and wants to talk to {facts.host!r}",
            hint=f"If that is right: agentsh resume {name} --host HOST",
        )
    return facts.model_copy(
        update={
            "session": name,
            "approve": facts.approve if facts.approve in _ASKS else "ask",
            "workspace": str((home.sessions / name).resolve()),
            "own_workspace": True,
        }
    )


def own_hosts(settings: ModelSettings, environ: Mapping[str, str]) -> list[str]:
    """Return the model servers that this user asks anyway."""
    usual = [DEFAULT_HOST, OPENAI_HOST]
    named = [settings.host, environ.get("OLLAMA_HOST"), *usual, *(host.url for host in settings.hosts)]
    return [host for host in named if host]


def as_said(facts: e.SessionStarted, overrides: ResumeOptions) -> e.SessionStarted:
    """Return the facts with the folder and the host that the user names now."""
    said: dict[str, object] = {}
    if overrides.workspace is not None:
        said |= {"workspace": overrides.workspace, "own_workspace": False}
    if overrides.host is not None:
        said |= {"host": overrides.host}
    return facts.model_copy(update=said)


def adoption(facts: e.SessionStarted, *, foreign: bool) -> list[e.Event]:
    """Return the events that say what a session may do from now on; `facts` are marked."""
    adopted = e.SessionAdopted(
        session=facts.session,
        approve=facts.approve,
        host=facts.host,
        workspace=facts.workspace,
        own_workspace=facts.own_workspace,
        mark=facts.mark,
        foreign=foreign,
    )
    if not foreign:
        return [adopted]
    message = "this session was begun elsewhere, or by an agentsh that kept no key: what was approved there is asked"
    return [adopted, e.Noticed(message=message, hint="approve with --yes or --approve, if you know where it is from")]


def _mark(facts: e.SessionStarted, key: bytes) -> str:
    authority: JsonValue = [facts.approve, facts.provider, facts.host, facts.workspace, facts.own_workspace]
    return blake2b(canonical_json(authority).encode(), key=key, digest_size=16).hexdigest()


def _known(host: str, hosts: Sequence[str]) -> bool:
    known = {*_LOOPBACK, *map(_name, hosts)} - {""}
    return all(_name(part) in known for part in host.split(", "))


def _name(host: str) -> str:
    """Return a host's name without scheme and port; empty when it cannot be told."""
    try:
        return urlsplit(host if "://" in host else f"//{host}").hostname or ""
    except ValueError:
        return ""


def _read(path: Path) -> bytes | None:
    """Return the key if there is a whole one, of this user's and nobody else's to read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(descriptor, "rb") as file:  # noqa: PTH123  only open() takes a descriptor
        found = os.fstat(descriptor)
        key = file.read(KEY_BYTES)
    safe = found.st_uid == os.geteuid() and not found.st_mode & 0o077
    return key if safe and len(key) == KEY_BYTES else None


def _made(path: Path) -> bytes | None:
    """Make a key. Another process may do the same at this moment: the first one's counts."""
    fresh = path.with_name(f"key-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123  only open() takes a descriptor
            file.write(secrets.token_bytes(KEY_BYTES))
        try:
            os.link(fresh, path)
        except FileExistsError:
            if _read(path) is None:
                fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return _read(path)
