"""Markdown with YAML front matter: what a file says, and on which line. Anything wrong with it is a FileError."""

import re
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.errors import FileError
from agentsh.core.model import JsonObject
from agentsh.library.places import Places
from agentsh.library.plain_file import read_plain

MOST_BYTES = 256 * 1024
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_INDENTING_TAB = re.compile(r"^ *\t", re.MULTILINE)
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class FrontMatter:
    """A file taken apart."""

    fields: JsonObject
    """Values as they were typed: text, None, lists and mappings."""
    places: Places
    body: str
    """What follows the front matter, without blank lines around it."""
    body_line: int
    """Line of the file on which `body` begins."""

    @property
    def path(self) -> str:
        """How the file is named in errors."""
        return self.places.path


def read_text(path: Path) -> str:
    """Return a user's text file with plain line ends.

    Raises:
        FileError: it is no plain file, cannot be read, is larger than 256 KB or not UTF-8, or holds control characters.
    """
    try:
        return decode(str(path), read_plain(path, MOST_BYTES))
    except FileNotFoundError:
        raise FileError(str(path), None, "there is no such file") from None


def decode(path: str, content: bytes) -> str:
    """Return `content` as text; see `read_text`."""
    if len(content) > MOST_BYTES:
        raise FileError(path, None, f"larger than {MOST_BYTES // 1024} KB", hint="Split it, or leave the data out.")
    if content.startswith(_BOM):
        raise FileError(path, 1, "begins with a byte-order mark", hint="Save it as UTF-8 without BOM.")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = content[error.start : error.start + 1]
        raise FileError(path, line, f"is not UTF-8: byte {wrong!r}", hint="Save it as UTF-8.") from None
    if found := _CONTROL.search(text):
        line = _line_at(text, found.start())
        raise FileError(path, line, f"holds the control character {found[0]!r}", hint="Take it out.")
    return text


def read_front(path: Path) -> FrontMatter:
    """Read and take apart one file. Raises FileError."""
    return split_front(str(path), read_text(path))


def split_front(path: str, text: str) -> FrontMatter:
    """Take `text` apart. Raises FileError, naming `path` and the line."""
    from agentsh.library.output_types import quote_inline
    from agentsh.library.yaml_text import parse_mapping

    if not text.strip():
        raise FileError(path, 1, "is empty", hint="Begin with --- , name: … and --- , then the text.")
    opening = _FENCE.match(text)
    if opening is None:
        raise FileError(path, 1, "does not begin with front matter", hint="Make --- the first line.")
    closing = _FENCE.search(text, opening.end())
    if closing is None:
        raise FileError(path, 1, "the front matter does not end", hint="Close it with a line of three dashes: ---")
    header = text[opening.end() + 1 : closing.start()]
    if tab := _INDENTING_TAB.search(header):
        raise FileError(path, 2 + header.count("\n", 0, tab.start()), "a tab indents this line", hint="Use spaces.")
    fields, places = parse_mapping(quote_inline(header), path, 2)
    body, body_line = _body(text, closing.end())
    return FrontMatter(fields, places, body, body_line)


def _body(text: str, start: int) -> tuple[str, int]:
    if not text[start:].strip():
        return "", _line_at(text, start) + 1
    while (end := text.find("\n", start)) >= 0 and not text[start:end].strip():
        start = end + 1
    return text[start:].rstrip(), _line_at(text, start)


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
