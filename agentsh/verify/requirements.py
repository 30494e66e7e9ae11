"""Are the packages there that the program imports, and does it declare them at the versions that it gets?"""

from agentsh.core.files import FileDraft
from agentsh.core.packages import name_of, normalised, pinned
from agentsh.core.verdict import GateResult, Mend, VerifyPlan
from agentsh.verify.distributions import distribution
from agentsh.verify.evidence import excerpt
from agentsh.verify.imports import Unresolved
from agentsh.verify.packages import Declared, requirement
from agentsh.verify.program import Program, is_for_tests, listed
from agentsh.verify.reading import MOST_TOLD, Names, failed

_PINS = "requirements.txt"
_RUNNER = "pytest"
_ADVICE = "Declare them in requirements.txt, or better, use the standard library instead."


def requirements_met(program: Program, names: Names, plan: VerifyPlan) -> GateResult:
    """Each package that is imported is installed for the program's Python, declared, and of a version asked for."""
    outdated = _outdated(program, names)
    if names.packages or outdated:
        return _not_installed(program, names, outdated, plan)
    if undeclared := _undeclared(program, names):
        return _not_declared(program, names, undeclared)
    there = sorted(f"{name} {version}" for name, version in (names.installed[module] for module in names.foreign))
    said = [f"all imported packages are there{': ' + ', '.join(there) if there else ''}"]
    said += [f"declared: {', '.join(program.declared.names) or 'none'}"]
    said += [f"not followed: {one.path}:{one.line} {one.text}" for one in program.declared.strange[:MOST_TOLD]]
    return GateResult(gate="requirements", passed=True, evidence="; ".join(said))


def _outdated(program: Program, names: Names) -> list[tuple[Declared, str]]:
    """Return declared requirements that what is installed does not fulfil, with the version that is there."""
    found = []
    for module in names.foreign:
        name, version = names.installed[module]
        declared = program.declared.of(name)
        if declared is not None and not declared.allows(version):
            found.append((declared, version))
    return found


def _not_installed(
    program: Program,
    names: Names,
    outdated: list[tuple[Declared, str]],
    plan: VerifyPlan,
) -> GateResult:
    missing = names.packages
    wanted = list(dict.fromkeys(distribution(one.module) for one in missing))
    told = [f"{one.path}:{one.line}: {one.why}" for one in missing[:MOST_TOLD]]
    told += [
        f"{one.path}:{one.line}: {one.requirement} is declared, but {version} is installed"
        for one, version in outdated[:MOST_TOLD]
    ]
    if wanted:
        told.append(f"packages that are not installed: {', '.join(sorted(wanted))}. {_ADVICE}")
    may_help = may_be_installed(plan, wanted)
    if may_help:
        told.append(f"The Boss may allow it: {_rules(program, wanted, outdated)}")
    else:
        told.append(_what_installing_said(plan, wanted))
    path, line = _place(program, missing, outdated, plan)
    found = failed("requirements", "\n".join(told), path, line, len(missing) + len(outdated))
    packages = to_install(program, wanted) if may_help else ()
    blamed = () if outdated else tuple(dict.fromkeys(one.path for one in missing))
    update = {"packages": packages, "for_tests": _for_tests(program, names) if packages else (), "blamed": blamed}
    return found.model_copy(update=update)


def may_be_installed(plan: VerifyPlan, wanted: list[str]) -> bool:
    """Whether installing may help: nothing was, or what is missing was there before and is not in the new `.venv`."""
    if plan.install is None:
        return True
    tried = {name_of(pin) for pin in plan.install.pins}
    return plan.install.ok and any(name_of(name) not in tried for name in wanted)


def _rules(program: Program, wanted: list[str], outdated: list[tuple[Declared, str]]) -> str:
    """Return what to type to let everything be installed that has to be."""
    needed = [requirement(text) for text in to_install(program, wanted)]
    names = [*wanted, *(one.name for one, _ in outdated), *(one.name for one in needed if one is not None)]
    known = {normalised(name): name for name in reversed(names)}
    return "; ".join(f'agentsh rules add allow "install {name}"' for name in sorted(known.values(), key=str.lower))


def _what_installing_said(plan: VerifyPlan, wanted: list[str]) -> str:
    install = plan.install
    if install is None:
        return ""
    if install.ok:
        return f"{', '.join(install.pins)} was installed, and brings no such module: {listed(wanted)}"
    return f"installing failed: {excerpt(install.said)}"


def _place(
    program: Program, missing: tuple[Unresolved, ...], outdated: list[tuple[Declared, str]], plan: VerifyPlan
) -> tuple[str | None, int | None]:
    """Return where to look: the declaration that could not be fulfilled, else the import."""
    said = plan.install.said.lower() if plan.install is not None and not plan.install.ok else ""
    blamed = [one for one in program.declared.requirements if said and one.stated.lower() in said]
    first = blamed[0] if blamed else outdated[0][0] if outdated and not missing else None
    if first is not None:
        return first.path, first.line
    return (missing[0].path, missing[0].line) if missing else (None, None)


def to_install(program: Program, wanted: list[str]) -> tuple[str, ...]:
    """Return everything that the workspace's environment is to hold: what is declared, and what is imported besides."""
    names = {name_of(name) for name in wanted}
    declared = [one for one in program.declared.requirements if one.always or one.name in names]
    known = {one.name for one in declared}
    return (*(one.requirement for one in declared), *(name for name in wanted if name_of(name) not in known))


def _for_tests(program: Program, names: Names) -> tuple[str, ...]:
    """Return the distributions that tests import and the program does not."""
    uses = [(one.path, distribution(one.module)) for one in names.packages]
    uses += [(one.path, names.installed[module][0]) for module, one in names.foreign.items()]
    own = {normalised(name) for path, name in uses if not is_for_tests(path)}
    of_tests = {normalised(name) for path, name in uses if is_for_tests(path)}
    of_tests |= {name for name in program.declared.names if name.partition("-")[0] == _RUNNER}
    return tuple(sorted(of_tests - own))


def _undeclared(program: Program, names: Names) -> dict[str, str]:
    """Return distribution → version of what the program imports, what is there, and what no file names."""
    if program.declared.elsewhere:
        return {}
    found = dict(names.installed[module] for module, one in names.foreign.items() if not is_for_tests(one.path))
    return {name: version for name, version in found.items() if program.declared.of(name) is None}


def _not_declared(program: Program, names: Names, undeclared: dict[str, str]) -> GateResult:
    imported = {name: names.foreign[module] for module, (name, _) in names.installed.items() if module in names.foreign}
    first = imported[next(iter(undeclared))]
    uses = ((name, imported[name]) for name in undeclared)
    told = [f"{one.path}:{one.found.line}: {name} is used, and not declared" for name, one in uses]
    pins = [f"{name}=={version}" for name, version in undeclared.items()]
    text = pinned(program.texts.get(_PINS, ""), pins)
    mend = Mend(draft=FileDraft(path=_PINS, text=text), what=f"{_PINS}: added {', '.join(pins)}")
    found = failed("requirements", "\n".join(told[:MOST_TOLD]), first.path, first.found.line, len(told))
    return found.model_copy(update={"mends": (mend,)})
