"""Do the tests pass? Run by pytest where they use it and the program's Python has it, else by agentsh's own runner."""

import re
from collections.abc import Mapping

from agentsh.core.code import Command, RunResult
from agentsh.core.model import JsonObject
from agentsh.core.verdict import GateResult, VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.asking import Tested, ask, limits, words
from agentsh.verify.evidence import Place, excerpt, how_it_ended, own_frames, place_of, printed, relative, shown
from agentsh.verify.program import Program, listed
from agentsh.verify.requirements import may_be_installed, to_install
from agentsh.verify.scripts import script_text
from agentsh.verify.source import Source

_OPTIONS = ("-q", "--tb=short", "--color=no", "--disable-warnings", "-p", "no:cacheprovider")
_PYTEST = ("python3", "-m", "pytest")
_PYTEST_PLACE = re.compile(r"^([^\s:]+\.py):(\d{1,9}): ", re.MULTILINE)
_PASSED = re.compile(r"\b(\d+) passed\b")
_SECONDS = re.compile(r" in \d+\.\d+s(?: \(\d+:\d\d:\d\d\))?")
_NOTHING_COLLECTED = 5
_NEEDS_PYTEST = "pytest is not installed, and its stand-in does not have it"


async def tests_pass(
    sandbox: Sandbox, program: Program, sources: Mapping[str, Source], plan: VerifyPlan, *, pytest: bool
) -> GateResult:
    """Run the tests and judge: there have to be some, at least one has to run, assert something, and none may fail."""
    if not program.tests:
        return _failed("there are no tests: no file is named test_*.py or *_test.py")
    if (idle := _assert_nothing(program, sources)) is not None:
        return idle
    if pytest and _use_pytest(sources):
        argv = (*_PYTEST, *_OPTIONS, *program.tests)
        result = await sandbox.run(Command(argv=argv, env=_environment(program), limits=limits(plan.wall_s)))
        found = _judge_pytest(result, program, plan)
    else:
        request: JsonObject = {"paths": list(program.tests), "pytest": script_text("tiny_pytest")}
        answer, result = await ask(sandbox, "run_tests", request, Tested, plan.wall_s, isolated=False)
        found = _judge_answer(answer, result, program, plan)
    return (
        found.model_copy(update={"evidence": found.evidence + _idle_ones(program, sources)}) if found.passed else found
    )


def _use_pytest(sources: Mapping[str, Source]) -> bool:
    """Whether a file needs it. Plain functions and unittest do not: their verdict is then the same on any machine."""
    return any(found.module.partition(".")[0] == "pytest" for source in sources.values() for found in source.imports)


def _environment(program: Program) -> dict[str, str]:
    """Return what keeps this machine's plugins out of the verdict, unless the program declares some, and finds src/."""
    wants_plugins = any(name.startswith("pytest-") for name in program.declared.names)
    environment = {} if wants_plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return environment | ({"PYTHONPATH": "src"} if any(path.startswith("src/") for path in program.sources) else {})


def _judge_answer(answer: Tested | None, result: RunResult, program: Program, plan: VerifyPlan) -> GateResult:
    if answer is None:
        said = excerpt(relative(printed(result), program.root)) or "(it printed nothing)"
        ended = how_it_ended(result, plan.wall_s) if not result.ok else "a test ended the interpreter"
        return _failed(f"{listed(program.tests)}: the tests did not come to their end: {ended}\n{said}")
    if answer.failures:
        return _with_pytest(_first_failure(answer, program), program, plan)
    if not answer.ran:
        return _failed(
            f"no test ran, {answer.skipped} skipped, of {listed(program.tests)}", Place(program.tests[0], None)
        )
    skipped = f", {answer.skipped} skipped" if answer.skipped else ""
    return GateResult(gate="tests", passed=True, evidence=f"{answer.ran} passed{skipped} (agentsh's own runner)")


def _first_failure(answer: Tested, program: Program) -> GateResult:
    """Return the first failure in full and the names of the others."""
    first, *others = answer.failures
    text = own_frames(relative(first.text, program.root), program.files)
    lines = [
        f"{len(answer.failures)} of {max(answer.ran, len(answer.failures))} tests failed",
        first.test,
        excerpt(text),
    ]
    lines += [f"also failed: {listed((failure.test for failure in others), 6)}"] if others else []
    place = place_of(text, program.files) or Place(first.test.partition("::")[0].partition(" ")[0], None)
    return _failed("\n".join(lines), place)


def _with_pytest(found: GateResult, program: Program, plan: VerifyPlan) -> GateResult:
    """Return a failure, with pytest as what is needed where that is all it tells of."""
    wanted = ["pytest"]
    if _NEEDS_PYTEST not in found.evidence or not may_be_installed(plan, wanted):
        return found
    told = f'{found.evidence}\nThe Boss may allow it: agentsh rules add allow "install pytest"'
    blamed = () if found.path is None else (found.path,)
    return found.model_copy(update={"evidence": told, "packages": to_install(program, wanted), "blamed": blamed})


def _judge_pytest(result: RunResult, program: Program, plan: VerifyPlan) -> GateResult:
    named = f"$ {shown(words(_PYTEST))}"
    said = _SECONDS.sub("", relative(result.stdout, program.root))
    if result.ended_by != "itself":
        return _failed(f"{named}\n{how_it_ended(result, plan.wall_s)}:\n{excerpt(said)}")
    passed = _PASSED.findall(said[-2000:])
    if result.exit_code == 0 and passed:
        return GateResult(gate="tests", passed=True, evidence=f"{passed[-1]} passed (pytest)")
    if result.exit_code in {0, _NOTHING_COLLECTED}:
        return _failed(f"{named}\nno test ran to its end:\n{excerpt(said)}", Place(program.tests[0], None))
    text = _from_first_failure(said) if said.strip() else relative(printed(result), program.root)
    places = [Place(path, int(line)) for path, line in _PYTEST_PLACE.findall(text) if path in program.files]
    return _failed(f"{named}\n{excerpt(text)}", places[0] if places else None)


def _from_first_failure(said: str) -> str:
    """Return pytest's output from the first failure on, without the next ones: its summary names those."""
    parts = re.split(r"^(?=_{3,} .* _{3,}$|={3,} short test summary)", said, flags=re.MULTILINE)
    summary = [part for part in parts[1:] if part.startswith("=")]
    return parts[1] + "".join(summary) if len(parts) > 1 else said


def _assert_nothing(program: Program, sources: Mapping[str, Source]) -> GateResult | None:
    """Return a failure when there is no test function, or when none of them can fail."""
    cases = [(path, case) for path in program.tests if path in sources for case in sources[path].cases]
    unread = any(path not in sources for path in program.tests)
    if any(case.asserts for _, case in cases) or unread:
        return None
    if not cases:
        return _failed(f"{listed(program.tests)}: no test function in it (test_…)", Place(program.tests[0], None))
    path, case = cases[0]
    return _failed(f"{path}:{case.line}: no test asserts anything, {case.name} for one", Place(path, case.line))


def _idle_ones(program: Program, sources: Mapping[str, Source]) -> str:
    cases = [(path, case) for path in program.tests if path in sources for case in sources[path].cases]
    idle = [f"{path}:{case.line} {case.name}" for path, case in cases if not case.asserts]
    return f"\nasserts nothing: {listed(idle, 6)}" if idle else ""


def _failed(evidence: str, place: Place | None = None) -> GateResult:
    path, line = place or (None, None)
    return GateResult(gate="tests", passed=False, evidence=evidence, path=path, line=line)
