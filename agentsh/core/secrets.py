"""Takes out of a text what looks like a key, a token or a password, before it is logged or put into a crash file."""

import re
from collections.abc import Iterable

REDACTED = "[redacted]"

_NAMES = r"(?:api[_-]?key|secret|token|passw(?:or)?d|passphrase|credential|private[_-]?key|access[_-]?key)"

_WHOLE = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\Z)"  # PEM
    r"|\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic, Stripe
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}"  # GitHub, GitLab
    r"|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}"  # AWS, Google
    r"|\bxox[abeprs]-[\w-]{10,}|\bhf_[A-Za-z0-9]{20,}|\bpypi-[\w-]{20,}|\bnpm_[A-Za-z0-9]{30,}"
    r"|\beyJ[\w-]{10,}\.[\w-]{10,}(?:\.[\w-]*)?",  # JWT
    re.DOTALL,
)
_AFTER_A_NAME = re.compile(
    rf"(?P<name>[\w-]{{0,60}}{_NAMES}[\w-]{{0,60}}[\"']?\s{{0,3}}[:=]\s{{0,3}})(?P<value>\"[^\"\n]*\"|'[^'\n]*'|[^\s,;&\"']+)",
    re.IGNORECASE,
)
_AUTHORIZATION = re.compile(r"(?P<name>\b(?:Bearer|Basic)\s{1,3})(?P<value>[A-Za-z0-9+/=._~-]{8,})", re.IGNORECASE)
_IN_A_URL = re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@]{1,400}@", re.IGNORECASE)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return `text` with `[redacted]` where a secret seems to stand.

    Args:
        text: anything that is to be kept or shown.
        known: secrets known by their value, such as those of the environment.
    """
    for value in sorted(set(known), key=len, reverse=True):
        if len(value) >= 6:
            text = text.replace(value, REDACTED)
    text = _WHOLE.sub(REDACTED, text)
    text = _AUTHORIZATION.sub(rf"\g<name>{REDACTED}", text)
    text = _IN_A_URL.sub(rf"\g<name>{REDACTED}@", text)
    return _AFTER_A_NAME.sub(rf"\g<name>{REDACTED}", text)


def secret_name(name: str) -> bool:
    """Tell whether an environment variable or a setting of this name holds a secret, as far as the name says."""
    return re.search(rf"{_NAMES}|(?:^|_)(?:key|auth)(?:_|$)", name, re.IGNORECASE) is not None
