"""Takes files out of a model's answer: fenced blocks that have a name, each as it was written, never a cut one."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from agentsh.core.files import FileDraft, plainly
from agentsh.core.model import Frozen

_FENCE = re.compile(r"([ \t]*)(`{3,}(?=[^`]*$)|~{3,})(.*)$")
_ATTRIBUTE = re.compile(
    r"""\b(?:title|filename|file|path|name)\s*[=:]\s*(?:"([^"]+)"|'([^']+)'|([^\s"'}]+))""", re.IGNORECASE
)
_PREFIXED = re.compile(r"([\w+#-]+):(\S+)$")
_COMMENT = re.compile(
    r"""\s*(?:\#+|//|--|;+|%+|/\*|<!--|\"{3})\s*(?:(?:file|filename|path)\s*:\s*)?(\S+?)\s*(?:\*/|-->|\"{3})?\s*$""",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r"(?:#{1,6}|[-*+>]|\d{1,3}[.)])\s+")
_LABEL = re.compile(r"\W{0,3}(?:file ?name|file|path)\W{0,3}:\W{0,3}\s*", re.IGNORECASE)
_QUOTED = re.compile(r"`([^`\s]+)`|\*\*([^*\s]+)\*\*")
_NAME = re.compile(r"[^\s\"'<>|*?`,;]{1,255}$")
_EXTENSION = re.compile(r"\.([A-Za-z]\w{0,9})$")
_WELL_KNOWN = frozenset({"Makefile", "Dockerfile", "LICENSE", "README", "Procfile", ".gitignore", ".dockerignore"})
_COMMON = frozenset(
    {"py", "pyi", "md", "txt", "rst", "toml", "ini", "cfg", "json", "jsonl", "yaml", "yml", "csv", "html", "css", "js"}
    | {"ts", "jsx", "tsx", "sql", "sh", "c", "h", "cpp", "rs", "go", "java", "xml", "svg"}
)
_SHELL = frozenset({"bash", "sh", "shell", "zsh", "console", "terminal", "text", "txt", "output", "plaintext"})
_SHELL_FILES = frozenset({"sh", "bash", "txt", "md", "rst"})
_MARKDOWN = frozenset({"md", "markdown", "mdx"})
_LONGEST_PROSE = 200
"""Characters of a line that may still announce a file."""


class Block(Frozen):
    """One fenced block."""

    path: str | None
    """The name that the answer gives it. Untrusted."""
    language: str
    text: str
    line: int
    """Line of the opening fence in the answer, from 1."""


class Fenced(Frozen):
    """What an answer holds."""

    files: tuple[FileDraft, ...] = ()
    """Blocks with a name, in order of their first appearance; of two with one name the last."""
    anonymous: tuple[Block, ...] = ()
    """Blocks without a name: whoever asked for one file may know which it is."""
    incomplete: Block | None = None
    """The block that the answer ended in: it was cut, so it is not among the files."""


class _Fence(NamedTuple):
    row: int
    indent: int
    mark: str
    info: str

    def may_close(self, opening: "_Fence") -> bool:
        """Whether it is of the same kind, as CommonMark has it: as long, and not indented much further."""
        return self.mark.startswith(opening.mark) and self.indent <= opening.indent + 3


def block_of(text: str, language: str = "text") -> str:
    """Return a text as a block that nothing in it can end."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def parse_fenced(answer: str) -> Fenced:
    """Return the files of `answer`; never raises, and takes time linear in its length.

    A block is named by its info string, else by the line before it, else by a comment in its first line. Blocks may
    hold fences of their own: a fence with an info string inside a block opens an inner one.
    """
    lines = answer.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n").split("\n")
    fences = [fence for row, line in enumerate(lines) if (fence := _fence(row, line)) is not None]
    surplus = _surplus(lines, fences)
    files: dict[str, FileDraft] = {}
    anonymous: list[Block] = []
    at, free_from = 0, 0
    while at < len(fences):
        opening = fences[at]
        language, path = _name(lines, opening, free_from)
        end = _closing(lines, fences, surplus, at, markdown=_is_markdown(language, path))
        last = fences[end].row if end is not None else len(lines)
        block = Block(path=path, language=language, text=_content(lines, opening, last), line=opening.row + 1)
        if end is None:
            return Fenced(files=tuple(files.values()), anonymous=tuple(anonymous), incomplete=block)
        if path is None:
            anonymous.append(block)
        else:
            files[path] = FileDraft(path=path, text=block.text)
        at, free_from = end + 1, last + 1
    return Fenced(files=tuple(files.values()), anonymous=tuple(anonymous))


def _fence(row: int, line: str) -> _Fence | None:
    match = _FENCE.match(line)
    return match and _Fence(row, len(match[1]), match[2], match[3].strip())


def _surplus(lines: Sequence[str], fences: Sequence[_Fence]) -> list[int]:
    """Return for each fence how many bare fences there are from it on that no opening one needs as its end."""
    counts = [0] * (len(fences) + 1)
    for at in range(len(fences) - 1, -1, -1):
        counts[at] = counts[at + 1] + (-1 if _opens(lines, fences[at]) else 1)
    return counts


def _opens(lines: Sequence[str], fence: _Fence) -> bool:
    """Whether a fence can only be an opening one: it has an info string, or the line before it announces a file."""
    return bool(fence.info) or (fence.row > 0 and _announced(lines[fence.row - 1]) is not None)


def _closing(
    lines: Sequence[str], fences: Sequence[_Fence], surplus: Sequence[int], start: int, *, markdown: bool
) -> int | None:
    """Return the index of the fence that ends the block opened by `fences[start]`; None: nothing does.

    Only Markdown has bare inner fences; there, three or more bare ones left over mean that the next is an inner pair.
    """
    depth = 1
    for at in range(start + 1, len(fences)):
        fence = fences[at]
        if not fence.may_close(fences[start]):
            continue
        inner = _opens(lines, fence) if markdown else bool(fence.info)
        if markdown and depth == 1:
            inner = inner or (surplus[at] >= 3 and surplus[at] % 2 == 1)
        depth += 1 if inner else -1
        if depth == 0:
            return at
    return None


def _content(lines: Sequence[str], opening: _Fence, end: int) -> str:
    """Return the block's text, without the indentation that its fence has too."""
    body = lines[opening.row + 1 : end]
    if opening.indent:
        body = [line[min(opening.indent, len(line) - len(line.lstrip(" \t"))) :] for line in body]
    return "".join(f"{line}\n" for line in body)


def _is_markdown(language: str, path: str | None) -> bool:
    return language in _MARKDOWN or (path is not None and path.lower().endswith((".md", ".markdown")))


def _name(lines: Sequence[str], fence: _Fence, free_from: int) -> tuple[str, str | None]:
    """Return (language, path or None) of the block that `fence` opens; lines before `free_from` belong to others."""
    language, path = _from_info(fence.info)
    if path is not None:
        return language, path
    path = _from_lines_before(lines[free_from : fence.row]) or _from_comment(lines[fence.row + 1 : fence.row + 2])
    return language, None if path is not None and _is_output(language, path) else path


def _is_output(language: str, path: str) -> bool:
    """Whether a block near a file name is rather what is typed at, or printed by, a shell."""
    extension = _EXTENSION.search(path)
    return language in _SHELL and extension is not None and extension[1].lower() not in _SHELL_FILES


def _from_info(info: str) -> tuple[str, str | None]:
    """Return (language, path or None) of `python main.py`, `python title="main.py"`, `python:main.py`, `main.py`."""
    words = info[:_LONGEST_PROSE].strip("{} ").split()
    if not words:
        return "", None
    language = words[0].lower()
    if match := _ATTRIBUTE.search(info[:_LONGEST_PROSE]):
        return language, _clean(match[1] or match[2] or match[3]) or None
    if (match := _PREFIXED.match(words[0])) and (path := _file_name(match[2])):
        return match[1].lower(), path
    for word in words:
        if path := _file_name(word):
            return "" if word is words[0] else language, path
    return language, None


def _from_lines_before(lines: Sequence[str]) -> str | None:
    """Return the name in the last line before a block, or in the heading that it stands under."""
    last = True
    for line in reversed(lines):
        heading = line.startswith(("#", "**"))
        if not line.strip():
            continue
        if (heading or last) and (path := _announced(line) or _mentioned(line)):
            return path
        if line.startswith("#"):
            return None
        last = False
    return None


def _from_comment(lines: Sequence[str]) -> str | None:
    """Return the name that a block's first line holds, if it is a comment and holds nothing else."""
    match = _COMMENT.match(lines[0][:_LONGEST_PROSE]) if lines else None
    return match and _file_name(match[1], common=True)


def _announced(line: str) -> str | None:
    """Return the file name that is all a line says: a heading, bold, in backticks, after `File:`."""
    if len(line) > _LONGEST_PROSE:
        return None
    bare = line.strip()
    while match := _LIST_MARK.match(bare):
        bare = bare[match.end() :]
    bare = _LABEL.sub("", bare, count=1) if _LABEL.match(bare) else bare
    return _file_name(bare)


def _mentioned(line: str) -> str | None:
    """Return the one file name of a line that leads up to a block, such as: Here is the new `main.py`:"""
    if len(line) > _LONGEST_PROSE or not (line.endswith(":") or line.startswith("#")):
        return None
    quoted = [name for match in _QUOTED.finditer(line) if (name := _file_name(match[1] or match[2]))]
    names = quoted or [name for word in line.split() if (name := _file_name(word, common=True))]
    return names[0] if len(set(names)) == 1 else None


def _file_name(word: str, *, common: bool = False) -> str | None:
    """Return `word` without its wrapping when it looks like a file's name; `common`: only with a usual extension."""
    name = _clean(word)
    if not _NAME.match(name) or "://" in word:
        return None
    if name.rpartition("/")[2] in _WELL_KNOWN:
        return name
    extension = _EXTENSION.search(name)
    if extension is None or (common and extension[1] not in _COMMON):
        return None
    return name


def _clean(word: str) -> str:
    name = word.strip("*`\"':,()[]{} \t")
    return plainly(name)
