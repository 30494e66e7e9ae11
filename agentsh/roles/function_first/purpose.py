"""What a function is for, as the part of a sentence that goes on from its name: `that counts the vowels in a text`."""

import re

from agentsh.roles.function_first.examples import locate_examples, without_signature
from agentsh.roles.function_first.signature import Signature, calls

LONGEST = 500
"""Characters; a longer idea is cut at a word."""
_FILLER = re.compile(
    r"""^(?:please\b|(?:i\ (?:need|want)|give\ me|write|make|create|build|implement|code|develop|program)\b
        (?:\ me)?(?:\ (?:an?|the|one|some))?(?:\ (?:small|simple|little|short|tiny|python|cli|command[ -]line))*
        (?:\ (?:tool|function|program|script|app|application|utility|method))?(?:\ (?:named|called))?)[\s:,]*""",
    re.IGNORECASE | re.VERBOSE,
)
_LEFTOVER = re.compile(
    r"[\s:;,(\[.`-]*(?:\b(?:for\s+example|for\s+instance|examples?|e\.\s?g\.?|such\s+as|like|so\s+that|and|so)\b[\s:,.()`-]*)*$",
    re.IGNORECASE,
)
_CONNECTED = re.compile(r"(?:that|which|to|for)\b", re.IGNORECASE)
_CONNECTED_BY_VERB = re.compile(r"(?:that|which|to)\s+", re.IGNORECASE)
_HAS_WORDS = re.compile(r"[^\W\d_]{3,}")
_SUBJECT = re.compile(r"(?:it|this\s+function|this|the\s+(?:function|tool|program))\s+(?:should\s+)?", re.IGNORECASE)


def find_purpose(idea: str, signature: Signature) -> str:
    """Return what `idea` says that the function does, without its examples, on one line.

    It begins with `that`, `which`, `to` or `for`; it is never empty.
    """
    told, behind = _prose(idea, signature)
    text = _tidy(told[behind:]) or _tidy(told[:behind])
    return _connected(text) if _HAS_WORDS.search(text) else f"for {signature.name.replace('_', ' ').strip()}"


def as_sentence(purpose: str) -> str:
    """Return a purpose as the beginning of a docstring: `Counts the vowels in a text`."""
    text = _CONNECTED_BY_VERB.sub("", purpose, count=1)
    return text[:1].upper() + text[1:]


def _prose(idea: str, signature: Signature) -> tuple[str, int]:
    """Return the idea with spaces where the signature and the examples stand, and where the signature ends."""
    told = without_signature(idea, signature)
    behind = next((call.end for call in calls(idea) if told[call.start : call.end] != idea[call.start : call.end]), 0)
    for found in locate_examples(idea, signature):
        told = told[: found.start] + " " * (found.end - found.start) + told[found.end :]
    return told, behind


def _tidy(text: str) -> str:
    text = " ".join(text.split()).strip(" `:;,.-–—)(")  # noqa: RUF001  dashes, as people type them
    while (shorter := _LEFTOVER.sub("", text)) != text or (shorter := _FILLER.sub("", text)) != text:
        text = shorter
    return text if len(text) <= LONGEST else text[:LONGEST].rsplit(" ", 1)[0]


def _connected(text: str) -> str:
    if (subject := _SUBJECT.match(text)) is not None and subject.end() < len(text):
        text = text[subject.end() :]
    if _CONNECTED.match(text):
        return text[0].lower() + text[1:]
    verb = text.split()[0].lower()
    return f"{'that' if verb.endswith('s') and not verb.endswith('ss') else 'to'} {text[0].lower()}{text[1:]}"
