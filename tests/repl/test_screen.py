"""The drawn line shell, key by key."""

import asyncio
from pathlib import Path

import pytest
from prompt_toolkit.input import create_pipe_input

from agentsh.commands.history import History
from agentsh.core.errors import ExitCode
from agentsh.repl import shell as lines_shell
from agentsh.repl.house import Begin, Reopen
from agentsh.repl.screen import Screen
from tests.repl.paper import CTRL_C, CTRL_D, CTRL_G, CTRL_J, CTRL_R, ENTER, F5, F6, F10, TAB, UP, Paper, terminal
from tests.repl.room import asker, runner, shell_on, speaker
from tests.support.stage import ModelInProcess, card


async def test_enter_sends_and_the_answer_stands_above_the_prompt(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker("Hello, Boss")) as shell:
        shell.type("A dice roller", ENTER)
        await shell.sees("speaker · speak", "  Hello, Boss", "finished: the team is done")
        assert shell.opened.rooms.opened == [Begin("A dice roller")]


async def test_the_placeholder_says_what_to_do_before_there_is_a_session(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker()) as shell:
        await shell.sees("Say what is to be made", "no session")


@pytest.mark.parametrize("key", [CTRL_J, "\x1b\r"])
async def test_a_line_may_have_several(tmp_path: Path, key: str) -> None:
    async with terminal(tmp_path, speaker("word")) as shell:
        shell.type("A tool", key, "in two lines", ENTER)
        await shell.sees("finished")
        assert shell.opened.rooms.opened == [Begin("A tool\nin two lines")]


async def test_what_is_being_said_stands_above_the_prompt_and_goes_when_it_is_whole(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with terminal(tmp_path, speaker(), model=model) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("speaker │ heard:", "RUNNING")
        assert model.hold is not None
        model.hold.set()
        await shell.sees("finished", "FINISHED")
        assert not shell.opened.shell.tails.lines(80, 6)


async def test_the_bar_shows_roles_tokens_and_the_sandbox(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("finished", "15 tokens", "sandbox: bubblewrap", "speaker")


async def test_ctrl_c_clears_then_says_how_to_leave_then_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_shell, "TWICE_S", 100.0)
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("half a line")
        await shell.holds("half a line")
        shell.type(CTRL_C)
        await shell.holds("")
        shell.type(CTRL_C)
        await shell.sees("ctrl+c again leaves")
        shell.type(CTRL_C)
        assert await shell.opened.code() is ExitCode.DONE


async def test_ctrl_c_interrupts_a_generation(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with terminal(tmp_path, speaker(), model=model) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("speaker │ heard:")
        shell.type(CTRL_C)
        await shell.sees("speaker was stopped", "[k]eep")
        assert model.now == 0
        shell.type("k", ENTER)
        await shell.sees("what it had said is its answer", "finished")


async def test_ctrl_d_leaves_when_nothing_is_typed(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("x", CTRL_D)
        await shell.holds("x")
        shell.type(CTRL_C)
        await shell.holds("")
        shell.type(CTRL_D)
        assert await shell.opened.code() is ExitCode.DONE


async def test_keys_pause_step_and_go(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("finished")
        shell.type(F6)
        await shell.sees("session paused", "PAUSED")
        shell.type("More", ENTER)
        shell.type(F10)
        await shell.until(lambda: "say: More" in shell.opened.rooms.model.asked)
        assert "\n  heard: say: More" not in shell.paper.text
        shell.type(F5)
        await shell.sees("the session goes on", "\n  heard: say: More")


async def test_an_approval_is_asked_in_the_prompt_with_a_bell(tmp_path: Path) -> None:
    async with terminal(tmp_path, runner("ls a")) as shell:
        shell.type("List", ENTER)
        await shell.sees("runner wants to run code:", "ls a", "runner [y]es once", "WAITING")
        assert "\x07" in shell.paper.raw
        shell.type("y", ENTER)
        await shell.sees("run_it", "finished")


async def test_a_text_is_one_submission_of_several_lines(tmp_path: Path) -> None:
    async with terminal(tmp_path, asker()) as shell:
        shell.type("Ask", ENTER)
        await shell.sees("asker answer:")
        shell.type("one", CTRL_J, "two", ENTER)
        await shell.sees("answered: one", "  two")


async def test_words_begun_before_something_is_asked_do_not_answer_it(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    roles = [*speaker(), (card("runner", "speak"), runner("rm x")[0][1])]
    async with terminal(tmp_path, roles, model=model) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("speaker │")
        shell.type("y")
        await shell.holds("y")
        assert model.hold is not None
        model.hold.set()
        await shell.sees("runner wants to run code")
        shell.type(ENTER)
        await shell.sees("Something is asked meanwhile")
        assert not shell.opened.rooms.stage.sandbox.ran
        shell.type(CTRL_C)
        await shell.holds("")
        shell.type("n no", ENTER)
        await shell.sees("not run: no")


async def test_commands_roles_and_choices_are_completed(tmp_path: Path) -> None:
    async with terminal(tmp_path, asker(choices=("red", "blue"))) as shell:
        shell.type("Ask", ENTER)
        await shell.sees("1-2?")
        shell.type("bl", TAB)
        await shell.holds("blue")
        shell.type(CTRL_C)
        await shell.holds("")
        shell.type("/pau")
        await shell.sees("/pause")
        shell.type(TAB)
        await shell.holds("/pause")
        shell.type(" as")
        await shell.sees("asker  Asker")
        shell.type(TAB)
        await shell.holds("/pause asker")


async def test_enter_takes_a_completion_that_was_chosen_and_does_not_send(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("/qui")
        await shell.sees("/quit")
        shell.type(TAB)
        await shell.holds("/quit")
        shell.type(ENTER)
        await shell.holds("/quit")
        shell.type(ENTER)
        assert await shell.opened.code() is ExitCode.DONE


async def test_what_was_typed_is_there_the_next_time_but_no_answers(tmp_path: Path) -> None:
    async with terminal(tmp_path, runner("ls a")) as shell:
        shell.type("List it", ENTER)
        await shell.sees("[y]es once")
        shell.type("y", ENTER)
        await shell.sees("finished")
    async with terminal(tmp_path, speaker()) as shell:
        shell.type(UP)
        await shell.holds("List it")
        shell.type(CTRL_C)
        await shell.holds("")
        shell.type(CTRL_R, "Li", ENTER)
        await shell.holds("List it")


async def test_the_line_is_written_in_the_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "ed"
    editor.write_text('#!/bin/sh\nprintf "A longer idea" > "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("VISUAL", str(editor))
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("A", CTRL_G)
        await shell.holds("A longer idea")


async def test_an_editor_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nowhere/ed")
    async with terminal(tmp_path, speaker()) as shell:
        shell.type("A", CTRL_G)
        await shell.sees("'/nowhere/ed' cannot be started")


async def test_a_model_cannot_steer_the_terminal_while_it_writes_nor_when_it_has(tmp_path: Path) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07\x1b[?1049h<b>bold</b> \u202e end\nmore \x9b2J"
    hold = asyncio.Event()
    model = ModelInProcess(reply=lambda _: evil, hold=hold)
    async with terminal(tmp_path, speaker(), model=model) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("speaker │")
        hold.set()
        await shell.sees("finished", "<b>bold</b>")
        assert "\x1b]" not in shell.paper.raw
        assert "\x1b[?1049h" not in shell.paper.raw
        assert not any(character in shell.paper.raw for character in "\x9b\u202e")


async def test_a_line_of_a_megabyte_holds_nothing_up(tmp_path: Path) -> None:
    model = ModelInProcess(reply=lambda _: "x" * 1_000_000)
    async with terminal(tmp_path, speaker(), model=model) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("more characters", "finished")
        assert len(shell.paper.raw) < 200_000


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 10), (5, 20), (60, 200)])
async def test_no_size_of_a_terminal_ends_it(tmp_path: Path, rows: int, columns: int) -> None:

    with create_pipe_input() as keys:
        screen = Screen(History(tmp_path / "history"), input=keys, output=Paper(rows, columns))
        async with shell_on(screen, tmp_path, speaker()) as opened:
            keys.send_text(f"Talk{ENTER}")
            keys.send_text(f"/quit{ENTER}")
            assert await opened.code() is ExitCode.DONE


async def test_a_session_opened_again_shows_its_history_above_the_prompt(tmp_path: Path) -> None:
    async with terminal(tmp_path, speaker("the word")) as shell:
        shell.type("Talk", ENTER)
        await shell.sees("finished")
        shell.type("/quit", ENTER)
        await shell.opened.code()
    async with terminal(tmp_path, speaker("the word"), wanted=Reopen("s1")) as shell:
        await shell.sees("you", "  Talk", "speaker · speak", "  the word")
