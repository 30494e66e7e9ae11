"""Reads a shell's command line for what it would run, without running it; what cannot be told beforehand is said.

It never raises, takes bounded time, and errs on one side: a line that it does not see through is `unclear`.
Grammar after POSIX.1-2024, Shell Command Language, with what bash adds.
"""

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

LONGEST: Final = 20_000
"""Characters of a line that is looked at."""
DEEPEST: Final = 8
"""Of scripts within scripts."""
SHELLS: Final = frozenset({"sh", "bash", "dash", "zsh", "ksh", "mksh", "ash", "fish"})

_BEFORE_A_COMMAND = frozenset({"if", "then", "elif", "else", "while", "until", "do", "!", "{", "time", "coproc"})
_AFTER_ONE = frozenset({"fi", "done", "}"})
_UNREAD = frozenset({"case", "esac", "function", "select"})
_BLANK = re.compile(r"(?:[ \t]|\\\n)+")
_COMMENT = re.compile(r"#[^\n]*")
_OPERATOR = re.compile(r"&&|\|\||\|&|;;&|;;|;&|[;&|\n()]")
_REDIRECT = re.compile(r"\d{0,5}(?:&>>|&>|<<<|<<-|<<|>>|>\||>&|<>|<&|<(?!\()|>(?!\())")
_HERE = re.compile(r"\d{0,5}<<-?$")
_PLAIN = re.compile(r"[^\s;&|()<>'\"\\$`*?\[{]+")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_WITHIN_DOUBLE = re.compile(r'[^"\\$`]+')
_BRACE = re.compile(r"\{(?:\}|(?=\s|$))")
_EXPANSION = re.compile(r"\$(?:\w+|[@*#?$!-]|\{[^{}`$]*\})")

Kind = Literal["literal", "glob", "open"]


@dataclass(frozen=True, slots=True)
class Word:
    """One word as the program gets it; `open`: what it will be depends on what is expanded only when it runs."""

    text: str
    kind: Kind = "literal"
    quoted: bool = False

    @property
    def literal(self) -> bool:
        """Whether it is known."""
        return self.kind == "literal"


@dataclass(frozen=True, slots=True)
class Call:
    """One program and its arguments."""

    words: tuple[Word, ...]
    assignments: tuple[str, ...] = ()
    """Variables that are set for it: `A=b`."""
    writes: tuple[Word, ...] = ()
    """Where its output is redirected to."""
    piped: bool = False
    """Whether it reads what another one prints."""
    fed: bool = False
    """Whether it reads a file, or a text of the line."""

    @property
    def name(self) -> str:
        """The program as it is written."""
        return self.words[0].text if self.words else ""


@dataclass(frozen=True, slots=True)
class Line:
    """All that a command line would run."""

    calls: tuple[Call, ...]
    unclear: str = ""
    """What of it cannot be told beforehand; empty: it is all there."""


class Unclear(Exception):
    """It cannot be told what a line runs. Never leaves this module."""


def of_argv(argv: Sequence[str]) -> Line:
    """Return the line of a program that is started without a shell: its words are what they are."""
    return Line((Call(tuple(Word(part, quoted=True) for part in argv)),))


def read_line(script: str, depth: int = 0) -> Line:
    """Return what a shell would run for `script`."""
    if len(script) > LONGEST:
        return Line((), f"it is longer than {LONGEST} characters")
    if "\0" in script:
        return Line((), "it holds a NUL")
    reader = _Reader(script, depth)
    try:
        reader.commands(closing=False)
    except (Unclear, RecursionError) as error:
        return Line(tuple(reader.calls), str(error) or "it is nested too deep")
    return Line(tuple(reader.calls))


class _Reader:
    """Reads one script from its beginning; nested ones add to the same calls."""

    def __init__(self, text: str, depth: int, at: int = 0) -> None:
        if depth > DEEPEST:
            raise Unclear("it is nested too deep")
        self.calls: list[Call] = []
        self.at = at
        self._text = text
        self._depth = depth
        self._groups = 0
        self._heredocs: list[tuple[str, bool]] = []
        self._clear()

    def _clear(self, *, piped: bool = False) -> None:
        self._words: list[Word] = []
        self._assignments: list[str] = []
        self._writes: list[Word] = []
        self._piped = piped
        self._fed = False
        self._data = False

    def commands(self, *, closing: bool) -> None:
        """Read commands up to the end, or to the `)` that ends them."""
        while self.at < len(self._text):
            if self._passed(_BLANK) or self._passed(_COMMENT):
                continue
            operator = _OPERATOR.match(self._text, self.at)
            if operator is None:
                self._part()
                continue
            self.at = operator.end()
            if self._operate(operator[0], closing=closing):
                return
        self._end()
        if closing or self._groups or self._heredocs:
            raise Unclear("it does not end")

    def _passed(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self._text, self.at)
        self.at = found.end() if found else self.at
        return found is not None

    def _operate(self, operator: str, *, closing: bool) -> bool:
        """Take in what stands between commands; return whether it ends this script."""
        if operator == "(":
            if self._words or self._assignments:
                raise Unclear("it defines a function or an array")
            self._groups += 1
            return False
        self._end(piped=operator in ("|", "|&"))
        if operator == "\n":
            self._skip_heredocs()
        if operator == ")":
            self._groups -= 1
            if self._groups < 0 and not closing:
                raise Unclear("it closes a group that is not open")
        return self._groups < 0

    def _end(self, *, piped: bool = False) -> None:
        """Keep the call that has been read; the next one reads its output if `piped`."""
        if (self._words or self._assignments or self._writes) and not self._data:
            told = (tuple(self._words), tuple(self._assignments), tuple(self._writes))
            self.calls.append(Call(*told, piped=self._piped, fed=self._fed))
        self._clear(piped=piped)

    def _part(self) -> None:
        """Read a redirection or a word."""
        if (found := _REDIRECT.match(self._text, self.at)) is not None:
            self.at = found.end()
            self._redirect(found[0])
            return
        assigns = _ASSIGNMENT.match(self._text, self.at) is not None
        word = self._word()
        if self._words:
            self._words.append(word)
        elif assigns:
            self._assignments.append(word.text)
        elif word.literal and not word.quoted:
            self._first(word)
        else:
            self._words.append(word)

    def _first(self, word: Word) -> None:
        """Take in a bare word where a command begins: it may be the shell's own."""
        if word.text in _UNREAD:
            raise Unclear(f"it uses {word.text!r}")
        if word.text not in _BEFORE_A_COMMAND and word.text not in _AFTER_ONE:
            self._words.append(word)
            self._data = word.text == "for"

    def _redirect(self, operator: str) -> None:
        self._passed(_BLANK)
        if self.at >= len(self._text) or _OPERATOR.match(self._text, self.at):
            raise Unclear("a redirection leads nowhere")
        target = self._word()
        self._fed = self._fed or "<" in operator
        if _HERE.match(operator):
            self._heredocs.append((target.text, target.quoted))
        elif ">" in operator and not (operator.endswith("&") and (target.text.isdigit() or target.text == "-")):
            self._writes.append(target)

    def _skip_heredocs(self) -> None:
        """Pass over the texts that follow; what a shell would expand in them is not seen through."""
        for delimiter, quoted in self._heredocs:
            end = re.compile(rf"^\t*{re.escape(delimiter)}$", re.MULTILINE).search(self._text, self.at)
            if end is None:
                raise Unclear("a text within it does not end")
            body = self._text[self.at : end.start()]
            if not quoted and ("$(" in body or "`" in body):
                raise Unclear("a text within it runs commands")
            self.at = min(end.end() + 1, len(self._text))
        self._heredocs = []

    def _word(self) -> Word:
        """Read one word; the kind is the least known of its parts."""
        start = self.at
        pieces: list[Word] = []
        while self.at < len(self._text) and (piece := self._piece()) is not None:
            pieces.append(piece)
        if self.at == start:
            raise Unclear(f"{self._text[start : start + 1]!r} stands where nothing is expected")
        kinds = {piece.kind for piece in pieces}
        kind: Kind = "open" if "open" in kinds else "glob" if "glob" in kinds else "literal"
        return Word("".join(piece.text for piece in pieces), kind, any(piece.quoted for piece in pieces))

    def _piece(self) -> Word | None:
        """Read a part of a word; None where it ends."""
        if found := _PLAIN.match(self._text, self.at):
            self.at = found.end()
            return Word(found[0], "open" if found[0].startswith("~") else "literal")
        read = {"'": self._single, '"': self._double, "\\": self._escaped, "{": self._brace}
        character = self._text[self.at]
        if character in read:
            return read[character]()
        if character in "$`":
            return Word(self._expansion(), "open")
        if character in "*?[":
            return Word(self._take(1), "glob")
        return self._substitution() if character in "<>" else None

    def _substitution(self) -> Word | None:
        """Read `<(…)`: the commands in it are read too."""
        if not self._text.startswith("(", self.at + 1):
            return None
        self.at += 2
        self._nested_to_close()
        return Word("", "open")

    def _brace(self) -> Word:
        """Read a `{`: alone it opens a group, and `{}` is what find fills in; else it may become several words."""
        known = _BRACE.match(self._text, self.at)
        return Word(self._take(len(known[0]))) if known else Word(self._take(1), "open")

    def _take(self, count: int) -> str:
        taken = self._text[self.at : self.at + count]
        self.at += count
        return taken

    def _single(self) -> Word:
        end = self._text.find("'", self.at + 1)
        if end < 0:
            raise Unclear("a quote does not end")
        text = self._text[self.at + 1 : end]
        self.at = end + 1
        return Word(text, quoted=True)

    def _escaped(self) -> Word:
        if self.at + 1 >= len(self._text):
            raise Unclear("it ends with a backslash")
        escaped = self._text[self.at + 1]
        self.at += 2
        return Word("" if escaped == "\n" else escaped, quoted=True)

    def _double(self) -> Word:
        parts: list[str] = []
        kind: Kind = "literal"
        self.at += 1
        while self.at < len(self._text):
            if found := _WITHIN_DOUBLE.match(self._text, self.at):
                self.at = found.end()
                parts.append(found[0])
                continue
            character = self._text[self.at]
            if character == '"':
                self.at += 1
                return Word("".join(parts), kind, quoted=True)
            if character == "\\":
                parts.append(self._escaped_in_double())
            else:
                parts.append(self._expansion())
                kind = "open"
        raise Unclear("a quote does not end")

    def _escaped_in_double(self) -> str:
        text = self._take(2)
        return text[1:] if text[1:] in ("$", "`", '"', "\\") else "" if text[1:] == "\n" else text

    def _expansion(self) -> str:
        """Read what begins with `$` or a backtick; commands in it are read too. Returns its text as it is written."""
        start = self.at
        if self._text.startswith("$((", self.at):
            raise Unclear("it calculates")
        if self._text.startswith("$(", self.at):
            self.at += 2
            self._nested_to_close()
        elif self._text[self.at] == "`":
            self._backticks()
        elif found := _EXPANSION.match(self._text, self.at):
            self.at = found.end()
        elif self._text[self.at + 1 : self.at + 2] in ("{", "'", '"'):
            raise Unclear("it expands what cannot be read")
        else:
            self.at += 1
        return self._text[start : self.at]

    def _nested_to_close(self) -> None:
        inner = _Reader(self._text, self._depth + 1, self.at)
        try:
            inner.commands(closing=True)
        finally:
            self.calls += inner.calls
        self.at = inner.at

    def _backticks(self) -> None:
        found = re.compile(r"`((?:[^`\\]|\\.)*)`", re.DOTALL).match(self._text, self.at)
        if found is None:
            raise Unclear("a backtick does not end")
        self.at = found.end()
        inner = read_line(re.sub(r"\\([`$\\])", r"\1", found[1]), self._depth + 1)
        self.calls += inner.calls
        if inner.unclear:
            raise Unclear(inner.unclear)


def words_of(text: str) -> list[str]:
    """Return the words of a rule or of a typed command, quotes read; one word when they cannot be."""
    try:
        return shlex.split(text)
    except ValueError:
        return [text]


def scripts_of(call: Call) -> Iterator[Word | None]:
    """Yield the scripts that a call hands to a shell; None stands for one that is not known."""
    name = call.name.rpartition("/")[2]
    rest = call.words[1:]
    if name == "eval" and rest:
        yield Word(" ".join(word.text for word in rest)) if all(word.literal for word in rest) else None
    elif name == "trap" and rest:
        yield rest[0] if rest[0].literal else None
    elif name in SHELLS:
        yield from _of_shell(rest, reads=call.piped or call.fed)


def _of_shell(words: Sequence[Word], *, reads: bool) -> Iterator[Word | None]:
    """Yield the script of a shell: behind `-c`, or unknown when it reads it from elsewhere."""
    for at, word in enumerate(words):
        if not word.literal and not word.quoted:
            yield None
            return
        if not word.text.startswith(("-", "+")):
            return
        if reads and not word.text.startswith("--") and "s" in word.text:
            break
        if not word.text.startswith("--") and "c" in word.text:
            found = next((later for later in words[at + 1 :] if not later.text.startswith(("-", "+"))), None)
            yield found if found is not None and found.literal else None
            return
    if reads:
        yield None
