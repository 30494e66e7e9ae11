"""What opening a session takes is there before one is opened, whose newest messages are in the first picture."""

from agentsh.core import events as e
from agentsh.core.ids import ActionName, MessageId, RoleName, reaction_id
from agentsh.core.messages import Message
from agentsh.tui.asking import Asking
from agentsh.tui.cards import Draft, Said
from agentsh.tui.chat import filling
from tests.tui.house import BUILD, house
from tests.tui.lobby import StageLobby


async def test_the_rules_of_a_session_s_widgets_are_read_while_nobody_waits_for_them(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        await app.app._loaded.wait()
        await app.until(lambda: not [worker for worker in app.app.workers if worker.group == "load"])
        ahead = set(app.app.stylesheet.source)
        app.app.open(BUILD)
        await app.until(lambda: app.app.session_screen is not None and app.screen.query(Said))
        standing = {
            f"{kind.__name__}.DEFAULT_CSS"
            for widget in app.screen.walk_children()
            if not any(isinstance(above, Draft | Asking) for above in widget.ancestors)
            for kind in type(widget).__mro__
        }
        late = {kind for _, kind in set(app.app.stylesheet.source) - ahead}
        assert not late & standing, "they are read when a person already waits"


async def test_a_session_opens_with_its_newest_messages_and_fetches_the_others_behind_them(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        said = len(app.screen.query(Said))
        await app.press("y")
        await app.shows("FINISHED")
    async with house(company) as app:
        await app.until(lambda: app.app.session_screen is not None)
        assert not app.screen.query(".chat--empty"), "there is something to be seen"
        await app.until(lambda: app.screen.chat.before == 1)
        assert len(app.screen.query(Said)) >= said
        assert not app.screen.query(".chat--empty")


def test_the_newest_that_fill_the_screen_for_sure_come_first() -> None:
    page = [_said(number) for number in range(1, 31)]
    assert [recorded.seq for recorded in filling(page, 12)] == [28, 29, 30]
    assert filling(page, 1_000) == page
    assert not filling([], 12)


def _said(seq: int) -> e.Recorded:
    role = RoleName("writer")
    message = Message(
        id=MessageId(f"writer:{seq}:1"),
        content="one line",
        cause_by=ActionName("speak"),
        sent_from=role,
        reaction=reaction_id(role, seq),
        round=1,
    )
    event = e.MessagePublished(message=message, ordinal=1, request_hash="00")
    return e.Recorded(seq=seq, at="2026-01-01T00:00:00Z", event=event)
