"""What can be told about a program without running it: it is there, it compiles, its names and imports resolve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentsh.core.model import JsonObject
from agentsh.core.verdict import GateName, GateResult, VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.asking import Resolved, ask
from agentsh.verify.evidence import excerpt, how_it_ended, printed
from agentsh.verify.imports import Asked, Unresolved, nearest, own_unresolved
from agentsh.verify.packages import declared, distribution, normalised
from agentsh.verify.program import Program, is_test, listed
from agentsh.verify.source import Source, Sources, checker_texts

_MOST_TOLD = 8
"""Findings that one gate tells."""


def files_there(program: Program, plan: VerifyPlan) -> GateResult:
    """There is a Python program: the entry that was asked for, one that can be found, or a library with tests."""
    if plan.entry is not None and program.entry not in program.sources:
        trouble = "is not a Python file" if program.entry in program.files else "is not there"
        return _failed("files", f"the program {plan.entry!r} {trouble}; there are: {listed(program.files)}")
    if not program.sources:
        return _failed("files", f"there is no Python program; there are: {listed(program.files)}")
    if program.entry is None and not program.modules:
        return _failed("files", f"there is nothing but tests: {listed(program.sources)}")
    if program.entry is None and not program.tests:
        return _failed("files", f"no main.py, and no tests either; there are: {listed(program.sources)}")
    what = f"the program is {program.entry}" if program.entry is not None else "a library"
    return GateResult(gate="files", passed=True, evidence=f"{len(program.files)} files; {what}", path=program.entry)


async def read_all(sandbox: Sandbox, program: Program, plan: VerifyPlan) -> tuple[GateResult, Mapping[str, Source]]:
    """Each file is UTF-8 and compiles, on the Python that will run it. Returns what the files say, by path."""
    request: JsonObject = {"paths": list(program.sources), "modules": dict(checker_texts())}
    answer, result = await ask(sandbox, "read_sources", request, Sources, plan.wall_s)
    if answer is None:
        said = excerpt(printed(result))
        ended = how_it_ended(result, plan.wall_s)
        return _failed("compiles", f"compiling did not come to its end: {ended}\n{said}"), {}
    if answer.problems:
        first = answer.problems[0]
        told = [f"{_at(found.path, found.line)}: {excerpt(found.message)}" for found in answer.problems[:_MOST_TOLD]]
        return _failed("compiles", "\n".join(told), first.path, first.line), {}
    if large := [path for path, text in program.sources.items() if text is None]:
        return _failed("compiles", f"{large[0]} is too large to be a source file", large[0]), {}
    passed = GateResult(gate="compiles", passed=True, evidence=f"{len(program.sources)} Python files compile")
    return passed, {source.path: source for source in answer.sources}


@dataclass(frozen=True)
class Names:
    """What the names and imports of a program resolve to."""

    sources: Mapping[str, Source]
    unresolved: tuple[Unresolved, ...]
    """Imports that should find a file of the workspace, or a part of the standard library."""
    packages: tuple[Unresolved, ...]
    """Imports of packages that are not installed."""
    pytest: bool
    """Whether the program's Python has pytest."""


async def resolve(sandbox: Sandbox, program: Program, sources: Mapping[str, Source], plan: VerifyPlan) -> Names:
    """Find out what the imports of a program that compiles resolve to."""
    own, asked = own_unresolved(program, sources)
    pairs = [["pytest", None], *([found.module, found.name] for _, found in asked)]
    answer, _ = await ask(sandbox, "resolve", {"imports": [list(pair) for pair in pairs]}, Resolved, plan.wall_s)
    if answer is None or len(answer.missing) != len(pairs):
        return Names(sources, tuple(own), (), pytest=False)  # what does not resolve shows when it runs
    elsewhere = [
        _told(program, answer.standard, one, what)
        for one, what in zip(asked, answer.missing[1:], strict=True)
        if what and not (one.found.module == "pytest" and is_test_support(one.path))
    ]
    packages = [one for one, is_package in elsewhere if is_package]
    others = [one for one, is_package in elsewhere if not is_package]
    return Names(sources, (*own, *others), tuple(packages), pytest=not answer.missing[0])


def names_resolve(names: Names) -> GateResult:
    """Each name is defined somewhere, and each import of an own or a standard module finds what it names."""
    undefined = [(path, one) for path, source in names.sources.items() for one in source.undefined]
    found = [(one.path, one.line, one.why) for one in names.unresolved]
    found += [(path, one.line, f"undefined name {one.name!r}") for path, one in undefined]
    if found:
        path, line, _ = found[0]
        told = [f"{path}:{line}: {why}" for path, line, why in found[:_MOST_TOLD]]
        more = [f"and {len(found) - _MOST_TOLD} more"] if len(found) > _MOST_TOLD else []
        return _failed("imports", "\n".join([*told, *more]), path, line)
    count = sum(len(source.imports) for source in names.sources.values())
    return GateResult(gate="imports", passed=True, evidence=f"all names are defined, {count} imports resolve")


def requirements_met(program: Program, names: Names) -> GateResult:
    """Each package that is imported is installed for the program's Python."""
    if names.packages:
        first = names.packages[0]
        wanted = sorted({distribution(one.module.partition(".")[0]) for one in names.packages})
        told = [f"{one.path}:{one.line}: {one.why}" for one in names.packages[:_MOST_TOLD]]
        told += [f"packages that are not installed: {', '.join(wanted)}. Use the standard library instead."]
        return _failed("requirements", "\n".join(told), first.path, first.line)
    named = ", ".join(sorted(declared(program.declarations))) or "none"
    return GateResult(gate="requirements", passed=True, evidence=f"all imported packages are there; declared: {named}")


def is_test_support(path: str) -> bool:
    """Whether a file is run by the test runner only, so that the stand-in for pytest serves it."""
    return is_test(path) or path.rpartition("/")[2] == "conftest.py"


def _told(program: Program, standard: frozenset[str], one: Asked, what: str) -> tuple[Unresolved, bool]:
    """Return what an import lacks, and whether that is a package."""
    module, name = one.found.module, one.found.name
    top = module.partition(".")[0]
    here = Unresolved(one.path, one.found.line, module, "")
    if what == "name":
        return here._replace(why=f"cannot import name {name!r} from {module!r}: it is not defined there"), False
    if top in standard:
        return here._replace(why=f"the standard library has no module {module!r}"), False
    is_declared = normalised(distribution(top)) in declared(program.declarations)
    if near := None if is_declared else nearest(top, _known(program, standard)):
        return here._replace(why=f"there is no module {module!r}; did you mean {near!r}?"), False
    files = listed(path for path in program.sources if not is_test(path))
    why = f"{module!r} is no file of the workspace (those are: {files}), and no such package is installed"
    return here._replace(why=f"package {module!r} is declared, but not installed" if is_declared else why), True


def _known(program: Program, standard: frozenset[str]) -> Sequence[str]:
    """Return names of modules that a misspelt one may have meant."""
    own = {path.rpartition("/")[2].removesuffix(".py") for path in program.sources}
    return sorted(own | {name for name in standard if not name.startswith("_")})


def _at(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def _failed(gate: GateName, evidence: str, path: str | None = None, line: int | None = None) -> GateResult:
    return GateResult(gate=gate, passed=False, evidence=evidence, path=path, line=line)
