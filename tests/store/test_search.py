"""Messages are found by their words, whatever the words are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.messages import Message
from agentsh.store.journal import SqliteJournal
from agentsh.store.search import quoted
from tests.store.facts import said, tick


async def found(journal: SqliteJournal, text: str, limit: int = 50) -> list[str]:
    return [message.id for message in await journal.search(text, limit=limit)]


async def test_a_message_is_found_by_all_of_its_words(journal: SqliteJournal) -> None:
    await journal.append(
        [said("1", "The snake eats apples"), tick(1), said("2", "An apple a day"), said("3", "snakes")]
    )
    assert await found(journal, "SNAKE") == ["1"]
    assert await found(journal, "apple day") == ["2"]
    assert await found(journal, "apple snake") == []


async def test_new_messages_are_found_as_soon_as_they_are_acknowledged(journal: SqliteJournal) -> None:
    for number in range(5):
        await journal.append([said(str(number), f"token{number} common")])
        assert await found(journal, f"token{number}") == [str(number)]
    assert sorted(await found(journal, "common")) == ["0", "1", "2", "3", "4"]


async def test_the_best_are_returned_when_there_are_many(journal: SqliteJournal) -> None:
    await journal.append([said(str(number), "filler " * 50 + "snake") for number in range(1_200)])
    await journal.append([said("best", "snake")])
    hits = await found(journal, "snake", limit=10)
    assert len(hits) == 10
    assert hits[0] == "best"


@pytest.mark.parametrize(
    "text", ["", "  ", '"', "NOT", "a AND", "content:x", "*", "(", "^a", "a NEAR b", "-", "'; DROP"]
)
async def test_operators_are_words(journal: SqliteJournal, text: str) -> None:
    await journal.append([said("1", "nothing of the kind")])
    assert await found(journal, text) == []


async def test_words_in_any_script_and_with_odd_characters_are_found(journal: SqliteJournal) -> None:
    await journal.append([said("1", "Größe \ud800 naïve\0end"), said("2", "змея ест яблоко")])
    assert await found(journal, "grosse größe") == []
    assert await found(journal, "Grösse") == []
    assert await found(journal, "GRÖßE end") == ["1"]
    assert await found(journal, "Змея") == ["2"]


async def test_long_texts_are_searched_whole(journal: SqliteJournal) -> None:
    await journal.append([said("1", "filler " * 1_000 + "needle")])
    messages: list[Message] = await journal.search("needle")
    assert messages[0].content.endswith("needle")


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=())))
def test_a_query_is_only_ever_quoted_words(text: str) -> None:
    query = quoted(text)
    assert query.count('"') % 2 == 0
    assert "\0" not in query
    query.encode()
