"""Hand-made events of a small session, for tests of what is shown."""

from agentsh.core import events as e
from agentsh.core.cards import BudgetCard, RoleCard, TeamCard, TeamFile
from agentsh.core.chat import Usage
from agentsh.core.files import FileChange
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName, SessionName, boss_message_id
from agentsh.core.messages import Message, from_boss
from agentsh.core.verdict import GateResult, Verdict

ENGINEER = RoleName("engineer")
QA = RoleName("qa_engineer")
WRITING = ReactionId("engineer:1")
AT = "2026-01-02T03:04:05.678Z"


def recorded(seq: int, event: e.Event) -> e.Recorded:
    return e.Recorded(seq=seq, at=AT, event=event)


def session_started(*, provider: str = "ollama", budget: BudgetCard | None = None) -> e.SessionStarted:
    roles = {name: RoleCard(name=name, profile=name) for name in (ENGINEER, QA)}
    return e.SessionStarted(
        session=SessionName("a-tool"),
        idea="A tool",
        team=TeamFile(team=TeamCard(name="pair", roles=(ENGINEER, QA)), roles=roles, actions={}),
        provider=provider,
        model="SmolLM2-135M" if provider == "local" else "qwen3:8b",
        host="http://127.0.0.1:11434",
        seed=1,
        budget=budget or BudgetCard(),
        workspace="/tmp/a-tool",
    )


def boss_says(text: str = "A tool") -> e.MessagePublished:
    return e.MessagePublished(message=from_boss(boss_message_id(1), text))


def published(text: str) -> e.MessagePublished:
    message = Message(
        id=MessageId("engineer:1:3"), content=text, cause_by=ActionName("write_code"), sent_from=ENGINEER, round=1
    )
    return e.MessagePublished(message=message, ordinal=3, request_hash="00")


def reaction_started() -> e.ReactionStarted:
    return e.ReactionStarted(reaction=WRITING, role=ENGINEER, observed=(boss_message_id(1),), round=1)


def step_started(step: e.StepKind = "model", ordinal: int = 1) -> e.StepStarted:
    return e.StepStarted(
        reaction=WRITING,
        role=ENGINEER,
        ordinal=ordinal,
        step=step,
        request_hash="00",
        action=ActionName("write_code"),
    )


def step_finished(step: e.StepKind = "model", result: object = "text", usage: Usage | None = None) -> e.StepFinished:
    return e.StepFinished(
        reaction=WRITING,
        role=ENGINEER,
        ordinal=1,
        step=step,
        request_hash="00",
        result=result,  # type: ignore[arg-type]
        usage=usage,
    )


def verified(*gates: GateResult) -> e.StepFinished:
    verdict = Verdict(passed=all(gate.passed for gate in gates), gates=gates)
    return step_finished("verify", verdict.model_dump(mode="json"))


def file_changed(path: str, added: int, removed: int = 0, change: str = "added") -> e.FileChanged:
    file = FileChange(path=path, change=change, added_lines=added, removed_lines=removed)  # type: ignore[arg-type]
    return e.FileChanged(role=ENGINEER, reaction=WRITING, file=file)


def delta(text: str, role: RoleName = ENGINEER, ordinal: int = 1, kind: str = "text") -> e.Delta:
    return e.Delta(role=role, reaction=ReactionId(f"{role}:1"), ordinal=ordinal, kind=kind, text=text)  # type: ignore[arg-type]


def finished(exit_code: int = 0, summary: str = "the program was run and passed") -> e.SessionFinished:
    status = "finished" if exit_code == 0 else "failed"
    return e.SessionFinished(status=status, exit_code=exit_code, summary=summary)  # type: ignore[arg-type]
