"""Messages are found by cause, reader and time; the index says what looking at all of them would say."""

import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.errors import StoreError
from agentsh.core.events import MessagePublished
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.ports import Journal
from agentsh.store.journal import SqliteJournal
from tests.store.conftest import Opener
from tests.store.facts import said, tick


async def ids(journal: Journal, **query: object) -> list[str]:
    return [message.id for message in await journal.messages(**query)]  # type: ignore[arg-type]


async def test_a_message_is_found_by_its_id(journal: Journal) -> None:
    event = said("qa:1:2", "# Report", data={"ok": True}, cause="test", by="qa", reaction="qa:1", ordinal=2)
    await journal.append([said("boss:1"), event])
    assert await journal.message(event.message.id) == event.message
    assert await journal.message(MessageId("nobody:1")) is None


async def test_the_newer_of_two_messages_with_one_id_counts(journal: Journal) -> None:
    await journal.append([said("qa:1:2", "before"), said("qa:1:2", "after the divergence")])
    message = await journal.message(MessageId("qa:1:2"))
    assert message is not None
    assert message.content == "after the divergence"


async def test_a_role_sees_what_is_for_all_for_it_and_from_it(journal: Journal) -> None:
    await journal.append(
        [
            said("all", by="boss"),
            said("to-qa", by="boss", to=("qa",)),
            said("to-both", by="boss", to=("qa", "architect")),
            said("from-qa", by="qa", to=("engineer",)),
            said("not-for-qa", by="boss", to=("engineer",)),
        ]
    )
    assert await ids(journal, visible_to="qa") == ["all", "to-qa", "to-both", "from-qa"]
    assert await ids(journal, visible_to="engineer") == ["all", "from-qa", "not-for-qa"]
    assert await ids(journal, visible_to="stranger") == ["all"]
    assert await ids(journal) == ["all", "to-qa", "to-both", "from-qa", "not-for-qa"]


async def test_no_name_of_a_role_opens_what_is_not_for_it(journal: Journal) -> None:
    await journal.append([said("secret", by="boss", to=("qa",))])
    for name in ("*", ".", "@qa", "", "%", "qa\0"):
        assert await ids(journal, visible_to=name) == [], name


async def test_only_the_causes_asked_for(journal: Journal) -> None:
    await journal.append([said(f"{cause}{n}", cause=cause) for n in (1, 2) for cause in ("plan", "code", "test")])
    assert await ids(journal, causes=["plan", "test", "plan"]) == ["plan1", "test1", "plan2", "test2"]
    assert await ids(journal, causes=["plan", "test"], last=1) == ["test2"]
    assert await ids(journal, causes=[]) == []
    assert await ids(journal, causes=["nothing"]) == []


async def test_the_newest_few_oldest_first(journal: Journal) -> None:
    await journal.append([said(str(number), by="qa", to=("qa",) if number % 2 else ()) for number in range(20)])
    assert await ids(journal, visible_to="qa", last=4) == ["16", "17", "18", "19"]
    assert await ids(journal, last=0) == []
    assert len(await ids(journal, last=100)) == 20


async def test_as_of_shows_the_past_as_it_was(journal: Journal) -> None:
    await journal.append([said("1"), tick(1), said("3"), said("4")])
    assert await ids(journal, as_of=3) == ["1", "3"]
    assert await ids(journal, as_of=3, last=1) == ["3"]
    assert await ids(journal, as_of=0) == []


async def test_after_a_message_comes_what_was_published_later(journal: Journal) -> None:
    await journal.append([said("1"), said("2"), said("3"), said("4")])
    assert await ids(journal, after="2") == ["3", "4"]
    assert await ids(journal, after="2", as_of=3) == ["3"]
    assert await ids(journal, after="4") == []


async def test_after_a_message_that_is_not_there_is_an_error(journal: Journal) -> None:
    with pytest.raises(StoreError, match="'nobody:7'"):
        await journal.messages(after=MessageId("nobody:7"))


async def test_a_long_session_answers_as_fast_as_a_short_one(path: Path, opened: Opener) -> None:
    async def fastest_s(journal: Journal) -> float:
        times = []
        for _ in range(20):
            began = time.perf_counter()
            found = await journal.messages(visible_to=RoleName("qa"), causes=[ActionName("a3")], last=12)
            found += await journal.messages(visible_to=RoleName("qa"), last=12)
            times.append(time.perf_counter() - began)
        assert len(found) == 24
        return min(times)

    def batch(start: int, count: int) -> list[MessagePublished]:
        return [
            said(f"m:{n}", f"message {n}", cause=f"a{n % 7}", by="dev", to=("qa", "pm") if n % 3 else ())
            for n in range(start, start + count)
        ]

    journal = await opened(path)
    await journal.append(batch(0, 200))
    short_s = await fastest_s(journal)
    for start in range(200, 30_200, 5_000):
        await journal.append(batch(start, 5_000))
    # 150 times the messages; looking through them would be 150 times as slow.
    assert await fastest_s(journal) < 15 * short_s


names = st.sampled_from(["qa", "dev", "pm", "*"])
causes = st.sampled_from(["plan", "code", "ü", "\ud800"])
spoken = st.builds(said, st.uuids().map(str), by=names, cause=causes, to=st.lists(names, max_size=3).map(tuple))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(spoken, min_size=1, max_size=30),
    st.lists(
        st.fixed_dictionaries(
            {
                "causes": st.none() | st.lists(causes, max_size=3),
                "visible_to": st.none() | names,
                "after": st.none() | st.integers(0, 29),
                "as_of": st.none() | st.integers(0, 31),
                "last": st.none() | st.integers(0, 31),
            }
        ),
        min_size=10,
        max_size=20,
    ),
)
def test_the_index_says_what_looking_at_all_messages_says(
    events: list[MessagePublished], queries: list[dict[str, object]]
) -> None:
    messages = [event.message for event in events]

    async def compare(path: Path) -> None:
        journal = await SqliteJournal.open(path, create=True)
        try:
            await journal.append(events)
            for query in queries:
                if query["after"] is not None:
                    query["after"] = messages[min(int(str(query["after"])), len(messages) - 1)].id
                assert await journal.messages(**query) == looked_through(messages, **query)  # type: ignore[arg-type]
        finally:
            await journal.aclose()

    with TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder) / "any.db"))


def looked_through(
    messages: list[Message],
    causes: list[str] | None,
    visible_to: str | None,
    after: str | None,
    as_of: int | None,
    last: int | None,
) -> list[Message]:
    start = 0 if after is None else [message.id for message in messages].index(MessageId(after)) + 1
    found = [
        message
        for message in messages[start : as_of if as_of is not None else len(messages)]
        if (causes is None or message.cause_by in causes)
        and (visible_to is None or not message.send_to or visible_to in (*message.send_to, message.sent_from))
    ]
    return found if last is None else found[len(found) - min(last, len(found)) :]
