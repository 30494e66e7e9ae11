"""What can go wrong on the way to a model server, in one set of words for every provider."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Self

from agentsh.core.chat import Failed, FailKind
from agentsh.core.errors import ModelMissing, ProviderError

PASSING: frozenset[FailKind] = frozenset({"refused", "busy", "server", "incomplete", "timeout", "empty"})
"""Kinds that may be gone when the same is asked again later."""
RETRIES: dict[FailKind, int] = {"refused": 3, "busy": 3, "incomplete": 3, "server": 1}
"""How often a call is made again by itself. A server that lost its runner is given one more try."""
_TEXT_CHARS = 300


class Fault(Exception):
    """Why one attempt brought no answer. Never leaves providers/: it ends as a Failed or a ProviderError."""

    def __init__(self, kind: FailKind, message: str, *, hint: str = "", missing: tuple[str, str] | None = None) -> None:
        super().__init__(message)
        self.kind: FailKind = kind
        self.hint = hint
        self.missing = missing
        """The model that is not there, and the host."""

    @property
    def retries(self) -> int:
        """How often to try again, at most."""
        return RETRIES.get(self.kind, 0)

    @classmethod
    def no_model(cls, model: str, host: str, *, hint: str = "") -> Self:
        """Return the fault of a server that does not have `model`."""
        error = ModelMissing(model, host)
        return cls("missing", str(error), hint=hint or error.hint, missing=(model, host))

    def failed(self) -> Failed:
        """Return the event that ends a stream."""
        return Failed(failure=self.kind, retryable=self.kind in PASSING, message=str(self), hint=self.hint)

    def error(self) -> ProviderError:
        """Return the error of a call that is not a chat."""
        if self.missing is not None:
            missing = ModelMissing(*self.missing)
            missing.hint = self.hint
            return missing
        return ProviderError(str(self), hint=self.hint, kind=self.kind)


@contextmanager
def told() -> Generator[None, None, None]:
    """Turn a Fault into the ProviderError that the port promises."""
    try:
        yield
    except Fault as fault:
        raise fault.error() from fault


def status_fault(status: int, text: str, *, host: str, not_a_server: str) -> Fault:
    """Return the fault that an HTTP status other than 2xx stands for; a missing model is the caller's to tell.

    Args:
        text: what the body says.
        not_a_server: the hint for an answer that no model server gives.
    """
    said = shortened(text)
    if status in {429, 502, 503, 504}:
        return Fault("busy", f"{host} is busy (HTTP {status}): {said}", hint="Ask again later, or use another --host")
    if status >= 500:
        return Fault("server", f"{host} failed (HTTP {status}): {said}", hint="Look at the log of the model server")
    if status in {401, 403}:
        return Fault("rejected", f"{host} wants other credentials (HTTP {status}): {said}", hint="Check the API key")
    if status < 400 or status == 404 or looks_like_html(text):
        return Fault("garbled", f"{host} answered HTTP {status}: {said}", hint=not_a_server)
    return Fault("rejected", f"{host} rejected the request (HTTP {status}): {said}")


def looks_like_html(text: str) -> bool:
    """Return whether a web page came where a model's answer was expected."""
    return text.lstrip()[:1] == "<"


def shortened(text: str) -> str:
    """Return `text` as one quoted line that fits into a message."""
    line = " ".join(text.split())
    return repr(line if len(line) <= _TEXT_CHARS else f"{line[:_TEXT_CHARS]}…")
