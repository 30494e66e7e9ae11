"""Laws of the window: a request fits by rule, oldest history first, and says what it left out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.chat import Answer, ChatMessage
from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.tokens import estimate_prompt
from agentsh.roles.excerpt import lines_of
from agentsh.roles.fit import Parts, Turn, fit
from tests.support.cards import action, boss_says, cast_role, message, role_card, summarise_prompt
from tests.support.reaction_on_script import ReactionOnScript, Said

WORDS = "one two three four five six seven eight nine ten " * 4
NOTE = action("note", "Write a note.", max_tokens=100)


def said(count: int, first: int = 1) -> list[Message]:
    return [message(f"boss:{number}", f"message {number}: {WORDS}") for number in range(first, first + count)]


async def note(past: list[Message], *answers: Said, window: int, num_ctx: int = 2048) -> ReactionOnScript:
    card = role_card("pm", "note", memory={"window": window})
    reaction = ReactionOnScript(RoleName("pm"), answers, observed=(past[-1],), past=past)
    await cast_role(card, NOTE, num_ctx=num_ctx).react(reaction)
    return reaction


async def test_everything_stands_in_a_request_while_there_is_room() -> None:
    reaction = await note(said(10), "a note", window=3)

    assert len(reaction.requests) == 1
    assert len(reaction.requests[0].messages) == 12


async def test_what_is_older_than_the_window_is_summarised_when_there_is_no_room() -> None:
    past = said(40)
    reaction = await note(past, "- the Boss counts", "a note", window=6)

    summarising, asking = reaction.requests
    assert summarising.messages[-1].content == summarise_prompt()
    assert reaction.summaries == [(past[33].id, "- the Boss counts")]
    assert asking.messages[1].content == "What happened before, in short:\n\n- the Boss counts"
    assert [m.content.split(":\n\n")[1] for m in asking.messages[2:-1]] == [m.content for m in past[34:]]


async def test_a_summary_is_used_for_the_rest_of_the_reaction() -> None:
    card = role_card("pm", "note", "again", memory={"window": 6})
    reaction = ReactionOnScript(RoleName("pm"), ["short", "one", "two"], observed=(boss_says(),), past=said(40, 2))
    await cast_role(card, NOTE, action("again"), num_ctx=2048).react(reaction)

    assert len(reaction.summaries) == 1
    assert reaction.requests[2].messages[1] == reaction.requests[1].messages[1]


@pytest.mark.parametrize("bad", ["", Answer(text="the Boss cou", reason="length")])
async def test_a_summary_that_did_not_come_is_done_without(bad: Said) -> None:
    reaction = await note(said(40), bad, "a note", window=6)

    assert reaction.summaries == []
    assert [m.content for m in reaction.published] == ["a note"]
    assert "earlier messages left out" in reaction.requests[1].messages[1].content


async def test_history_within_the_window_is_cut_oldest_first_and_that_is_said() -> None:
    past = said(40)
    reaction = await note(past, "a note", window=50)

    told = [m.content for m in reaction.requests[0].messages]
    kept = len(told) - 3
    assert told[1] == f"[… {40 - kept} earlier messages left out …]"
    assert [text.split(":\n\n")[1] for text in told[2:-1]] == [m.content for m in past[40 - kept :]]


async def test_a_long_text_is_cut_in_its_middle_and_that_is_said() -> None:
    long = message("boss:1", "\n".join(f"line {number}" for number in range(2000)))
    reaction = await note([long], "a note", window=5)

    told = reaction.requests[0].messages[1].content
    assert "line 0\n" in told
    assert told.endswith("line 1999")
    assert "lines left out …]" in told


async def test_files_in_a_prompt_are_cut_and_the_prompts_own_words_are_not() -> None:
    prompt = "Files:\n{% for path, text in files.items() %}\n{{ path }}\n{{ text }}\n{% endfor %}\nMend them all."
    reaction = ReactionOnScript(RoleName("pm"), ["ok"], observed=(boss_says(),))
    reaction.files = {"big.py": "\n".join(f"x = {n}" for n in range(3000)), "small.py": "y = 1\n"}
    await cast_role(role_card("pm", "mend"), action("mend", prompt, max_tokens=100), num_ctx=1024).react(reaction)

    told = reaction.requests[0].messages[-1].content
    assert told.startswith("Files:\n")
    assert told.endswith("Mend them all.")
    assert "y = 1" in told
    assert "x = 0\n" in told
    assert "x = 2999" in told


async def test_a_prompt_that_has_no_room_even_cut_down_is_told() -> None:
    card = role_card("pm", "note", backstory=WORDS * 40)
    reaction = ReactionOnScript(RoleName("pm"), [], observed=(boss_says(),))
    with pytest.raises(UsageError, match="no room") as caught:
        await cast_role(card, NOTE, num_ctx=512).react(reaction)
    assert "num_ctx" in caught.value.hint


texts = st.text(alphabet="ab \né你", max_size=400)


@settings(max_examples=150, deadline=None)
@given(
    turns=st.lists(st.tuples(texts, st.booleans()), max_size=8),
    prompt=texts,
    after=st.lists(texts, max_size=2),
    budget=st.integers(min_value=120, max_value=1500),
)
def test_whatever_is_asked_fits_or_is_refused(
    turns: list[tuple[str, bool]], prompt: str, after: list[str], budget: int
) -> None:
    parts = Parts(
        system="You are a role.",
        prompt=lambda cap: lines_of(prompt, cap),
        turns=tuple(Turn(ChatMessage(role="user", content=text), needed=needed) for text, needed in turns),
        after=tuple(ChatMessage(role="user", content=text) for text in after),
    )
    try:
        messages = fit(parts, budget)
    except UsageError:
        assert estimate_prompt(parts.messages()) > budget
        return
    assert estimate_prompt(messages) <= budget
    assert messages[0].content == "You are a role."
    assert sum(needed for _, needed in turns) <= len(messages)
