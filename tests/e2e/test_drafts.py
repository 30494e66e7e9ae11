"""Drafts that do not run: found by running them, sent back with what was said, mended, or reported in the end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.events import Recorded, StepFinished
from agentsh.core.model import JsonObject
from agentsh.core.verdict import Verdict
from agentsh.store.catalogue import read_session
from tests.cli.process import Ended
from tests.e2e import company
from tests.e2e.agent import Agent, crashed
from tests.support.ollama_server import OllamaServer

VERIFY = """\
---
name: verify
does: verify
context: [write_design]
rounds: 5
timeout_s: 8
on_fail: [engineer]
---
"""
SYNTAX = company.COUNTER.replace("str) -> int:", "str) -> int")
IMPORT = company.COUNTER.replace('"""Counts words."""\n', '"""Counts words."""\n\nfrom textkit import words_of\n')
LOOP = company.COUNTER.replace("    return", "    while True:\n        pass\n    return")
WRONG = company.BUGGY_COUNTER


@dataclass(frozen=True)
class Draft:
    """One draft of counter.py, and what is to be found of it."""

    text: str
    gate: str
    place: tuple[str | None, int | None]
    evidence: tuple[str, ...]


DRAFTS = {
    "syntax error": Draft(SYNTAX, "compiles", ("counter.py", 4), ("counter.py:4: SyntaxError: expected ':'",)),
    "missing import": Draft(IMPORT, "requirements", ("counter.py", 3), ("textkit",)),
    "endless loop": Draft(
        LOOP, "entry", ("main.py", None), ("$ python main.py --text", "still running after 8 s: an endless loop")
    ),
    "failing test": Draft(WRONG, "tests", ("test_program.py", 11), ("2 of 2 tests failed", "AssertionError: 1 != 0")),
}


@dataclass
class Trial:
    """A run of the company in a home where programs have eight seconds."""

    agent: Agent
    server: OllamaServer

    @classmethod
    @asynccontextmanager
    async def of(cls, root: Path, first: str, *mending: JsonObject) -> AsyncIterator["Trial"]:
        """Serve a first draft of counter.py, and what comes of the prompts to mend it."""
        rules = company.rules(mending, counter=first)
        async with OllamaServer.on(*rules, models=[company.MODEL]) as server:
            agent = Agent(root, server.host)
            page = agent.shell.home / "prompts" / "actions" / "verify.md"
            page.parent.mkdir(parents=True)
            page.write_text(VERIFY)
            yield cls(agent, server)

    async def ended(self) -> Ended:
        """Run it to its end."""
        ended = await self.agent.ended(*self.agent.run(company.IDEA))
        assert not crashed(ended), ended
        return ended

    @property
    def verdicts(self) -> list[Verdict]:
        """What verifying came to, each time."""
        events: list[Recorded] = read_session(self.agent.file)
        steps = [recorded.event for recorded in events if isinstance(recorded.event, StepFinished)]
        return [Verdict.model_validate(step.result) for step in steps if step.step == "verify"]

    @property
    def mending(self) -> list[str]:
        """The prompts that asked to mend something."""
        asked = [str(chat.body["messages"][-1]["content"]) for chat in self.server.chats]  # type: ignore[index,call-overload]
        return [text for text in asked if "The program was tried and fails" in text]


async def test_each_kind_of_broken_draft_is_found_and_sent_back_until_one_passes(tmp_path: Path) -> None:
    syntax, missing, loop, wrong = DRAFTS.values()
    chain = [(syntax, missing), (missing, loop), (loop, wrong)]
    mending = [company.mends(("counter.py", after.text), evidence=before.evidence[0]) for before, after in chain]
    async with Trial.of(tmp_path, syntax.text, *(quoted(rule) for rule in mending)) as trial:
        ended = await trial.ended()
        assert ended.code == 0, ended
        *failed, passed = trial.verdicts
        assert passed.passed
        assert len(failed) == len(trial.mending) == len(DRAFTS)
        for draft, verdict, prompt in zip(DRAFTS.values(), failed, trial.mending, strict=True):
            assert_found(draft, verdict)
            assert f"What failed: {draft.gate}" in prompt
            assert draft.text.strip() in prompt
            for part in draft.evidence:
                assert part in prompt
    assert (trial.agent.workspace / "counter.py").read_text() == company.COUNTER


async def test_five_rounds_of_mending_are_the_most(tmp_path: Path) -> None:
    drafts = [company.COUNTER.replace("    return", f'    raise ValueError("draft {n}")\n    return') for n in range(7)]
    numbered = [
        company.mends(("counter.py", after), evidence=f"ValueError: draft {n}$") for n, after in enumerate(drafts[1:])
    ]
    async with Trial.of(tmp_path, drafts[0], *numbered) as trial:
        ended = await trial.ended()
        assert ended.code == 6, ended
        assert len(trial.mending) == 5
        assert len(trial.verdicts) == 6
        assert "ValueError: draft 5" in ended.out
        assert "Mending does not help any more" in trial.agent.shell.run("sessions", "export", "wc").out


def assert_found(draft: Draft, verdict: Verdict) -> None:
    assert verdict.failure is not None
    assert (verdict.failure.gate, (verdict.failure.path, verdict.failure.line)) == (draft.gate, draft.place)
    for part in draft.evidence:
        assert part in verdict.failure.evidence


def quoted(rule: JsonObject) -> JsonObject:
    """Return the rule with the brackets and dollars of its evidence meant as such."""
    match = str(rule["match"])
    for sign in "$()[]":
        match = match.replace(sign, f"\\{sign}")
    return {**rule, "match": match}
