"""ctrl+t: every place in time that one can go back to, and what becomes of choosing one."""

from agentsh.core import events as e
from agentsh.tui import time_line
from agentsh.tui.options import Options
from agentsh.tui.time_line import NEWER, OLDER, TimeLine
from tests.tui.house import SIZES, House, house
from tests.tui.lobby import StageLobby


async def _opens(app: House) -> Options:
    await app.press("ctrl+t")
    await app.until(lambda: isinstance(app.app.screen, TimeLine))
    options = app.app.screen.query_one(Options)
    await app.until(lambda: options.option_count)
    return options


async def _finishes(app: House) -> None:
    await app.listening()
    await app.press("y")
    await app.shows("FINISHED")


async def test_the_time_line_shows_messages_and_files_and_begins_at_the_newest(company: StageLobby) -> None:
    for size in SIZES:
        async with house(company, size) as app:
            if size == SIZES[0]:
                await _finishes(app)
            options = await _opens(app)
            await app.shows("Time line", "finished: the team is done", "r goes back to it")
            assert options.highlighted == options.option_count - 1
            await app.press("g")
            await app.shows("session", "write_prd", "board.py")
            await app.press("escape")
            await app.until(lambda app=app: app.app.screen is app.screen)  # type: ignore[misc]


async def test_going_back_and_forking_are_put_into_the_prompt_and_not_done(company: StageLobby) -> None:
    async with house(company) as app:
        await _finishes(app)
        for key, command, end in (("r", "rewind", ""), ("f", "fork", " ")):
            options = await _opens(app)
            await app.press("g", "j", "j")
            option = options.highlighted_option
            assert option is not None
            await app.press(key)
            await app.until(
                lambda option=option, command=command, end=end: (  # type: ignore[misc]
                    app.screen.prompt.text == f"/{command} {option.id}{end}"
                )
            )
            await app.shows(f"event {option.id}")
            app.screen.prompt.text = ""
        kinds = [recorded.event.kind for recorded in await company.opened[0].events()]
        assert not {"session.rewound", "session.forked"} & set(kinds)


def _is_said(recorded: e.Recorded) -> bool:
    return isinstance(recorded.event, e.MessagePublished) and recorded.event.message.sent_from == "product_manager"


async def test_enter_shows_a_place_as_a_whole_and_the_cursor_what_is_below_it(company: StageLobby) -> None:
    async with house(company) as app:
        await _finishes(app)
        options = await _opens(app)
        said = next(
            r for r in await company.opened[0].events() if isinstance(r.event, e.MessagePublished) and r.seq > 3
        )
        options.highlighted = options.get_option_index(str(said.seq))
        await app.shows("Play snake with the arrow keys")
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.screen)
        await app.shows("Diff", "Play snake with the arrow keys")
        assert app.screen.pane == "look"


async def test_what_is_older_is_on_a_page_before(company: StageLobby) -> None:
    before = time_line.BUS_PAGE_EVENTS
    time_line.BUS_PAGE_EVENTS = 8
    try:
        async with house(company) as app:
            await _finishes(app)
            options = await _opens(app)
            seen: list[str] = []
            while options.get_option_at_index(0).id == OLDER:
                seen[:0] = [str(option.id) for option in options.options if option.id not in (OLDER, NEWER)]
                newest = options.get_option_at_index(0)
                await app.press("g", "enter")
                await app.until(
                    lambda newest=newest: options.option_count and options.options[0] is not newest  # type: ignore[misc]
                )
            seen[:0] = [str(option.id) for option in options.options if option.id != NEWER]
            numbers = [int(seq) for seq in seen]
            assert numbers == sorted(set(numbers))
            places = [r.seq for r in await company.opened[0].events() if isinstance(r.event, time_line.PLACES)]
            assert set(numbers) <= set(places)
            assert len(numbers) >= len(places) - 1, "but for what the bus does not tell"
            options.action_last()
            for _ in range(9):
                options.action_select()  # as often as somebody hits enter before the page is there
            await app.until(lambda: options.get_option_at_index(options.option_count - 1).id != NEWER)
            assert options.get_option_at_index(0).id == OLDER
    finally:
        time_line.BUS_PAGE_EVENTS = before
