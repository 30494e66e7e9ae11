"""Addresses of model servers, in the spellings that people and Ollama itself use."""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit

from agentsh.core.errors import UsageError

OLLAMA_PORT = 11434
_PORTS = {"http": 80, "https": 443}
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  read, not bound to
_NAME = re.compile(r"[\w-]+(\.[\w-]+)*\.?")
_PATH = re.compile(r"(/[\w.~%@+-]+)*")
_HINT = "Write it like 127.0.0.1:11434, http://gpu-box:11434 or https://models.example.org"


def normalise_host(text: str) -> str:
    """Return `text` as scheme://host:port, with a path if there is one and without a slash at its end.

    Without a scheme it is http and Ollama's port; with one, the scheme's own port, as in Ollama's own client. An
    address to listen on at every interface (`0.0.0.0`, as OLLAMA_HOST may say) is dialled at this machine.

    Raises:
        UsageError: it cannot be an address, or holds a password.
    """
    parts, port = _split(text)
    name = parts.hostname or ""
    name = _ANYWHERE.get(name, name) or "127.0.0.1"
    if not _is_host(name) or not _PATH.fullmatch(parts.path.rstrip("/")) or parts.query or parts.fragment:
        raise _nonsense(text)
    shown = f"[{name}]" if ":" in name else name
    return f"{parts.scheme}://{shown}:{port}{parts.path.rstrip('/')}"


def _split(text: str) -> tuple[SplitResult, int]:
    address = text.strip()
    if not address or not address.isprintable():
        raise _nonsense(text)
    has_scheme = "://" in address
    try:
        parts = urlsplit(address if has_scheme else f"http://{_bracketed(address)}")
        port = parts.port
    except ValueError as error:
        raise _nonsense(text) from error
    if parts.scheme not in _PORTS or port == 0 or parts.netloc.endswith(":") or (has_scheme and not parts.netloc):
        raise _nonsense(text)
    if "@" in parts.netloc:
        raise UsageError("a model server's address holds a password", hint="Put keys into the environment instead")
    return parts, port or (_PORTS[parts.scheme] if has_scheme else OLLAMA_PORT)


def _bracketed(address: str) -> str:
    """An IPv6 address without its brackets has no port."""
    try:
        return f"[{IPv6Address(address)}]"
    except ValueError:
        return address


def _is_host(name: str) -> bool:
    if ":" in name:
        try:
            return bool(ip_address(name))
        except ValueError:
            return False
    looks_like_ip = re.fullmatch(r"[\d.]+", name) is not None
    if looks_like_ip:
        return re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", name) is not None and all(int(n) < 256 for n in name.split("."))
    return _NAME.fullmatch(name) is not None


def _nonsense(text: str) -> UsageError:
    return UsageError(f"{text!r} is not the address of a model server", hint=_HINT)
