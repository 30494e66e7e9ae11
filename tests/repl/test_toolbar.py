"""The bar: what the session is up to, in as many characters as there are."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.code import SandboxStatus
from agentsh.core.ids import ActionName, QuestionId, RoleName, SessionName
from agentsh.repl.toolbar import bar, status_word
from agentsh.session.view import QuestionView, RoleActivity, RoleView, SessionView

NOW = datetime(2026, 1, 2, 3, 5, 4, tzinfo=UTC)
HELD = SandboxStatus(tier="bubblewrap", line="bubblewrap")


def role(name: str, activity: RoleActivity = "idle", **more: object) -> RoleView:
    return RoleView.model_validate(
        {"name": name, "profile": name, "activity": activity, "doing": None, "due": 0, "human": False, "usage": Usage()}
        | more
    )


def view(*roles: RoleView, **more: object) -> SessionView:
    return SessionView.model_validate(
        {
            "name": SessionName("snake"),
            "idea": "A snake",
            "team": "pair",
            "provider": "ollama",
            "model": "qwen3:8b",
            "host": "http://127.0.0.1:11434",
            "status": "running",
            "seq": 1,
            "messages": 1,
            "steps": 1,
            "rounds": 1,
            "usage": Usage(prompt_tokens=900, completion_tokens=100),
            "seconds": 1.0,
            "budget": BudgetCard(),
            "roles": roles,
            "questions": (),
            "verdict": None,
        }
        | more
    )


def words(found: SessionView, columns: int = 120, sandbox: SandboxStatus = HELD) -> list[str]:
    return ["".join(text for _, text in line) for line in bar(found, sandbox, columns, NOW)]


def test_it_says_who_does_what_for_how_long() -> None:
    working = role("engineer", "reacting", doing=ActionName("write_code"), since="2026-01-02T03:03:04.000Z", due=2)
    first, _ = words(view(working, role("qa", "paused"), role("boss_too", human=True)))
    assert first == " RUNNING · ▶engineer write_code 2:00 +2 · ‖qa · boss_too (you)"


def test_it_says_what_was_used_of_the_budget_and_what_holds_the_code() -> None:
    _, second = words(view(role("qa"), budget=BudgetCard(max_tokens=4000)))
    assert second == " snake · 1,000 of 4,000 tokens (25%) · sandbox: bubblewrap · qwen3:8b@127.0.0.1:11434 · pair"


def test_it_says_how_far_the_team_is() -> None:
    said = "".join(words for line in bar(view(progress="phase 3/9 coding"), HELD, 120, NOW) for _, words in line)
    assert "phase 3/9 coding" in said


def test_a_sandbox_that_holds_nothing_is_warned_of() -> None:
    found = bar(view(role("qa")), SandboxStatus(tier="none", line="nothing"), 80, NOW)
    assert ("warn", "sandbox: none") in found[1]


QUESTION = QuestionView(question=QuestionId("q"), role=RoleName("qa"), prompt="?", approval=False)


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "IDLE"),
        ({"roles": (role("qa", "reacting"),)}, "RUNNING"),
        ({"questions": (QUESTION,)}, "WAITING"),
        ({"paused": True, "questions": (QUESTION,)}, "PAUSED"),
        ({"status": "finished"}, "FINISHED"),
        ({"status": "failed"}, "FAILED"),
    ],
)
def test_one_word_says_what_the_session_is_up_to(more: dict[str, object], word: str) -> None:
    assert status_word(view(**more)) == word
    assert words(view(**more))[0].startswith(f" {word}")


@pytest.mark.parametrize("columns", [0, 1, 5, 20, 40, 80])
def test_it_is_never_wider_than_the_terminal(columns: int) -> None:
    many = [role(f"role_{number}", "reacting", doing=ActionName("write")) for number in range(30)]
    assert all(len(line) <= columns for line in words(view(*many), columns))


def test_names_from_outside_are_cleaned(tmp_path: Path) -> None:
    assert "\x1b" not in words(view(role("\x1b[2Jevil")))[0]
