"""The front that only writes: each line in its turn, nothing drawn twice, an exit code at the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentsh.commands.history import History
from agentsh.core.errors import ExitCode, ProviderError
from agentsh.core.model import JsonObject
from agentsh.repl import shell as lines_shell
from agentsh.repl.house import Begin, Reopen
from agentsh.repl.written import Written
from tests.repl.room import DEADLINE_S, Open, Roles, asker, runner, shell_on, speaker
from tests.support.stage import ModelInProcess


class Typed:
    """Lines that come when a test hands them over, or all at once; then the end of input, if `ends`."""

    def __init__(self, *lines: str, ends: bool = True) -> None:
        self._queue: asyncio.Queue[str | None] = asyncio.Queue()
        for line in lines:
            self._queue.put_nowait(line)
        if ends:
            self._queue.put_nowait(None)

    def hand(self, line: str | None) -> None:
        self._queue.put_nowait(line)

    async def line(self) -> str | None:
        return await self._queue.get()


async def piped(root: Path, roles: Roles, *lines: str, **more: object) -> tuple[ExitCode, list[str]]:
    """Pipe these lines in; return the exit code and what was written."""
    written: list[str] = []
    verbose = bool(more.pop("verbose", False))
    front = Written(Typed(*lines), written.append, patient=False, verbose=verbose)
    async with shell_on(front, root, roles, **more) as opened:  # type: ignore[arg-type]
        code = await opened.code()
    return code, written


@asynccontextmanager
async def patiently(root: Path, roles: Roles, **more: object) -> AsyncIterator[tuple[Typed, list[str], Open]]:
    """Sit at a terminal that is only written to."""
    typed, written = Typed(ends=False), list[str]()
    async with shell_on(Written(typed, written.append, patient=True), root, roles, **more) as opened:  # type: ignore[arg-type]
        yield typed, written, opened


async def until(written: list[str], *words: str) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not all(any(word in line for line in written) for word in words):
            await asyncio.sleep(0.01)


async def speaking(opened: Open) -> None:
    """Wait until somebody is heard, and the session knows that they are at work."""
    async with asyncio.timeout(DEADLINE_S):
        while not (opened.shell.tails.lines(80, 6) and _is_at_work(opened)):
            await asyncio.sleep(0.01)


def _is_at_work(opened: Open) -> bool:
    live = opened.shell.context.live
    return live is not None and any(role.activity == "reacting" for role in live.view().roles)


async def test_a_sentence_in_a_pipe_is_worked_on_until_the_team_is_quiet(tmp_path: Path) -> None:
    code, written = await piped(tmp_path, speaker("Hello"), "A tool")
    assert code is ExitCode.DONE
    assert "  A tool" in written
    assert "  Hello" in written
    assert "finished: the team is done" in written


async def test_each_line_waits_until_the_team_rests(tmp_path: Path) -> None:
    model = ModelInProcess(delay_s=0.05)
    _, written = await piped(tmp_path, speaker(), "First", "Second", "/agents", model=model)
    said = [line for line in written if line.startswith("  heard: ")]
    assert said == ["  heard: say: First", "  heard: say: Second"]
    assert any("speaker" in line and "idle" in line for line in written[written.index(said[-1]) :])


async def test_an_approval_takes_the_next_line(tmp_path: Path) -> None:
    code, written = await piped(tmp_path, runner("ls a", "rm b"), "List", "y", "n not today")
    assert code is ExitCode.DONE
    assert "runner: [y]es once · [s]ession · [A]lways · [n]o · [e]dit" in written
    assert "  ran, not run: not today" in written


async def test_a_form_takes_the_lines_that_it_needs(tmp_path: Path) -> None:
    schema: JsonObject = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "goals": {"type": "array", "items": {"type": "string"}}},
        "required": ["title", "goals"],
    }
    code, written = await piped(tmp_path, asker(schema), "Plan", "Snake", "fun", "short", "", "/files")
    assert code is ExitCode.DONE
    assert "  answered: {'title': 'Snake', 'goals': ['fun', 'short']}" in written
    assert "asker: title:" in written


async def test_input_that_ends_while_something_is_asked_ends_with_a_code_of_its_own(tmp_path: Path) -> None:
    code, written = await piped(tmp_path, asker(), "Ask")
    assert code is ExitCode.PERSON
    assert any("the input ended" in line for line in written)
    assert any("What now?" in line for line in written)


async def test_input_that_ends_while_the_session_is_paused_ends_alike(tmp_path: Path) -> None:
    code, _ = await piped(tmp_path, speaker(), "Say it", "/pause", "More")
    assert code is ExitCode.PERSON


async def test_one_step_is_one_step_in_a_pipe_too(tmp_path: Path) -> None:
    model = ModelInProcess()
    code, written = await piped(tmp_path, speaker(), "Hi", "/pause", "More", "/step", "/go", model=model)
    assert code is ExitCode.DONE
    assert written.index("session paused") < written.index("the session goes on")
    assert model.asked == ["say: Hi", "say: More"]


async def test_no_model_ends_it_with_its_code(tmp_path: Path) -> None:
    gone = ProviderError("nobody answers", hint="start Ollama")
    code, written = await piped(tmp_path, speaker(), "A tool", "/agents", failures=[gone])
    assert code is ExitCode.NO_MODEL
    assert "nobody answers" in written


async def test_a_wrong_command_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    code, written = await piped(tmp_path, speaker("Hello"), "A tool", "/nonsense", "More")
    assert code is ExitCode.USAGE
    assert written.count("  Hello") == 2


async def test_no_lines_end_at_once(tmp_path: Path) -> None:
    assert await piped(tmp_path, speaker()) == (ExitCode.DONE, [])


async def test_nothing_is_edited_in_a_pipe(tmp_path: Path) -> None:
    code, written = await piped(tmp_path, runner("ls a"), "List", "e", "y")
    assert any("there is no terminal for an editor" in line for line in written)
    assert "  ran" in written
    assert code is ExitCode.USAGE


async def test_a_session_goes_on_in_a_pipe(tmp_path: Path) -> None:
    await piped(tmp_path, speaker(), "First")
    code, written = await piped(tmp_path, speaker(), "Second", wanted=Reopen("s1"))
    assert code is ExitCode.DONE
    assert written.index("  heard: say: First") < written.index("  heard: say: Second")


async def test_what_roles_write_is_written_in_whole_lines_when_it_is_wanted(tmp_path: Path) -> None:
    model = ModelInProcess(reply=lambda _: "one\ntwo\nthree")
    _, written = await piped(tmp_path, speaker(), "Talk", model=model, verbose=True)
    assert [line for line in written if line.startswith("speaker │")] == [
        "speaker │ one",
        "speaker │ two",
        "speaker │ three",
    ]


async def test_nothing_that_is_written_moves_a_cursor(tmp_path: Path) -> None:
    _, written = await piped(tmp_path, speaker("\x1b[2Jx\ry\x9b1A"), "Talk", verbose=True)
    assert all(line.isprintable() for line in written)


async def test_at_a_terminal_lines_are_carried_out_while_the_team_works(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with patiently(tmp_path, speaker(), model=model) as (typed, written, opened):
        await until(written, "Say what is to be made")
        typed.hand("Talk")
        await speaking(opened)
        typed.hand("/agents")
        await until(written, "reacting")
        assert model.hold is not None
        model.hold.set()
        await until(written, "finished")
        assert "  Talk" not in written
        typed.hand(None)
        assert await opened.code() is ExitCode.DONE
    assert History(tmp_path / "history").load() == ["Talk", "/agents"]


async def test_at_a_terminal_a_question_is_written_once_and_answered(tmp_path: Path) -> None:
    async with patiently(tmp_path, asker(choices=("red", "blue"))) as (typed, written, opened):
        typed.hand("Choose")
        await until(written, "asker: 1-2?")
        typed.hand("7")
        await until(written, "'7' is not a number")
        assert written.count("  │ What now?") == 1
        typed.hand("2")
        await until(written, "answered: blue")
        assert opened.rooms.opened == [Begin("Choose")]


async def test_ctrl_c_stops_then_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_shell, "TWICE_S", 100.0)
    model = ModelInProcess(hold=asyncio.Event())
    async with patiently(tmp_path, speaker(), model=model) as (typed, written, opened):
        typed.hand("Talk")
        await speaking(opened)
        opened.shell.cancel()
        await until(written, "was stopped", "[k]eep")
        opened.shell.cancel()
        assert await opened.code() is ExitCode.DONE


@pytest.mark.parametrize("signal_like", ["cancel", "leave"])
async def test_whatever_ends_a_pipe_leaves_the_session_to_be_resumed(tmp_path: Path, signal_like: str) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    written: list[str] = []
    front = Written(Typed("Talk"), written.append, patient=False)
    async with shell_on(front, tmp_path, speaker(), model=model) as opened:
        await until(written, "session s1")
        if signal_like == "cancel":
            opened.shell.cancel()
        else:
            opened.shell.leave(ExitCode.INTERRUPTED)
        assert await opened.code() is ExitCode.INTERRUPTED
    code, after = await piped(tmp_path, speaker(), "/agents", wanted=Reopen("s1"))
    assert code is ExitCode.DONE
    assert "  heard: say: Talk" in after
