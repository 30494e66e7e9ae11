"""The live view: a few lines that fit the terminal, whatever roles say."""

import io

from rich.console import Console

from agentsh.cli.board import Board
from agentsh.cli.live import LiveView
from agentsh.core import events as e
from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.ids import RoleName
from tests.cli import stories as s


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def a_view(width: int = 80, height: int = 24) -> tuple[LiveView, Console, Clock]:
    clock = Clock()
    console = Console(file=io.StringIO(), width=width, height=height, force_terminal=True, color_system=None)
    return LiveView(Board(), console, clock), console, clock


def drawn(view: LiveView, console: Console) -> list[str]:
    with console.capture() as capture:
        console.print(view.frame())
    return capture.get().splitlines()


def watching(view: LiveView, *events: e.Event) -> None:
    for seq, event in enumerate(events, 1):
        view.event(s.recorded(seq, event))


def test_roles_stream_tokens_and_budget_are_on_the_view() -> None:
    view, console, clock = a_view()
    budget = BudgetCard(max_tokens=5000, max_seconds=600)
    watching(view, s.session_started(budget=budget), s.reaction_started(), s.step_started())
    watching(view, s.step_finished(usage=Usage(prompt_tokens=1234, completion_tokens=56, calls=1)))
    clock.now = 12.0
    view.delta(s.delta("def is_palindrome(word):\n    return word"))
    text = "\n".join(drawn(view, console))
    for part in ("a-tool", "pair", "qwen3:8b", "engineer", "write_code", "12s", "qa_engineer", "idle"):
        assert part in text
    for part in ("│ def is_palindrome(word):", "1,234 + 56 tokens of 5,000", "tok/s", "12s of 10:00"):
        assert part in text


def test_it_fits_a_narrow_terminal_and_a_large_team() -> None:
    view, console, _ = a_view(width=30, height=16)
    watching(view, s.session_started())
    for number in range(40):
        view.delta(s.delta("y" * 500, RoleName(f"role_{number}")))
    lines = drawn(view, console)
    assert all(len(line) <= 30 for line in lines)
    assert len(lines) <= 12
    assert any("more" in line for line in lines)


def test_markup_and_escapes_of_a_model_stay_text() -> None:
    view, console, _ = a_view()
    watching(view, s.session_started())
    view.delta(s.delta("[bold]x[/nope] [@click=app.quit]y \x1b[2Jz"))
    text = "\n".join(drawn(view, console))
    assert "[bold]x[/nope] [@click=app.quit]y z" in text


def test_what_means_something_is_told_above_and_stays() -> None:
    view, console, _ = a_view()
    view.open()
    watching(view, s.session_started(), s.file_changed("main.py", 42))
    view.draw()
    view.close()
    assert "main.py +42" in console.file.getvalue()  # type: ignore[attr-defined]


def test_drawing_again_without_news_draws_nothing() -> None:
    view, console, clock = a_view()
    view.open()
    view.draw()
    before = console.file.getvalue()  # type: ignore[attr-defined]
    clock.now += 0.5
    view.draw()
    assert console.file.getvalue() == before  # type: ignore[attr-defined]
    clock.now += 0.6
    view.draw()
    assert console.file.getvalue() != before  # type: ignore[attr-defined]
    view.close()


def test_a_burst_of_events_is_one_drawing() -> None:
    view, console, _ = a_view()
    view.open()
    watching(view, s.session_started(), *[s.file_changed(f"{n}.py", 1) for n in range(1000)])
    before = len(console.file.getvalue())  # type: ignore[attr-defined]
    view.draw()
    text = console.file.getvalue()[before:]  # type: ignore[attr-defined]
    view.close()
    assert "999.py +1" in text
    assert text.count("a-tool · pair") <= 2
