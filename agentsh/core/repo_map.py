"""A repository at a glance: its files, and what each of them defines, as much of it as there is room for.

Source: the repo map of aider; here what Python defines comes from its syntax tree, the rest from how lines begin.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from agentsh.core.model import Frozen

MOST_SYMBOLS = 60
"""Of one file."""
MOST_OF_A_SYMBOL = 120
MOST_PARSED_BYTES = 400_000

_HEADING = re.compile(r"#{1,3} +(\S.*)")
_SECTION = re.compile(r"\[{1,2}([\w.\"' -]+)\]{1,2}\s*$")
_DEFINITION = re.compile(
    r"(?:export\s+(?:default\s+)?|pub(?:\([^)]*\))?\s+|public\s+|static\s+|async\s+|abstract\s+)*"
    r"(?:def|class|function\*?|func|fn|struct|enum|trait|interface|impl|type|module|macro_rules!)\s+[\w.:<(*$]+[^{=]*"
)
_SHELL = frozenset({"sh", "bash", "zsh"})
_CODE = (
    _SHELL
    | frozenset({"py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "go", "rs", "java", "kt", "c", "h", "cc", "cpp"})
    | frozenset({"hpp", "cs", "rb", "php", "swift", "scala", "lua", "pl", "ex", "exs", "dart", "zig"})
)
_SHELL_FUNCTION = re.compile(r"(?:function\s+)?([\w-]+)\s*\(\)\s*\{")


class Mapped(Frozen):
    """One file of a repository."""

    path: str
    size_bytes: int
    lines: int = 0
    """0: it is no text, or too large to be read as such."""
    symbols: tuple[str, ...] = ()
    """What it defines, in its order; parts of a class are indented."""


def mapped(path: str, size_bytes: int, text: str | None) -> Mapped:
    """Return a file as the map shows it; None: it is no text."""
    if text is None:
        return Mapped(path=path, size_bytes=size_bytes)
    symbols = tuple(symbol[:MOST_OF_A_SYMBOL] for symbol in _symbols(path, text)[:MOST_SYMBOLS])
    return Mapped(path=path, size_bytes=size_bytes, lines=len(text.splitlines()), symbols=symbols)


def map_text(files: Sequence[Mapped], most_lines: int | None = None) -> str:
    """Return the map, in at most so many lines: first the symbols of the longest lists go, then files into folders."""
    whole = [_entry(file, None) for file in files]
    if most_lines is None or sum(map(len, whole)) <= most_lines:
        return "\n".join(line for entry in whole for line in entry)
    if len(files) <= most_lines:
        most = _largest_share([len(file.symbols) for file in files], most_lines - len(files))
        return "\n".join(line for file in files for line in _entry(file, most))
    return "\n".join(_folded(files, most_lines))


def _entry(file: Mapped, most: int | None) -> list[str]:
    about = f"{file.lines} lines" if file.lines else f"{file.size_bytes} bytes"
    shown = file.symbols if most is None else file.symbols[:most]
    left = len(file.symbols) - len(shown)
    return [f"{file.path} ({about}{f', {left} names left out' if left else ''})", *(f"  {name}" for name in shown)]


def _largest_share(counts: Sequence[int], room: int) -> int:
    """Return the largest number of symbols a file for which all have room."""
    most = 0
    while most < MOST_SYMBOLS and sum(min(count, most + 1) for count in counts) <= room:
        most += 1
    return most


def _folded(files: Sequence[Mapped], most_lines: int) -> Iterator[str]:
    """Yield folders with how many files they have, at the depth for which there is room."""
    deepest = max(file.path.count("/") for file in files)
    for depth in range(deepest, -1, -1):
        folders: dict[str, int] = {}
        for file in files:
            names = file.path.split("/")
            place = "/".join(names[: depth + 1]) + ("/" if len(names) > depth + 1 else "")
            folders[place] = folders.get(place, 0) + 1
        if len(folders) <= most_lines or depth == 0:
            shown = list(folders.items())[: max(most_lines - 1, 1)]
            yield from (f"{place} ({count} files)" if place.endswith("/") else place for place, count in shown)
            if len(shown) < len(folders):
                yield f"[… {len(folders) - len(shown)} more left out …]"
            return


def _symbols(path: str, text: str) -> list[str]:
    suffix = path.rpartition(".")[2].lower()
    if suffix in ("py", "pyi") and len(text) <= MOST_PARSED_BYTES:
        try:
            return list(_of_python(ast.parse(text).body))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            pass
    lines = text.splitlines()
    if suffix in ("md", "markdown", "rst"):
        return [found[1].strip() for line in lines if (found := _HEADING.match(line))]
    if suffix in ("toml", "ini", "cfg"):
        return [found[0].strip() for line in lines if (found := _SECTION.match(line))]
    if suffix not in _CODE:
        return []
    names = (_definition(line[:500]) or (_shell_function(line) if suffix in _SHELL else None) for line in lines)
    return [name for name in names if name]


def _definition(line: str) -> str | None:
    bare = line.lstrip()
    found = _DEFINITION.match(bare)
    return None if found is None else "  " * min((len(line) - len(bare)) // 2, 2) + found[0].strip(" {:")


def _shell_function(line: str) -> str | None:
    found = _SHELL_FUNCTION.match(line)
    return None if found is None else f"{found[1]}()"


def _of_python(body: Sequence[ast.stmt], indent: str = "") -> Iterator[str]:
    for node in body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield f"{indent}def {node.name}({_arguments(node.args)})"
            case ast.ClassDef():
                bases = ", ".join(ast.unparse(base) for base in node.bases)
                yield f"{indent}class {node.name}" + (f"({bases})" if bases else "")
                if not indent:
                    yield from _of_python(node.body, "  ")
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)) if not indent:
                if name.isupper():
                    yield name


def _arguments(args: ast.arguments) -> str:
    names = [arg.arg for arg in (*args.posonlyargs, *args.args)]
    names += [f"*{args.vararg.arg}"] if args.vararg else []
    names += [f"{arg.arg}=" for arg in args.kwonlyargs]
    names += [f"**{args.kwarg.arg}"] if args.kwarg else []
    return ", ".join(names)
