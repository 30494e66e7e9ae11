"""What is typed is carried out, what happens is told, and what waits is asked, whatever the front."""

import asyncio
from pathlib import Path

import pytest

from agentsh.core.controls import Settle
from agentsh.core.errors import ExitCode, ModelMissing, ProviderError, StoreError
from agentsh.core.events import ApprovalSettled, HumanAnswered
from agentsh.core.ids import QuestionId
from agentsh.core.model import JsonObject
from agentsh.core.summary import SessionSummary
from agentsh.repl import shell as lines_shell
from agentsh.repl.house import Begin, Reopen
from tests.repl.room import Roles, asker, runner, seated, speaker
from tests.support.stage import ModelInProcess, asks_and_says

FORM: JsonObject = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "count": {"type": "integer"}},
    "required": ["title", "count"],
}


async def test_the_first_sentence_begins_a_session(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("Hello, Boss")) as (seat, opened):
        await seat.type("A dice roller")
        await seat.sees("speaker · speak", "Hello, Boss", "finished: the team is done")
    assert opened.rooms.opened == [Begin("A dice roller")]
    assert await opened.code() is ExitCode.DONE


async def test_what_was_typed_is_not_shown_again(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("Hello, Boss")) as (seat, _):
        await seat.type("A dice roller")
        await seat.sees("finished")
        await seat.type("With two dice")
        await seat.until(lambda: seat.text.count("Hello, Boss") == 2)
        assert "A dice roller" not in seat.text
        assert "With two dice" not in seat.text


async def test_a_word_to_one_role_reaches_it(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, opened):
        await seat.type("A tool")
        await seat.sees("finished")
        await seat.type("#speaker only you")
        await seat.until(lambda: "say: only you" in opened.rooms.model.asked)


async def test_an_unknown_command_is_told_with_the_nearest(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, _):
        await seat.type("/paus")
        assert "there is no command /paus" in seat.text
        assert "/pause [ROLE]" in seat.text


async def test_a_command_without_a_session_says_how_to_get_one(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, _):
        await seat.type("/agents")
        assert "no session is open" in seat.text
        assert "/sessions" in seat.text


async def test_help_is_there_without_a_session(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, _):
        await seat.type("/help")
        assert "/step [ROLE] [N]" in seat.text


async def test_an_approval_is_asked_and_settled_by_its_id(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls -l")) as (seat, opened):
        await seat.type("List it")
        await seat.sees("runner wants to run code:", "ls -l")
        assert seat.calls == 1
        await seat.type("y")
        await seat.sees("run_it", "  ran", "finished")
        assert not opened.shell.asking.inbox.waiting


async def test_a_refusal_reaches_the_role_with_its_reason(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("rm -r x")) as (seat, _):
        await seat.type("Clean up")
        await seat.sees("rm -r x")
        await seat.type("n not my files")
        await seat.sees("not run: not my files", "finished")


async def test_an_approval_for_the_session_is_not_asked_again(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls a", "ls b")) as (seat, _):
        await seat.type("List it")
        await seat.sees("ls a")
        await seat.type("s")
        await seat.sees("ran, ran", "finished")
        assert seat.text.count("wants to run code") == 1


async def test_a_command_is_edited_before_it_is_allowed(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls a"), editor=lambda text: text.replace("a", "b")) as (seat, opened):
        await seat.type("List it")
        await seat.sees("[e]dit" if "[e]dit" in seat.text else "ls a")
        await seat.type("e")
        await seat.sees("finished")
        assert opened.rooms.stage.sandbox.ran[0].argv == ("ls", "b")


async def test_an_edit_that_leaves_nothing_leaves_it_open(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls a"), editor=lambda _: "") as (seat, opened):
        await seat.type("List it")
        await seat.sees("ls a")
        await seat.type("e")
        await seat.sees("Nothing is changed")
        assert opened.shell.asking.inbox.front is not None
        await seat.type("y")
        await seat.sees("finished")


async def test_what_is_settled_elsewhere_is_asked_no_more(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls a")) as (seat, opened):
        await seat.type("List it")
        await seat.sees("ls a")
        front = opened.shell.asking.inbox.front
        assert front is not None
        await opened.rooms.stage.session.send(Settle(question=QuestionId(front.id), allowed=True))
        await seat.sees("runner may run code (once)", "finished")
        await opened.shell.take("y", front.id)
        assert "it was settled meanwhile" in seat.text


async def test_one_answer_never_decides_two_things(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls a", "rm b")) as (seat, opened):
        await seat.type("List it")
        await seat.sees("ls a")
        front = opened.shell.asking.inbox.front
        assert front is not None
        await asyncio.gather(opened.shell.take("y", front.id), opened.shell.take("y", front.id))
        await seat.sees("rm b", "your line went nowhere")
        assert [command.argv for command in opened.rooms.stage.sandbox.ran] == [("ls", "a")]
        await seat.type("n no")
        await seat.sees("finished")


async def test_a_form_is_filled_in_field_by_field_and_retried(tmp_path: Path) -> None:
    async with seated(tmp_path, asker(FORM)) as (seat, opened):
        await seat.type("Plan it")
        await seat.sees("You are asker:", "What now?")
        await seat.type("Snake")
        await seat.type("many")
        await seat.sees("count: Input should be a valid integer", "Once more")
        await seat.type("3")
        await seat.sees("answered: {'title': 'Snake', 'count': 3}", "finished")
        event = await opened.rooms.stage.until(lambda event: isinstance(event, HumanAnswered))
        assert isinstance(event, HumanAnswered)
        assert event.answer == {"title": "Snake", "count": 3}


async def test_a_choice_is_made_by_its_number(tmp_path: Path) -> None:
    async with seated(tmp_path, asker(choices=("red", "blue"))) as (seat, _):
        await seat.type("Choose")
        await seat.sees("1  red", "2  blue")
        await seat.type("2")
        await seat.sees("answered: blue")


async def test_an_answer_may_begin_with_a_slash_or_a_hash(tmp_path: Path) -> None:
    async with seated(tmp_path, asker()) as (seat, _):
        await seat.type("Ask")
        await seat.sees("What now?")
        await seat.type("//usr/bin\n# head")
        await seat.sees("answered: /usr/bin\n  # head")


async def test_commands_work_while_something_is_asked(tmp_path: Path) -> None:
    async with seated(tmp_path, asker()) as (seat, opened):
        await seat.type("Ask")
        await seat.sees("What now?")
        await seat.type("/agents")
        assert "waiting" in seat.text
        assert opened.shell.asking.inbox.front is not None
        await seat.type("/answer with a command")
        await seat.sees("answered: with a command")
        assert "asker answered" in seat.text


async def test_ctrl_c_puts_aside_what_is_asked_and_answer_brings_it_back(tmp_path: Path) -> None:
    async with seated(tmp_path, asker()) as (seat, opened):
        await seat.type("Ask")
        await seat.sees("What now?")
        opened.shell.cancel()
        await seat.sees("asker waits")
        assert opened.shell.asking.inbox.front is None
        await seat.type("/answer")
        await seat.until(lambda: seat.text.count("What now?") == 2)
        await seat.type("later")
        await seat.sees("answered: later")


async def test_ctrl_c_interrupts_what_is_being_said_and_what_becomes_of_it_is_asked(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with seated(tmp_path, speaker(), model=model) as (seat, opened):
        await seat.type("Talk")
        await seat.until(lambda: opened.shell.tails.lines(80, 5))
        opened.shell.cancel()
        await seat.sees("speaker was stopped, having said:", "heard:")
        assert model.hold is not None
        model.hold.set()
        await seat.type("d")
        await seat.sees("speaker · is asked again", "heard: say: Talk")


async def test_what_was_stopped_is_edited_into_the_answer(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with seated(tmp_path, speaker(), model=model, editor=lambda text: f"{text}!!") as (seat, opened):
        await seat.type("Talk")
        await seat.until(lambda: opened.shell.tails.lines(80, 5))
        await seat.type("/stop")
        await seat.sees("speaker was stopped")
        await seat.type("e")
        await seat.sees("its answer was edited", "!!", "finished")


async def test_ctrl_c_twice_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines_shell, "TWICE_S", 100.0)
    async with seated(tmp_path, speaker()) as (seat, opened):
        opened.shell.cancel()
        await seat.sees("ctrl+c again leaves")
        opened.shell.cancel()
        assert await opened.code() is ExitCode.DONE


async def test_leaving_in_mid_work_leaves_it_to_be_resumed(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with seated(tmp_path, speaker(), model=model) as (seat, opened):
        await seat.type("Talk")
        await seat.until(lambda: opened.shell.tails.lines(80, 5))
        await seat.type("/quit")
        assert await opened.code() is ExitCode.DONE
        assert opened.shell.last_session == "s1"
    async with seated(tmp_path, speaker(), wanted=Reopen("s1")) as (seat, _):
        await seat.sees("you", "Talk", "heard: say: Talk", "finished")


async def test_a_session_opens_with_the_last_page_of_its_history(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, _):
        for number in range(1, 13):
            await seat.type(f"sentence {number}.")
            await seat.until(lambda number=number: seat.text.count("finished") == number)  # type: ignore[misc]
    async with seated(tmp_path, speaker(), wanted=Reopen("s1")) as (seat, _):
        await seat.sees("… 4 earlier messages", "sentence 3.", "sentence 12.")
        assert "sentence 2." not in seat.text


async def test_another_session_takes_the_place_of_the_open_one(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("word")) as (seat, opened):
        await seat.type("First")
        await seat.sees("finished")
        await seat.type("/new Second")
        await seat.until(lambda: opened.shell.last_session == "s2")
        await seat.type("/agents")
        assert opened.rooms.opened == [Begin("First"), Begin("Second")]


async def test_a_new_session_without_an_idea_is_asked_for_one(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("word")) as (seat, opened):
        await seat.type("/new")
        front = opened.shell.asking.inbox.front
        assert front is not None
        assert front.asks is not None
        assert "what is to be made?" in front.asks.label
        await seat.type("A clock")
        await seat.sees("finished")
        assert opened.rooms.opened == [Begin("A clock")]


async def test_sessions_are_picked_by_number(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("word")) as (seat, _):
        await seat.type("First")
        await seat.sees("finished")
    known = SessionSummary(name="s1", team="t", idea="First \x1b[2J", status="finished", model="m", provider="p")
    async with seated(tmp_path, speaker("word"), sessions=[known]) as (seat, opened):
        await seat.type("/sessions")
        await seat.sees("1  s1", "finished")
        assert "\x1b" not in seat.text
        await seat.type("1")
        await seat.sees("you", "First", "word")
        assert opened.rooms.opened == [Reopen("s1")]


async def test_no_sessions_are_told(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, _):
        await seat.type("/sessions")
        assert "there is no session yet" in seat.text


async def test_a_missing_model_can_be_pulled_in_place(tmp_path: Path) -> None:
    missing = ModelMissing("qwen3:8b", "http://here")
    async with seated(tmp_path, speaker("word"), failures=[missing]) as (seat, opened):
        await seat.type("A tool")
        await seat.sees("model 'qwen3:8b' is not on http://here", "agentsh models pull qwen3:8b")
        await seat.type("p")
        await seat.sees("finished")
        assert opened.rooms.pulled == ["qwen3:8b"]
        assert opened.rooms.opened == [Begin("A tool"), Begin("A tool")]


async def test_no_server_is_told_and_tried_again_or_the_demo_model_taken(tmp_path: Path) -> None:
    gone = ProviderError("nobody answers at http://here", hint="start Ollama")
    async with seated(tmp_path, speaker("word"), failures=[gone, gone]) as (seat, opened):
        await seat.type("A tool")
        await seat.sees("nobody answers", "start Ollama")
        await seat.type("x")
        await seat.sees("'x' is none of r, d")
        await seat.type("r")
        await seat.until(lambda: seat.text.count("nobody answers") == 2)
        await seat.type("d")
        await seat.sees("finished")
        assert opened.rooms.opened[-1] == Begin("A tool", demo=True)


async def test_a_session_that_cannot_be_opened_leaves_the_shell_as_it_was(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("word"), failures=[StoreError("locked by pid 7")]) as (seat, _):
        await seat.type("A tool")
        await seat.sees("locked by pid 7")
        await seat.type("A tool")
        await seat.sees("finished")


async def test_what_is_asked_when_a_session_is_left_is_forgotten_with_it(tmp_path: Path) -> None:
    async with seated(tmp_path, asker()) as (seat, opened):
        await seat.type("Ask")
        await seat.sees("What now?")
        await seat.type("/new Another")
        await seat.until(lambda: seat.text.count("What now?") == 2)
        assert len(opened.shell.asking.inbox.waiting) == 1
        await seat.type("fine")
        await seat.sees("answered: fine")


async def test_a_question_is_asked_again_when_its_session_is_opened_again(tmp_path: Path) -> None:
    async with seated(tmp_path, asker()) as (seat, _):
        await seat.type("Ask")
        await seat.sees("What now?")
    async with seated(tmp_path, asker(), wanted=Reopen("s1")) as (seat, _):
        await seat.sees("You are asker:", "What now?")
        await seat.type("fine")
        await seat.sees("answered: fine", "finished")


async def test_pause_step_and_go_are_carried_out(tmp_path: Path) -> None:
    roles: Roles = [(speaker()[0][0], asks_and_says("speak", "one", "two"))]
    async with seated(tmp_path, roles) as (seat, opened):
        await seat.type("Talk")
        await seat.sees("finished")
        await seat.type("/break before:model")
        await seat.type("More")
        await seat.sees("paused: before:model")
        await seat.type("/step")
        await seat.until(lambda: "one: More" in opened.rooms.model.asked)
        await seat.type("/breaks clear")
        await seat.type("/go")
        await seat.sees("the session goes on", "heard: two: More")


async def test_a_role_is_taken_over_and_given_back(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("word")) as (seat, opened):
        await seat.type("Talk")
        await seat.sees("finished")
        await seat.type("/be speaker")
        await seat.sees("speaker is played by a person")
        await seat.type("/release")
        await seat.sees("speaker is played by the model")
        assert opened.shell.context.live is not None


async def test_a_copy_goes_to_the_clipboard(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("the word")) as (seat, _):
        await seat.type("Talk")
        await seat.sees("finished")
        await seat.type("/copy")
        assert seat.copied == "the word"
        assert "copied 8 characters" in seat.text


async def test_a_message_is_written_in_the_editor_and_put_into_the_prompt(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker("word"), editor=lambda text: f"{text} in the editor\n") as (seat, _):
        await seat.type("/editor written")
        assert seat.filled == "written in the editor"


async def test_keys_and_themes_are_told(tmp_path: Path) -> None:
    async with seated(tmp_path, speaker()) as (seat, _):
        await seat.type("/keys")
        await seat.type("/theme dark")
        assert "F6" in seat.text
        assert "NO_COLOR" in seat.text


async def test_what_a_model_says_cannot_steer_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07[bold]plain[/bold] <b>x</b>\u202e\x9b2J\rafter\b\b"
    async with seated(tmp_path, speaker(evil)) as (seat, _):
        await seat.type("Talk")
        await seat.sees("finished")
        assert "[bold]plain[/bold] <b>x</b>" in seat.text
        assert not any(character in seat.text for character in "\x1b\x07\x9b\r\b\u202e")


async def test_the_scope_of_an_approval_is_what_the_session_records(tmp_path: Path) -> None:
    async with seated(tmp_path, runner("ls a")) as (seat, opened):
        await seat.type("List")
        await seat.sees("ls a")
        await seat.type("s ls *")
        settled = await opened.rooms.stage.until(lambda event: isinstance(event, ApprovalSettled))
        assert isinstance(settled, ApprovalSettled)
        assert (settled.scope, settled.rule) == ("session", "ls *")


@pytest.mark.parametrize("line", ["/say ", "/to speaker", "/step many"])
async def test_a_command_without_what_it_needs_says_its_usage(tmp_path: Path, line: str) -> None:
    async with seated(tmp_path, speaker("word")) as (seat, _):
        await seat.type("Talk")
        await seat.sees("finished")
        await seat.type(line)
        assert "Type: /" in seat.text
