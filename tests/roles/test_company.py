"""Laws of a small company on the real engine: one role's output is the next one's input, and failures are mended."""

import json
from pathlib import Path

from agentsh.core.chat import ChatRequest
from agentsh.core.controls import Say
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.verdict import GateResult, Verdict
from tests.support.cards import action, cast_role, facts_of, role_card
from tests.support.stage import ModelInProcess, Stage, VerifierOnPaper, stage

TASKS = {
    "type": "object",
    "properties": {
        "tasks": {
            "type": "array",
            "items": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
        }
    },
    "required": ["tasks"],
}
FAILED = Verdict(passed=False, gates=(GateResult(gate="entry", passed=False, evidence="ZeroDivisionError"),))
PASSED = Verdict(passed=True, gates=(GateResult(gate="entry", passed=True, evidence="ok"),))
CARDS = [
    role_card("manager", "write_tasks"),
    role_card(
        "engineer",
        "write_code",
        "fix_code",
        watch={"write_tasks": ["write_code"], "run_tests": ["fix_code"]},
    ),
    role_card("qa", "run_tests", watch={"write_code": [], "fix_code": []}),
]
ACTIONS = [
    action("write_tasks", "Split up: {{ idea }}", output=TASKS),
    action("write_code", "Write {{ task.path }}.", does="write_files", for_each="write_tasks.tasks as task"),
    action("fix_code", "Mend: {{ verdict.failure.evidence }}", does="write_files", context=["run_tests"]),
    action("run_tests", does="verify", on_fail=["engineer"]),
]


def reply(request: ChatRequest) -> str:
    """Say what the role that asks would get from a good model."""
    asked = request.messages[-1].content
    if asked.startswith("Split up"):
        return json.dumps({"tasks": [{"path": "rules.py"}, {"path": "main.py"}]})
    path = "main.py" if asked.startswith("Mend") else asked.removeprefix("Write ").rstrip(".")
    return f"```python {path}\nprint({'2' if asked.startswith('Mend') else '1 / 0'})\n```"


async def worked(path: Path, verdict: Verdict) -> tuple[list[Message], ModelInProcess, Stage]:
    facts = facts_of(*CARDS)
    model = ModelInProcess(reply)
    roles = [(card, cast_role(card, *ACTIONS, facts=facts).react) for card in CARDS]
    async with stage(path, roles, model=model, verdict=verdict) as team:
        verifier = team.desk.verifier
        assert isinstance(verifier, VerifierOnPaper)

        def mending(request: ChatRequest) -> str:
            said = reply(request)
            if request.messages[-1].content.startswith("Mend: ZeroDivisionError"):
                verifier.verdict = PASSED
            return said

        model.reply = mending
        await team.session.send(Say(text="a game"))
        await team.session.run()
        return await team.desk.log.journal.messages(), model, team


async def test_a_company_goes_from_one_sentence_to_files_that_run(tmp_path: Path) -> None:
    messages, model, team = await worked(tmp_path / "s.db", PASSED)

    assert [m.cause_by for m in messages] == ["user_requirement", "write_tasks", "write_code", "run_tests"]
    assert team.workspace.texts == {"rules.py": "print(1 / 0)\n", "main.py": "print(1 / 0)\n"}
    assert len(model.asked) == 3


async def test_a_failure_is_mended_with_its_evidence_and_verified_again(tmp_path: Path) -> None:
    messages, model, team = await worked(tmp_path / "s.db", FAILED)

    said = [(m.sent_from, m.cause_by, m.send_to) for m in messages[2:]]
    engineer, qa = RoleName("engineer"), RoleName("qa")
    assert said == [
        (engineer, "write_code", ()),
        (qa, "run_tests", (engineer,)),
        (engineer, "fix_code", ()),
        (qa, "run_tests", ()),
    ]
    assert "Mend: ZeroDivisionError" in model.asked
    assert team.workspace.texts["main.py"] == "print(2)\n"
