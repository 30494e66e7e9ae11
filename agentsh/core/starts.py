"""How people say that a program is started, read from what they wrote: `python main.py "a b c" prints 3`.

Prose does not tell where a command ends, and `FILE` is no argument. What is not plainly a command with its arguments
is left out: a program that is started with nothing is judged mildly, one that is started wrongly is not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from agentsh.core.verdict import Start

MOST_STARTS: Final = 4
LONGEST: Final = 20_000
"""Characters of a text that are looked at."""
_MOST_ARGUMENTS = 16
_LONGEST_ARGUMENT = 500

_COMMAND = re.compile(
    r"(?<![\w./-])(?:python(?:3(?:\.\d+)?)?|node|ruby|perl|php|bash|sh)[ \t]+"
    r"(?:-m[ \t]+(?P<module>[A-Za-z_]\w*(?:\.\w+)*)|(?:\./)?(?P<file>\w[\w/-]*\.(?:py|m?js|rb|pl|php|sh)))(?![\w/-])"
)
_CODE = re.compile(r"(?P<ticks>`{1,3})(?P<code>[^`]+)(?P=ticks)|^[ \t]*[$] (?P<typed>.+)$", re.MULTILINE)
_FED = re.compile(r"\b(?P<tool>echo|printf)(?P<flags>(?:[ \t]+-[ne]+)*)(?P<said>[ \t][^|]*?)[ \t]*\|[ \t]*$")
_WORD = re.compile(
    r"[ \t]+(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|“(?P<curly>[^”]*)”|(?P<bare>[^\s\"'“`][^\s`]*))"
)
_NUMBER = re.compile(r"[-+]?\d[\d.,:x*/+-]*")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*(?:=[\w.-]+)?")
_PLAIN = re.compile(r"[a-z]+")
_FILE = re.compile(r"[\w./-]*\w\.[A-Za-z]\w{0,4}|[\w.-]*[A-Za-z][\w.-]*(?:/[\w.-]*)+")
_PLACE = re.compile(r"[<\[{(].*|.*(?:…|\.\.\.)|[A-Z][A-Z_]*")
_QUOTED_PLACE = re.compile(r"<.*>|…|\.{2,}|(?:some |your |the |a )?(?:text|words?|name|TEXT|FILE)")
_OF_A_SHELL = re.compile(r"[$*?;|&<>\\(){}\[\]]")
_STANDS_FOR = frozenset(
    {
        *("arg", "args", "argument", "arguments", "dir", "directory", "file", "filename", "folder", "input"),
        *("name", "number", "output", "path", "string", "text", "url", "value", "word", "words"),
    }
)
"""Words that people put in the place of an argument."""
_SAYS = frozenset(
    {
        *("->", "=>", "→", "⇒", "displays", "gives", "outputs", "prints"),
        *("returns", "says", "shows", "writes", "yields"),
    }
)
"""What follows a command and tells what it prints: all before it is the command."""
_GOES_ON = frozenset(
    {
        *("a", "also", "always", "an", "and", "answers", "are", "as", "asks", "at"),
        *("by", "can", "counts", "does", "draws", "ends", "exits", "first", "for", "from"),
        *("has", "in", "into", "is", "it", "just", "lists", "must", "never", "now"),
        *("of", "on", "only", "opens", "or", "plays", "reads", "reports", "runs", "serves"),
        *("should", "simply", "so", "starts", "takes", "that", "the", "then", "to", "when"),
        *("where", "which", "while", "will", "with", "works", "\u2013", "\u2014", "-", "="),
        *(":", ";", "|", "&", "&&", ">", ">>", "#"),
    }
)
"""What follows a command and is none of its arguments."""
_HERE = "<<<"


class _Untold(Exception):
    """It cannot be told what a command's arguments are."""


def starts_in(text: str) -> tuple[Start, ...]:
    """Return how `text` says that a program is started, each once; only what gives it arguments or input."""
    text = text[:LONGEST]
    code = [line for found in _CODE.finditer(text) for line in (found["code"] or found["typed"]).splitlines()]
    prose = _CODE.sub(" ` ", text).splitlines()
    found = [start for lines, typed in ((code, True), (prose, False)) for line in lines for start in _of(line, typed)]
    return tuple(dict.fromkeys(found))[:MOST_STARTS]


def _of(line: str, typed: bool) -> Iterator[Start]:
    for command in _COMMAND.finditer(line):
        try:
            arguments, fed = _arguments(line[command.end() :], typed=typed)
            stdin = fed or _fed(line[: command.start()][-_LONGEST_ARGUMENT:])
        except _Untold:
            continue
        entry = command["file"] or f"{command['module'].replace('.', '/')}/__main__.py"
        if arguments or stdin:
            needs = tuple(text.removeprefix("./") for text in arguments if _FILE.fullmatch(text))
            yield Start(entry=entry, args=tuple(arguments), stdin=stdin, needs=needs)


def _arguments(text: str, *, typed: bool) -> tuple[list[str], str]:
    """Return the arguments at the beginning of `text`, and the text that is fed by `<<<`.

    Args:
        text: what follows the program's name.
        typed: whether it is a line of a shell, which ends where the line does; else it may go on as prose.

    Raises:
        _Untold: they are not plainly there.
    """
    read = _Reading(typed)
    position = 0
    while len(read.found) <= _MOST_ARGUMENTS and (word := _WORD.match(text, position)):
        position = word.end()
        bare = word["bare"]
        if bare is None:
            read.take_quoted(word[word.lastgroup or 0])
        elif bare == _HERE:
            return read.found, f"{_after_here(text[position:])}\n"
        elif bare in _SAYS and not typed:
            return read.ended(surely=True), ""
        elif bare in _GOES_ON or read.take_bare(bare):
            break
    return read.ended(surely=typed), ""


@dataclass
class _Reading:
    """The arguments of one command, as far as they were read."""

    typed: bool
    found: list[str] = field(default_factory=list)
    doubtful_from: int | None = None
    """Which is the first that may be a word of the sentence instead."""
    after_quotes: bool = False

    def take_quoted(self, text: str) -> None:
        """Take what stands in quotes."""
        self.found.append(_quoted(text))
        self.after_quotes = True

    def take_bare(self, text: str) -> bool:
        """Take a word; return whether it ends the command."""
        said = text if self.typed else text.rstrip(".,;:!?)")
        if _PLAIN.fullmatch(said) and self.doubtful_from is None:
            self.doubtful_from = len(self.found) if self.after_quotes else 0
        self.found.append(_unquoted(said, typed=self.typed))
        self.after_quotes = False
        return said != text

    def ended(self, *, surely: bool) -> list[str]:
        """Return them; without `surely`, where a sentence may have gone on, only what stands in quotes before it."""
        if len(self.found) > _MOST_ARGUMENTS or (not surely and self.doubtful_from == 0):
            raise _Untold
        return self.found if surely else self.found[: self.doubtful_from]


def _quoted(text: str) -> str:
    if _QUOTED_PLACE.fullmatch(text) or _leads_out(text):
        raise _Untold
    return text


def _unquoted(text: str, *, typed: bool) -> str:
    stands_for = text in _STANDS_FOR or _PLACE.fullmatch(text)
    shaped = any(shape.fullmatch(text) for shape in (_NUMBER, _OPTION, _PLAIN, _FILE))
    if stands_for or _leads_out(text) or not (shaped or typed) or (typed and _OF_A_SHELL.search(text)):
        raise _Untold
    return text


def _leads_out(text: str) -> bool:
    """Whether it names what no check has: another folder, a host."""
    return len(text) > _LONGEST_ARGUMENT or "://" in text or text.startswith(("/", "~", "../"))


def _after_here(text: str) -> str:
    word = _WORD.match(text)
    if word is None or word["bare"] is not None:
        raise _Untold
    return _quoted(word[word.lastgroup or 0])


def _fed(before: str) -> str:
    """Return what is piped into a command that follows `before`; "" when nothing is."""
    if not before.rstrip().endswith("|"):
        return ""
    feeds = _FED.search(before)
    if feeds is None or (feeds["tool"] == "printf" and "%" in feeds["said"]):
        raise _Untold
    words, _ = _arguments(feeds["said"], typed=True)
    text = " ".join(words)
    if feeds["tool"] == "printf" or "e" in feeds["flags"]:
        text = text.replace("\\n", "\n").replace("\\t", "\t")
    return text if feeds["tool"] == "printf" or "n" in feeds["flags"] else f"{text}\n"
