"""What can be told about a program without running it: it is there, it compiles, its names and imports resolve."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agentsh.core.model import JsonObject
from agentsh.core.verdict import RECORD, GateName, GateResult, VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.asking import Resolved, ask, patience
from agentsh.verify.concern import module_name
from agentsh.verify.distributions import distribution, is_of_a_package
from agentsh.verify.evidence import excerpt, how_it_ended, printed
from agentsh.verify.imports import Asked, Unresolved, nearest, own_unresolved
from agentsh.verify.mending import Addable, mends
from agentsh.verify.program import Program, is_for_tests, is_of_a_tool, is_test, is_test_support, listed
from agentsh.verify.source import Source, Sources, Undefined, checker_texts

MOST_TOLD = 8
"""Findings that one gate tells."""


def python_files_there(program: Program, plan: VerifyPlan) -> GateResult:
    """There is a Python program: the entry that was asked for, one that can be found, or a library with tests."""
    if plan.entry is not None and program.entry not in program.sources:
        trouble = "is not a Python file" if program.entry in program.files else "is not there"
        return failed("files", f"the program {plan.entry!r} {trouble}; there are: {_besides_record(program)}")
    if program.own is not None:
        return GateResult(gate="files", passed=True, evidence=_what_changed(program, program.own), path=program.entry)
    if program.entry is None and not program.modules:
        return failed("files", f"there is nothing but tests: {listed(program.sources)}")
    if program.entry is None and not program.tests:
        return failed("files", f"no main.py, and no tests either; there are: {listed(program.sources)}")
    what = f"the program is {program.entry}" if program.entry is not None else "a library"
    return GateResult(gate="files", passed=True, evidence=f"{len(program.files)} files; {what}", path=program.entry)


async def read_all(sandbox: Sandbox, program: Program, plan: VerifyPlan) -> tuple[GateResult, Mapping[str, Source]]:
    """Each file is UTF-8 and compiles, on the Python that will run it. Returns what the files say, by path."""
    request: JsonObject = {"paths": list(program.concerned), "modules": dict(checker_texts())}
    answer, result = await ask(sandbox, "read_sources", request, Sources, patience(plan))
    if answer is None:
        said = excerpt(printed(result))
        ended = how_it_ended(result, patience(plan))
        return failed("compiles", f"compiling did not come to its end: {ended}\n{said}"), {}
    if problems := [found for found in answer.problems if program.is_held_to(found.path)]:
        first = problems[0]
        told = [f"{_at(found.path, found.line)}: {excerpt(found.message)}" for found in problems[:MOST_TOLD]]
        return failed("compiles", "\n".join(told), first.path, first.line, len(problems)), {}
    if large := [path for path, text in program.sources.items() if text is None and program.is_held_to(path)]:
        return failed("compiles", f"{large[0]} is too large to be a source file", large[0]), {}
    passed = GateResult(gate="compiles", passed=True, evidence=_what_compiles(program))
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
    addable: tuple[Addable, ...] = ()
    """Undefined names that an import of the standard library would define."""
    foreign: Mapping[str, Asked] = field(default_factory=dict)
    """Module of a package that is there → the first import of it, by the program if it does, else by its tests."""
    installed: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Module → the distribution that brings it, and its version."""


async def resolve(sandbox: Sandbox, program: Program, sources: Mapping[str, Source], plan: VerifyPlan) -> Names:
    """Find out what the imports of a program that compiles resolve to."""
    found, asked = own_unresolved(program, sources)
    own = tuple(one for one in found if _is_broken_by_team(program, one))
    pairs = [["pytest", None], *([found.module, found.name] for _, found in asked)]
    undefined = _modules_perhaps(program, sources)
    request: JsonObject = {
        "imports": [list(pair) for pair in pairs],
        "undefined": [[one.name, list(one.attributes)] for _, one in undefined],
    }
    answer, _ = await ask(sandbox, "resolve", request, Resolved, patience(plan))
    if answer is None or len(answer.missing) != len(pairs) or len(answer.adding) != len(undefined):
        return Names(sources, own, (), pytest=False)  # what does not resolve shows when it runs
    told = zip(asked, answer.missing[1:], strict=True)
    wanting = [(one, what) for one, what in told if not _stands_in(one) and program.is_needed(one.path)]
    elsewhere = [_told(program, answer.standard, one, what) for one, what in wanting if what]
    return Names(
        sources,
        unresolved=(*own, *(one for one, is_package in elsewhere if not is_package and program.is_held_to(one.path))),
        packages=tuple(one for one, is_package in elsewhere if is_package),
        pytest=not answer.missing[0],
        addable=tuple(
            Addable(path, one.line, one.name, imports)
            for (path, one), imports in zip(undefined, answer.adding, strict=True)
            if imports
        ),
        foreign=_foreign(answer, (one for one, what in wanting if not what)),
        installed=answer.installed,
    )


def names_resolve(program: Program, names: Names) -> GateResult:
    """Each name is defined somewhere, and each import of an own or a standard module finds what it names."""
    held = ((path, source) for path, source in names.sources.items() if program.is_held_to(path))
    undefined = [(path, one) for path, source in held for one in source.undefined]
    found = [(one.path, one.line, one.why) for one in names.unresolved]
    found += [(path, one.line, f"undefined name {one.name!r}") for path, one in undefined]
    if found:
        path, line, _ = found[0]
        told = [f"{path}:{line}: {why}" for path, line, why in found[:MOST_TOLD]]
        more = [f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
        wrong = failed("imports", "\n".join([*told, *more]), path, line, len(found))
        return wrong.model_copy(update={"mends": mends(program, names.sources, names.addable)})
    count = sum(len(source.imports) for source in names.sources.values())
    return GateResult(gate="imports", passed=True, evidence=f"all names are defined, {count} imports resolve")


def failed(
    gate: GateName, evidence: str, path: str | None = None, line: int | None = None, findings: int = 1
) -> GateResult:
    """Return a gate's failure."""
    return GateResult(gate=gate, passed=False, evidence=evidence, path=path, line=line, findings=findings)


def _what_changed(program: Program, own: frozenset[str]) -> str:
    return f"a project of {len(program.files)} files, of which the team changed {listed(sorted(own))}"


def _what_compiles(program: Program) -> str:
    if program.own is None:
        return f"{len(program.sources)} Python files compile"
    return f"what changed compiles; {len(program.concerned)} of {len(program.sources)} Python files were looked at"


def _is_broken_by_team(program: Program, one: Unresolved) -> bool:
    """Whether an import of the project's own that finds nothing stands in a changed file, or asks for one."""
    return program.is_held_to(one.path) or one.module.rpartition(".")[2] in map(module_name, program.own or ())


def _stands_in(one: Asked) -> bool:
    """Whether what is imported is there in any case: tests get a stand-in for pytest, a tool brings its own."""
    return is_of_a_tool(one.path) or (one.found.module == "pytest" and is_test_support(one.path))


def _modules_perhaps(program: Program, sources: Mapping[str, Source]) -> list[tuple[str, Undefined]]:
    """Return undefined names that are used as modules are, and are not the workspace's own."""
    own = {path.rpartition("/")[2].removesuffix(".py") for path in program.sources}
    own |= {folder.rpartition("/")[2] for folder in program.folders}
    held = ((path, source) for path, source in sources.items() if program.is_held_to(path))
    undefined = ((path, one) for path, source in held for one in source.undefined)
    return [(path, one) for path, one in undefined if one.attributes and one.name not in own]


def _foreign(answer: Resolved, there: Iterable[Asked]) -> dict[str, Asked]:
    """Return an import of each package's module that is there: the program's first, else the tests' first."""
    found: dict[str, Asked] = {}
    for one in sorted(there, key=lambda one: is_for_tests(one.path)):
        top = one.found.module.partition(".")[0]
        if top in answer.installed:
            found.setdefault(top, one)
    return found


def _told(program: Program, standard: frozenset[str], one: Asked, what: str) -> tuple[Unresolved, bool]:
    """Return what an import lacks, and whether that is a package."""
    module, name = one.found.module, one.found.name
    top = module.partition(".")[0]
    here = Unresolved(one.path, one.found.line, module, "")
    if what == "name":
        return here._replace(why=f"cannot import name {name!r} from {module!r}: it is not defined there"), False
    if top in standard:
        return here._replace(why=f"the standard library has no module {module!r}"), False
    is_declared = program.declared.of(distribution(module)) is not None
    is_a_package = is_declared or is_of_a_package(module)
    if near := None if is_a_package else nearest(top, _known(program, standard)):
        return here._replace(why=f"there is no module {module!r}; did you mean {near!r}?"), False
    files = listed(path for path in program.sources if not is_test(path))
    why = f"{module!r} is no file of the workspace (those are: {files}), and no such package is installed"
    return here._replace(why=f"package {module!r} is declared, but not installed" if is_declared else why), True


def _known(program: Program, standard: frozenset[str]) -> Sequence[str]:
    """Return names of modules that a misspelt one may have meant."""
    own = {path.rpartition("/")[2].removesuffix(".py") for path in program.sources}
    return sorted(own | {name for name in standard if not name.startswith("_")})


def _besides_record(program: Program) -> str:
    """Return the program's files; the record of what was checked is agentsh's, and comes with the first check."""
    return listed(path for path in program.files if path != RECORD)


def _at(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"
