"""The errors of httpx in our words, and a client's settings that both HTTP providers share."""

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from agentsh.core.settings import ModelSettings
from agentsh.providers.faults import Fault

TROUBLE = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpx.StreamError,
    OSError,
    ValueError,
    AttributeError,
    TypeError,
    RuntimeError,
)
"""All that asking a server may raise: the network's errors, and what a client trips over in a malformed answer."""


def network_fault(error: Exception, *, host: str, start_it: str, not_a_server: str) -> Fault:
    """Return the fault behind one of TROUBLE.

    Args:
        start_it: the hint for a server that does not answer.
        not_a_server: the hint for an answer that no model server gives.
    """
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | ConnectionError):
        return Fault("refused", f"no answer at {host}: {_why(error)}", hint=start_it)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return Fault("timeout", f"{host} did not answer in time: {_why(error)}", hint=start_it)
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol):
        return Fault(
            "rejected", f"{host} is not an address: {_why(error)}", hint="Give --host like http://127.0.0.1:11434"
        )
    if isinstance(error, httpx.TransportError | httpx.StreamError):
        return Fault("incomplete", f"the connection to {host} broke: {_why(error)}", hint="Ask again, or resume later")
    if isinstance(error, RecursionError | ValueError | AttributeError | TypeError):
        return Fault("garbled", f"{host} sent what is not an answer: {_why(error)}", hint=not_a_server)
    return Fault("error", f"asking {host} failed: {_why(error)}")


def timeouts(settings: ModelSettings) -> httpx.Timeout:
    """Return the timeout of connecting; all the others are kept by deadlines, which also see a trickling server."""
    return httpx.Timeout(None, connect=settings.connect_s)


def is_loopback(host: str) -> bool:
    """Return whether a URL points at this machine. A proxy of the environment is not asked for that."""
    name = urlsplit(host).hostname or ""
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False


def speaks_tls(host: str) -> bool:
    """Return whether certificates are needed; loading them takes 20 ms, which plain HTTP can do without."""
    return urlsplit(host).scheme == "https"


LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=30.0)
"""How many calls run at once is the scheduler's to say, not the connection pool's."""


def _why(error: BaseException) -> str:
    """Return the system's own words where an error goes back to it: they say more than their wrappers."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return os.strerror(cause.errno) if cause.errno and cause.errno > 0 else cause.strerror
        cause = cause.__cause__ or cause.__context__
    first_line = next(iter(str(error).splitlines()), "")
    return first_line or type(error).__name__
