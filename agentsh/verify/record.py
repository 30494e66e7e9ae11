"""The part of a program's README that says what was checked: written by rule, replaced as a whole, at the end."""

import re

from agentsh.core.files import FileDraft
from agentsh.core.record import BEGIN, END, without_record
from agentsh.core.terminal import one_line
from agentsh.core.verdict import RECORD, GateResult, Verdict
from agentsh.verify.program import Program

_MOST_CHARS = 160
_SPECIAL = re.compile(r"[<>`|\\*_\[\]]")
"""What Markdown or HTML would take for more than text."""


def recorded(program: Program, verdict: Verdict) -> FileDraft | None:
    """Return the README with this verdict in it; None when it says so already, or is there and cannot be read."""
    there = program.texts.get(RECORD)
    if there is None and RECORD in program.files:
        return None
    kept = without_record(there if there is not None else f"# {_title(program)}\n").rstrip()
    text = f"{kept}\n\n{_section(verdict)}"
    return FileDraft(path=RECORD, text=text) if text != there else None


def _section(verdict: Verdict) -> str:
    runs = "it passes, as far as it could be tried" if verdict.untried else "it runs and passes"
    said = runs if verdict.passed else "it does not pass"
    lines = [BEGIN, "", "## Checked", "", f"This program was run by agentsh in a sandbox, and {said}:", ""]
    lines += [_line(gate) for gate in verdict.gates]
    return "\n".join([*lines, "", END, ""])


def _line(gate: GateResult) -> str:
    if gate.passed:
        return f"- {gate.gate}: {_plain(gate.evidence)}"
    where = "" if gate.path is None else f" at {gate.path}" + ("" if gate.line is None else f":{gate.line}")
    return f"- {gate.gate}: **failed**{_plain(where, ' ')}: {_plain(gate.evidence)}"


def _plain(evidence: str, before: str = "") -> str:
    """Return what evidence says in one line that Markdown shows as it is."""
    line = " → ".join(line.strip() for line in evidence.splitlines() if line.strip())
    plain = _SPECIAL.sub(lambda found: f"\\{found[0]}", one_line(line, _MOST_CHARS).removesuffix("\\"))
    return f"{before}{plain}" if plain else ""


def _title(program: Program) -> str:
    return program.entry or program.root.rpartition("/")[2] or "Program"
