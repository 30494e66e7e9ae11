"""Lists to choose from: what changes below a click or a key does no harm, and everything is found by typing."""

from rich.style import Style as RichStyle
from textual.app import App, ComposeResult
from textual.content import Content
from textual.events import Click
from textual.widgets.option_list import Option

from agentsh.commands.builtin import builtin
from agentsh.tui.chooser import Chooser
from agentsh.tui.options import Options
from tests.tui.house import house
from tests.tui.lobby import StageLobby


class OneList(App[None]):
    """A list of three, and what was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[int] = []

    def compose(self) -> ComposeResult:
        yield Options([Content(f"option {number}") for number in range(3)])

    def on_option_list_option_selected(self, event: Options.OptionSelected) -> None:
        self.chosen.append(event.option_index)


async def test_a_click_on_an_option_that_is_gone_chooses_nothing() -> None:
    app = OneList()
    async with app.run_test() as pilot:
        options = app.query_one(Options)
        options.set_options([Option("the only one")])
        stale = RichStyle(meta={"option": 1})  # what the terminal still showed below the mouse
        options.post_message(Click(options, 5, 2, 0, 0, 1, False, False, False, style=stale))
        await pilot.pause()
        assert not app.chosen
        await pilot.click(Options, (5, 1))
        assert app.chosen == [0]


async def test_a_page_key_before_anything_is_laid_out_moves_nothing() -> None:
    app = OneList()
    async with app.run_test() as pilot:
        options = app.query_one(Options)
        options.display = False
        await pilot.pause()
        options.set_options([Option(str(number)) for number in range(50)])
        options.highlighted = 7
        options.action_page_up()
        options.action_page_down()
        assert options.highlighted == 7


async def test_the_palette_finds_commands_by_name_and_by_what_they_do(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        await app.press("ctrl+p")
        await app.shows("Commands", str(len(list(builtin()))))
        await app.press(*"tehme", "ctrl+u", *"theme")
        await app.shows("/theme", f"of {len(list(builtin()))}")
        await app.press(*["backspace"] * 5, *"no such thing at all")
        await app.shows("Nothing fits that.")
        await app.press("enter")
        assert isinstance(app.app.screen, Chooser)
        await app.press("escape")
        await app.until(lambda: not isinstance(app.app.screen, Chooser))


async def test_a_theme_is_chosen_by_keys_and_marked_the_next_time(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        for wanted in ("agentsh-light", "nord"):
            app.app.choose_theme(None)
            await app.shows("Themes", f"● {app.app.theme}")
            await app.press(*wanted, "enter")
            await app.until(lambda wanted=wanted: app.app.theme == wanted)  # type: ignore[misc]
            await app.until(lambda: not isinstance(app.app.screen, Chooser))


async def test_a_click_chooses_too_and_a_command_that_needs_words_is_put_into_the_prompt(company: StageLobby) -> None:
    async with house(company) as app:
        await app.press("ctrl+p", *"whisper")
        await app.shows("/whisper")
        await app.pilot.click(Options, (4, 1))
        await app.until(lambda: app.screen.prompt.text == "/whisper ")
