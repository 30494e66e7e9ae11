"""Takes out of a text what looks like a key, a token or a password, before it is logged or put into a crash file."""

import re
from collections.abc import Iterable, Mapping, Sequence

from pydantic import JsonValue

REDACTED = "[redacted]"
SHORTEST = 8
"""Characters of a value that is taken for a secret only because of where it stands: a shorter one is too common."""

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
_PASSWORD_IN_A_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@]{0,200}:(?P<value>[^\s/@]{1,400})@", re.IGNORECASE)
_IN_A_URL = re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@]{1,400}@", re.IGNORECASE)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """Return `text` with `[redacted]` where a secret seems to stand.

    Args:
        text: anything that is to be kept or shown.
        known: secrets known by their value, such as those of the environment.
    """
    for value in sorted(set(known), key=len, reverse=True):
        if len(value) >= SHORTEST:
            text = text.replace(value, REDACTED)
    text = _WHOLE.sub(REDACTED, text)
    text = _AUTHORIZATION.sub(rf"\g<name>{REDACTED}", text)
    text = _IN_A_URL.sub(rf"\g<name>{REDACTED}@", text)
    return _AFTER_A_NAME.sub(rf"\g<name>{REDACTED}", text)


def secret_name(name: str) -> bool:
    """Tell whether an environment variable or a setting of this name holds a secret, as far as the name says."""
    return re.search(rf"{_NAMES}|(?:^|_)(?:key|auth)(?:_|$)", name, re.IGNORECASE) is not None


def secrets_of(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values of an environment that nobody may see: of variables named so, and passwords in addresses."""
    named = [value for name, value in environ.items() if secret_name(name) and not _is_no_secret(name, value)]
    within = [found["value"] for value in environ.values() for found in _PASSWORD_IN_A_URL.finditer(value)]
    return tuple(dict.fromkeys(value for value in (*named, *within) if len(value) >= SHORTEST))


def _is_no_secret(name: str, value: str) -> bool:
    """Whether a value only says where a secret is, or is a plain number, or a word that stands for no password."""
    word = value.isalpha() and re.search("passw|passphrase|secret", name, re.IGNORECASE) is None
    return value.startswith(("/", "~", "unix:", "file:")) or value.isdecimal() or word


class Redactor:
    """Takes secrets that are known by their value out of whatever is to be stored."""

    def __init__(self, values: Sequence[str]) -> None:
        """Take the secrets; those that are too short to be told from other text are left out."""
        wanted = sorted({value for value in values if len(value) >= SHORTEST}, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, wanted))) if wanted else None

    def __bool__(self) -> bool:
        """Whether there is anything to take out."""
        return self._pattern is not None

    def holds_one(self, value: JsonValue) -> bool:
        """Return whether a secret stands anywhere in a value, as a key too."""
        if self._pattern is None:
            return False
        if isinstance(value, str):
            return self._pattern.search(value) is not None
        if isinstance(value, dict):
            return any(self.holds_one(key) or self.holds_one(inner) for key, inner in value.items())
        return isinstance(value, list | tuple) and any(map(self.holds_one, value))

    def clean(self, value: JsonValue) -> JsonValue:
        """Return a value with `[redacted]` where a secret stood."""
        if self._pattern is None:
            return value
        if isinstance(value, str):
            return self._pattern.sub(REDACTED, value)
        if isinstance(value, dict):
            return {self._pattern.sub(REDACTED, key): self.clean(inner) for key, inner in value.items()}
        return [self.clean(inner) for inner in value] if isinstance(value, list | tuple) else value
