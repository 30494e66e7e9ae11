"""Takes the one function that was wanted out of a model's answer; demonstrations, prints and prose stay behind."""

import ast
import re
from collections.abc import Iterator

from agentsh.core.model import Frozen
from agentsh.roles.function_first.imports import missing_imports
from agentsh.roles.function_first.python import parse
from agentsh.roles.function_first.signature import Signature

LONGEST = 20_000
"""Characters of an answer that are looked at."""
_FENCE = re.compile(r"^[ \t]*(?:```+|~~~+)[^\n]*\n(.*?)(?:^[ \t]*(?:```+|~~~+)[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_CODE_BEGINS = re.compile(r"^(?:def|from|import|class|@)\b", re.MULTILINE)
_DOCTEST_PROMPT = re.compile(r"^(?:>>>|\.\.\.) ?", re.MULTILINE)
_MAKERS = frozenset(("set", "frozenset", "dict", "list", "tuple", "range", "compile", "maketrans"))
"""A constant may be made by calling these, and by nothing else."""
Kept = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


class Draft(Frozen):
    """A definition of the wanted function with what it needs, as Python source."""

    imports: tuple[str, ...]
    """Import statements, sorted."""
    definitions: tuple[str, ...]
    """Constants, helpers and the function, in their order."""

    @property
    def source(self) -> str:
        """The whole of it."""
        return "\n".join((*self.imports, *self.definitions))


def extract(answer: str, signature: Signature) -> Draft | None:
    """Return the draft that is in an answer; None when no function in it can be the wanted one."""
    for block in _blocks(answer[:LONGEST]):
        tree = _parsed(block)
        try:
            draft = None if tree is None else _draft(tree, signature)
        except RecursionError:  # nested deeper than Python can write down again
            continue
        if draft is not None:
            return draft
    return None


def _blocks(answer: str) -> Iterator[str]:
    """Yield what may be code, surest first."""
    yield from (match[1] for match in _FENCE.finditer(answer))
    bare = "\n".join(line for line in answer.splitlines() if not line.lstrip().startswith("```"))
    bare = _DOCTEST_PROMPT.sub("", bare)
    begin = _CODE_BEGINS.search(bare)
    if begin is not None:
        yield bare[begin.start() :]


def _parsed(block: str) -> ast.Module | None:
    """Return the block's syntax tree; what stands behind its first error is left out."""
    lines = _DOCTEST_PROMPT.sub("", block.expandtabs(4)).splitlines()
    while lines:
        try:
            return parse("\n".join(lines))
        except SyntaxError as error:
            del lines[max(0, min(error.lineno or 1, len(lines)) - 1) :]
        except ValueError:
            return None
    return None


def _draft(tree: ast.Module, signature: Signature) -> Draft | None:
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    wanted = next((node for node in functions if node.name == signature.name), None)
    if wanted is None and len(functions) == 1:
        wanted = functions[0]
        _Renamed(wanted.name, signature.name).visit(tree)
    if wanted is None or not _accepts(wanted, signature):
        return None
    _answer_instead_of_print(wanted)
    kept = _needed(wanted, [node for node in tree.body if _may_stay(node)])
    module = ast.fix_missing_locations(ast.Module(body=list(kept), type_ignores=[]))
    imports = _imports_used(tree, module)
    return Draft(
        imports=tuple(sorted({*imports, *missing_imports(module, imports)})),
        definitions=tuple(ast.unparse(node) for node in kept),
    )


class _Renamed(ast.NodeTransformer):
    """Gives a function another name, also where it calls itself."""

    def __init__(self, old: str, new: str) -> None:
        self._old = old
        self._new = new

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        self.generic_visit(node)
        if node.name == self._old:
            node.name = self._new
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id == self._old:
            node.id = self._new
        return node


def _accepts(node: ast.FunctionDef, signature: Signature) -> bool:
    """Whether the function can be called as the signature says."""
    plain = [*node.args.posonlyargs, *node.args.args]
    keywords_wanted = any(default is None for default in node.args.kw_defaults)
    most = None if node.args.vararg else len(plain)
    count = len(signature.parameters)
    fits = len(plain) - len(node.args.defaults) <= count and (most is None or count <= most)
    return (
        fits and not keywords_wanted and (node.args.vararg is not None or not any(p.many for p in signature.parameters))
    )


def _answer_instead_of_print(node: ast.FunctionDef) -> None:
    """Take prints out of a function; one that prints its result, and returns nothing, returns it from now on."""
    returns = any(isinstance(inner, ast.Return) and inner.value is not None for inner in ast.walk(node))
    if not returns and (printed := _printed(node.body[-1])) is not None:
        node.body[-1] = ast.Return(value=printed)
    for inner in ast.walk(node):
        for field in ("body", "orelse", "finalbody"):
            statements = getattr(inner, field, None)
            if isinstance(statements, list) and statements and isinstance(statements[0], ast.stmt):
                silent = [statement for statement in statements if not _is_print(statement)]
                setattr(inner, field, silent or ([ast.Pass()] if field == "body" else []))


def _printed(statement: ast.stmt) -> ast.expr | None:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call) or not _is_print(statement):
        return None
    return statement.value.args[0] if len(statement.value.args) == 1 else None


def _is_print(statement: ast.stmt) -> bool:
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"


def _may_stay(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is not None and _is_constant(node.value)
    return isinstance(node, ast.FunctionDef | ast.ClassDef)


def _is_constant(value: ast.expr) -> bool:
    """Whether a value is written out, or made of written-out ones by one of the harmless makers."""
    for inner in ast.walk(value):
        if isinstance(inner, ast.Call):
            name = getattr(inner.func, "id", None) or getattr(inner.func, "attr", None)
            if name not in _MAKERS:
                return False
        elif isinstance(inner, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
    return True


def _needed(wanted: ast.FunctionDef, candidates: list[ast.stmt]) -> list[ast.stmt]:
    """Return the wanted function and what it uses, directly or not, in the order in which it stood."""
    used = {wanted.name} | _names(wanted)
    while True:
        kept = [node for node in candidates if node is wanted or (_defined(node) & used and not _shadows(node, wanted))]
        grown = used | {name for node in kept for name in _names(node)}
        if grown == used:
            return kept
        used = grown


def _shadows(node: ast.stmt, wanted: ast.FunctionDef) -> bool:
    return node is not wanted and wanted.name in _defined(node)


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return {inner.id for target in targets for inner in ast.walk(target) if isinstance(inner, ast.Name)}


def _names(node: ast.AST) -> set[str]:
    return {inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name)}


def _imports_used(tree: ast.Module, module: ast.Module) -> list[str]:
    """Return the answer's own import statements, one a name, of what is used."""
    used = _names(module)
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom) and getattr(node, "module", "") != "__future__":
            for alias in node.names:
                name = (alias.asname or alias.name).partition(".")[0]
                one = (
                    ast.Import([alias])
                    if isinstance(node, ast.Import)
                    else ast.ImportFrom(node.module, [alias], node.level)
                )
                if name in used and not getattr(node, "level", 0):
                    found.append(ast.unparse(one))
    return found
