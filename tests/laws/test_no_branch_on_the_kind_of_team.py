"""How a team is conducted is known to conductors alone: nothing else asks which one it is."""

import ast
from collections.abc import Iterator
from pathlib import Path

import agentsh
from agentsh.conductors.registry import CONDUCTORS
from agentsh.core.options.registry import SHIPPED

ROOT = Path(agentsh.__file__).parent
MODULES = sorted(path for path in ROOT.rglob("*.py") if "conductors" not in path.relative_to(ROOT).parts)


def branches(tree: ast.AST) -> Iterator[int]:
    """Yield the lines on which a conductor's name is compared with something, or matched."""
    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, ops=ops, comparators=others):
                if any(isinstance(op, ast.Eq | ast.NotEq | ast.Is | ast.IsNot) for op in ops):
                    yield from (node.lineno for part in [left, *others] if _names_one(part))
            case ast.Match(subject=subject) if _names_one(subject):
                yield node.lineno


def _names_one(part: ast.expr) -> bool:
    if isinstance(part, ast.Attribute):
        return part.attr == "conductor"
    return isinstance(part, ast.Constant) and part.value in CONDUCTORS


def test_nothing_but_conductors_branches_on_the_kind_of_team() -> None:
    texts = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in MODULES}
    found = {name: list(branches(ast.parse(text))) for name, text in texts.items()}
    assert len(found) > 100
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_a_branch_is_found() -> None:
    assert list(branches(ast.parse("if team.conductor == name: ..."))) == [1]
    assert list(branches(ast.parse("if kind != 'sop': ..."))) == [1]
    assert list(branches(ast.parse("match card.conductor:\n    case _: ..."))) == [1]


def test_every_conductor_has_its_keys_and_is_short() -> None:
    assert CONDUCTORS.keys() == SHIPPED.keys()
    for path in (ROOT / "conductors").glob("*.py"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 200, path.name
