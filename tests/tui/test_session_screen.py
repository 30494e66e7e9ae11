"""One session on screen: what is said streams, what awaits a person is docked, keys steer the team."""

import asyncio
import os
import signal

import pytest
from textual.css.query import NoMatches
from textual.events import Key

from agentsh.core import events as e
from agentsh.core.ids import RoleName, reaction_id
from agentsh.tui.agents import Agents
from agentsh.tui.approval import Approval
from agentsh.tui.cards import Draft, Said
from agentsh.tui.chat import MOST_DRAFTS, Chat
from agentsh.tui.files import Files
from agentsh.tui.prompt import PromptArea
from agentsh.tui.role_page import RolePage
from agentsh.tui.status import StatusBar
from tests.tui.house import SIZES, house
from tests.tui.lobby import StageLobby


async def test_what_a_role_says_streams_into_a_draft_and_ends_as_one_message(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        await app.until(lambda: app.screen.query(Draft))
        await app.shows("writes …", "Snake in the terminal")
        company.model.hold.set()
        await app.until(lambda: len(app.screen.query(Said)) >= 2)
        await app.until(lambda: not any(draft.role == "product_manager" for draft in app.screen.query(Draft)))
        assert app.screen.query(Said)[1].said.sent_from == "product_manager"


async def test_a_role_s_page_shows_its_steps_as_they_happen(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        await app.until(lambda: app.screen.query(Draft))
        app.app.open_role(RoleName("product_manager"))
        await app.until(lambda: isinstance(app.app.screen, RolePage) and app.app.screen.is_running)
        app.app.screen.part = "steps"
        await app.shows("under way", "reacting")
        company.model.hold.set()
        await app.until(lambda: "done" in app.text and "idle" in app.text and "under way" not in app.text)


async def test_a_slash_begins_a_command_from_any_pane_but_the_bus(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        await app.until(lambda: app.screen.query(Draft))
        app.screen.action_pane("agents")
        await app.press("slash")
        await app.until(lambda: app.screen.prompt.text == "/" and app.screen.focused is app.screen.prompt.area)
        app.screen.action_pane("bus")
        await app.press("slash")
        await app.until(lambda: app.screen.bus.has_class("-filtering"))
        assert app.screen.prompt.text == "/"
        company.model.hold.set()


async def test_of_a_thousand_generations_under_way_only_a_few_are_shown(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        chat = app.screen.query_one(Chat)
        roles = [RoleName(f"person_{number}") for number in range(1000)]
        for text in ("I think", " of much"):
            await chat.add(
                [e.Delta(role=role, reaction=reaction_id(role, 1), ordinal=0, kind="text", text=text) for role in roles]
            )
        assert 0 < len(chat.query(Draft)) <= MOST_DRAFTS
        company.model.hold.set()


async def test_an_approval_is_docked_above_the_prompt_and_settled_with_a_key(company: StageLobby) -> None:
    async with house(company) as app:
        panel = await app.listening()
        assert isinstance(panel, Approval)
        assert panel.region.bottom <= app.screen.prompt.area.region.y
        assert "python snake/main.py" in app.text
        await app.press("y")
        await app.shows("may run code (once)", "FINISHED")
        assert company.opened[0].sandbox.ran
        assert not app.screen.query(Approval)


async def test_a_key_of_the_first_half_second_decides_nothing(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        app.panel.add_class("-deaf")  # as if it had come into sight at this moment, however slow the machine is
        await app.press("y")
        assert company.opened[0].session.view().questions, "it was settled by a key that was meant for something else"
        assert app.screen.query(Approval)


async def test_a_denial_reaches_the_role_with_its_reason(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        await app.press("n")
        await app.press(*"no network", "enter")
        await app.shows("may not run code: no network")
        settled = [r.event for r in await company.opened[0].events() if isinstance(r.event, e.ApprovalSettled)]
        assert [(one.allowed, one.why) for one in settled] == [(False, "no network")]


async def test_what_is_settled_elsewhere_goes_away(company: StageLobby) -> None:
    async with house(company) as app:
        panel = await app.listening()
        from agentsh.core.controls import Settle

        await company.opened[0].session.send(Settle(question=panel.asked.question, allowed=True))
        await app.until(lambda: not app.screen.query(Approval))
        await app.shows("FINISHED")


async def test_a_long_approval_keeps_its_buttons_and_leaves_half_of_the_screen(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company, (80, 24)) as app:
        await app.until(lambda: company.opened)
        people = company.opened[0].desk.people
        asking = asyncio.create_task(
            people.permit("boss:x:1", RoleName("boss"), "run a thing", "line\n" * 500, confined=False)  # type: ignore[arg-type]
        )
        await app.shows("wants to run a thing", "y once", "n deny")
        await app.listening()
        assert app.panel.region.height <= 12
        assert app.widget("#chat").region.height >= 5
        asking.cancel()


async def test_typing_while_an_approval_appears_is_not_taken_for_an_answer(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        await app.until(lambda: app.screen.query(Draft))
        await app.press(*"may")
        company.model.hold.set()
        await app.listening()
        await app.press(*"be y")
        assert app.screen.prompt.text == "maybe y"
        assert company.opened[0].session.view().questions


async def test_another_letter_at_an_approval_goes_on_in_the_prompt(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        await app.until(lambda: isinstance(app.app.focused, Approval))
        await app.press("w")
        assert app.screen.prompt.text == "w"
        assert isinstance(app.app.focused, PromptArea)


async def test_f6_pauses_f10_steps_once_and_f5_goes_on(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        await app.until(lambda: app.screen.query(Draft))
        await app.press("f6")
        await app.shows("PAUSED", "F5 go")
        company.model.hold.set()
        session = company.opened[0].session
        await app.until(lambda: session.view().steps == 1)
        for steps in (2, 3):
            await app.press("f10")
            await app.until(lambda steps=steps: session.view().steps + session.view().messages >= steps)  # type: ignore[misc]
        assert session.view().status == "paused"
        await app.press("f5")
        await app.listening()


async def test_escape_interrupts_and_the_person_decides_on_the_partial_text(company: StageLobby) -> None:
    company.model.hold = asyncio.Event()
    async with house(company) as app:
        await app.until(lambda: company.opened and company.opened[0].session.generating())
        await app.shows("Snake in the terminal")
        await app.press("escape")
        await app.shows("was interrupted", "k keep", "d drop")
        await app.listening()
        company.model.hold.set()
        await app.press("k")
        await app.until(lambda: company.opened[0].session.view().messages >= 2)


async def test_what_one_types_is_said_and_remembered(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        await app.type("Make the board larger")
        await app.shows("Make the board larger")
        await app.until(lambda: any("larger" in said.said.content for said in app.screen.query(Said)))
        await app.press("up")
        assert app.screen.prompt.text == "Make the board larger"
        assert "Make the board larger" in company.history.load()


async def test_several_lines_are_one_message(company: StageLobby) -> None:
    async with house(company) as app:
        app.screen.prompt.area.focus()
        await app.press(*"one", "ctrl+j", *"two", "enter")
        await app.until(lambda: any(said.said.content == "one\ntwo" for said in app.screen.query(Said)))


async def test_commands_are_completed_while_they_are_typed(company: StageLobby) -> None:
    async with house(company) as app:
        app.screen.prompt.area.focus()
        await app.press(*"/pa")
        await app.until(lambda: app.screen.prompt.completing)
        await app.shows("/pause")
        await app.press("tab")
        assert app.screen.prompt.text == "/pause "
        await app.press(*"#arch")
        await app.shows("#architect")
        await app.press("tab", "enter")
        await app.until(lambda: company.opened[0].session.view().role(RoleName("architect")).paused)  # type: ignore[union-attr]


async def test_a_mistyped_command_names_the_nearest(company: StageLobby) -> None:
    async with house(company) as app:
        await app.type("/pasue")
        await app.shows("there is no command /pasue", "/pause")


async def test_agents_say_what_they_do_and_files_what_changed(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        agents = app.screen.query_one(Agents)
        assert [option.prompt.plain.split()[1] for option in agents.options] == [  # type: ignore[union-attr]
            "product_manager",
            "architect",
            "engineer",
            "qa_engineer",
        ]
        await app.shows("? engineer", "waiting", "write_code", "ctx")
        await app.until(lambda: "board.py" in app.text and "main.py" in app.text)
        assert app.screen.query_one(Files).root.children


async def test_enter_on_a_file_previews_it_and_escape_leads_back(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        await app.until(lambda: "README.md" in app.text)
        app.screen.query_one(Files).focus()
        await app.press("g", "enter")
        await app.shows("Snake")
        await app.until(lambda: app.screen.pane == "look")
        await app.press("escape")
        assert app.screen.pane == "chat"


async def test_a_role_has_its_own_page(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        app.screen.query_one(Agents).focus()
        await app.press("g", "j", "enter")
        await app.shows("architect", "ctx", "engineer waits for you", "messages it sees", "Snake in the terminal")
        await app.press("tab", "tab", "tab")
        await app.until(lambda: "tokens" in app.text)
        await app.press("tab")
        await app.shows("steps, newest first", "write_design")
        await app.press("b")
        await app.until(lambda: company.opened[0].session.view().role(RoleName("architect")).human)  # type: ignore[union-attr]
        await app.press("escape")
        assert app.app.screen is app.screen


async def test_the_header_says_what_the_session_has_used(company: StageLobby) -> None:
    async with house(company, (200, 60)) as app:
        await app.listening()
        bar = app.screen.query_one(StatusBar)
        shown = bar.render().plain
        assert "stage" in shown
        assert "tiny@here" in shown
        assert "tokens" in shown
        assert "WAITING" in shown
        assert "sandbox: on paper" in shown


@pytest.mark.parametrize("size", SIZES)
async def test_quitting_leaves_a_session_that_opens_with_its_history(
    company: StageLobby, size: tuple[int, int]
) -> None:
    async with house(company, size) as app:
        await app.listening()
        await app.press("ctrl+q")
        await app.until(lambda: not app.app.is_running)
    async with house(company, size) as app:
        await app.listening()
        await app.until(lambda: len(app.screen.query(Said)) >= 3)
        await app.press("y")
        await app.shows("FINISHED")


async def test_a_message_is_copied_opened_and_explained(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        await app.until(lambda: len(app.screen.query(Said)) >= 3)
        app.screen.chat.focus()
        await app.press("left_square_bracket")
        await app.until(lambda: isinstance(app.app.focused, Said))
        await app.press("c")
        focused = app.app.focused
        assert isinstance(focused, Said)
        assert app.app.clipboard == focused.said.content
        await app.press("enter")
        await app.until(lambda: app.screen.pane == "look")
        await app.press("escape")
        focused.focus()
        await app.press("y")
        await app.shows("boss")


async def test_a_failure_of_the_model_is_said_in_place_and_tried_again(company: StageLobby) -> None:
    from agentsh.core.chat import Failed

    lost = Failed(failure="refused", retryable=True, message="nobody answers at here", hint="start it: ollama serve")
    company.model.reply = lambda request: lost
    async with house(company) as app:
        await app.shows("failed", "nobody answers at here", "r try again")
        await app.listening()
        company.model.reply = lambda request: request.messages[-1].content
        await app.press("r")
        await app.shows("wants to run code")


async def test_a_missing_model_is_pulled_from_inside(company: StageLobby) -> None:
    from agentsh.core.chat import Failed

    company.model.reply = lambda request: Failed(failure="missing", retryable=False, message="gone")
    async with house(company) as app:
        await app.shows("is not on here", "p pull the model")
        await app.listening()
        company.model.reply = lambda request: request.messages[-1].content
        await app.press("p")
        await app.shows("wants to run code")
        assert company.pulled == ["tiny"]


async def test_told_to_leave_it_goes_without_what_is_still_to_be_typed(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        area = app.screen.prompt.area
        area.focus()
        await app.pilot.pause()
        for _ in range(2_000):
            app.app.post_message(Key("x", "x"))
        os.kill(os.getpid(), signal.SIGTERM)
        await app.until(lambda: not app.app.is_running or app.app.return_code is not None)
        assert len(area.text) < 2_000


async def test_a_file_is_shown_whatever_its_name_is_made_of(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        name = 'it\'s a "b" \\ c.txt'
        company.opened[0].workspace.texts[name] = "inside of it"
        app.screen.helm.open_file(name)
        await app.shows("inside of it")


async def test_what_the_bus_is_filtered_by_is_cleaned(company: StageLobby) -> None:
    async with house(company, (200, 60)) as app:
        app.screen.bus.keep_only("pr\x1b[31md")
        await app.shows("filter: pr")
        assert "\x1b" not in app.text


async def test_a_notice_is_shown_once_however_often_the_session_is_opened(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        chat, seq = app.screen.chat, company.opened[0].session.view().seq
        notices = [e.Noticed(message=text, hint="") for text in ("one thing", "one thing", "another thing")]
        await chat.add([e.Recorded(seq + at, "2026-01-01T00:00:00.000Z", event) for at, event in enumerate(notices, 1)])
        await app.shows("another thing")
        assert app.text.count("one thing") == 1


async def test_words_typed_at_once_at_an_approval_go_to_the_prompt_as_a_whole(company: StageLobby) -> None:
    async with house(company) as app:
        panel = await app.listening()
        await app.until(lambda: app.app.focused is panel)
        for char in "/be engineer yes":
            panel.post_message(Key("slash" if char == "/" else "space" if char == " " else char, char))
        await app.until(lambda: app.screen.prompt.text == "/be engineer yes")
        assert company.opened[0].session.view().questions
        assert not panel.has_class("-denying")


async def test_keys_are_rebound_by_their_names_and_a_name_that_there_is_not_is_told(company: StageLobby) -> None:
    company.keys = {"session.pause": "f7", "list.down": "n", "no.such": "f8"}
    async with house(company, (120, 40)) as app:
        await app.shows("[keys] names no key 'no.such'")
        await app.listening()
        await app.press("f6")
        await app.press("i", "x", "backspace")
        assert not company.opened[0].session.view().paused, "it means nothing any more"
        await app.press("f7")
        await app.shows("PAUSED")
        await app.press("f5")
        await app.shows("F7 pause")
        await app.press("f1")
        await app.shows("f7                   pause")


async def test_a_double_click_on_a_line_of_the_bus_shows_its_event_whole(company: StageLobby) -> None:
    async with house(company, (200, 60)) as app:
        await app.listening()
        await app.shows("write_prd: Snake in the terminal")
        lines = app.screen.bus.lines
        row = next(y for y in range(lines.log_lines.rows) if "write_prd: Snake" in lines.log_lines.text(y))
        await app.pilot.double_click(lines, (40, row - lines.scroll_offset.y))
        await app.until(lambda: "the game ends at a wall" in app.screen.look.page.plain_text)


async def test_what_is_just_being_built_when_everything_ends_is_no_crash(company: StageLobby) -> None:
    """Found by a monkey: a screen that is told of its mount after its parts were taken away."""
    async with house(company) as app:
        app.app.is_deaf = True
        app.app._handle_exception(NoMatches("No nodes match '#sessions' on Picker()"))
        assert app.app.crash is None
