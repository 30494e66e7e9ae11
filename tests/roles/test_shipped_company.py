"""Laws of the software company that ships, on the real engine with a model that answers as its prompts ask."""

import json
import re
from pathlib import Path

from pydantic import JsonValue

from agentsh.core.chat import ChatRequest
from agentsh.core.controls import Say
from agentsh.core.messages import Message
from agentsh.core.verdict import GateResult, Verdict
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.library.templates import PromptRenderer
from agentsh.roles.asking import Asking
from agentsh.roles.cast import cast
from tests.support.stage import ModelInProcess, VerifierOnPaper, stage

DATA: dict[str, JsonValue] = {
    "entry": "main.py",
    "tasks": [
        {"path": "rules.py", "work": "the rules", "defines": ["def move() -> int"], "uses": []},
        {"path": "main.py", "work": "the front", "defines": [], "uses": ["rules.py"]},
    ],
    "verdict": "approve",
}
FAILED = Verdict(passed=False, gates=(GateResult(gate="tests", passed=False, evidence="AssertionError"),))
PASSED = Verdict(passed=True, gates=())


def sample(schema: JsonValue, name: str = "") -> JsonValue:
    """Return the least that fits a schema, or what DATA has under the field's name."""
    assert isinstance(schema, dict)
    if name in DATA:
        return DATA[name]
    fields, items = schema.get("properties"), schema.get("items")
    match schema.get("type"):
        case "object":
            assert isinstance(fields, dict)
            return {field: sample(inner, field) for field, inner in fields.items()}
        case "array":
            return [sample(items)] if schema.get("minItems") else []
        case "boolean":
            return True
        case "string" if isinstance(words := schema.get("enum"), list):
            return words[0]
        case _:
            return f"some {name}"


class Company:
    """The team's model: finishes what its prompts ask, and mends what fails."""

    def __init__(self) -> None:
        self.requests: list[ChatRequest] = []
        self.verifier: VerifierOnPaper | None = None
        self.summaries = 0

    def reply(self, request: ChatRequest) -> str:
        self.requests.append(request)
        if request.schema_ is not None:
            return json.dumps(self._data(request.schema_))
        asked = request.messages[-1].content
        if "The program was tried and fails" in asked:
            assert self.verifier is not None
            self.verifier.verdict = PASSED
            return "The cause: a typo.\n\n```python main.py\nprint('mended')\n```"
        found = re.search(r"Write this one file of the program now: `(.+?)`", asked)
        path = found[1] if found else "test_program.py"
        return f"```python {path}\nprint('{path}')\n```"

    def _data(self, schema: dict[str, JsonValue]) -> JsonValue:
        data = sample(schema)
        assert isinstance(data, dict)
        if "complete" in data:
            self.summaries += 1
            data["complete"] = self.summaries > 1
            data["todos"] = [] if data["complete"] else [{"path": "main.py", "work": "call move()"}]
        return data


async def worked(path: Path) -> tuple[Company, list[Message]]:
    team = Shelf((shipped_prompts(),)).team("software-company")
    company = Company()
    model = ModelInProcess(company.reply)
    roles = cast(team, Asking(model="tiny", num_ctx=8192), PromptRenderer((shipped_prompts(),)))
    pairs = [(team.roles[name], role.react) for name, role in roles.items()]
    async with stage(path, pairs, model=model, verdict=FAILED) as scene:
        assert isinstance(scene.desk.verifier, VerifierOnPaper)
        company.verifier = scene.desk.verifier
        await scene.session.send(Say(text="a snake game"))
        await scene.session.run()
        return company, await scene.desk.log.journal.messages()


async def test_the_company_goes_from_one_sentence_to_a_program_that_was_mended(tmp_path: Path) -> None:
    _, messages = await worked(tmp_path / "s.db")

    assert [message.cause_by for message in messages] == [
        "user_requirement",
        "write_prd",
        "write_design",
        "write_tasks",
        "write_code",
        "summarize_code",
        "write_code",
        "summarize_code",
        "write_tests",
        "verify",
        "fix_bug",
        "verify",
    ]


async def test_every_role_keeps_one_front_and_every_request_fits_its_window(tmp_path: Path) -> None:
    company, _ = await worked(tmp_path / "s.db")

    systems = {request.messages[0].content for request in company.requests}
    assert len(systems) == 5
    for request in company.requests:
        assert request.options.num_ctx == 8192
        assert not any("[…" in said.content for said in request.messages)


async def test_what_was_found_incomplete_is_in_the_prompt_of_its_file(tmp_path: Path) -> None:
    company, _ = await worked(tmp_path / "s.db")

    asked = [request.messages[-1].content for request in company.requests]
    mending = [text for text in asked if "was found incomplete" in text]
    assert len(mending) == 1
    assert "- call move()" in mending[0]
