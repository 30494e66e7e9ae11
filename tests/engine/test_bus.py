"""A message reaches whoever watches its cause, listens to its tag or is named: each once, and nobody else."""

from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.cards import RoleCard
from agentsh.core.ids import BOSS, USER_REQUIREMENT, ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message, from_boss
from agentsh.engine.bus import Bus

CAUSES = [ActionName(name) for name in ("write_prd", "write_design", "write_code")]
TAGS = ["urgent", "ui"]


def card(name: str, *watch: str, tags: tuple[str, ...] = (), profile: str = "Engineer") -> RoleCard:
    return RoleCard(name=RoleName(name), profile=profile, watch={ActionName(cause): () for cause in watch}, tags=tags)


def message(cause: str, send_to: tuple[str, ...] = (), tags: tuple[str, ...] = ()) -> Message:
    return Message(
        id=MessageId("ann:1:0"),
        content="…",
        cause_by=ActionName(cause),
        sent_from=RoleName("ann"),
        send_to=tuple(map(RoleName, send_to)),
        tags=tags,
        reaction=ReactionId("ann:1"),
    )


def test_two_roles_of_one_profile_are_reached_by_their_names() -> None:
    bus = Bus([card("bob", "write_prd"), card("eve", "write_prd")])
    assert bus.receivers(message("write_prd")) == ["bob", "eve"]
    assert bus.receivers(message("write_prd", send_to=("eve",))) == ["eve"]


def test_a_message_to_somebody_who_is_not_there_reaches_nobody() -> None:
    assert Bus([card("bob", "write_prd")]).receivers(message("write_prd", send_to=("zoe",))) == []


def test_the_boss_reaches_the_entry_role_when_the_team_names_one() -> None:
    cards = [card("bob", USER_REQUIREMENT), card("eve", USER_REQUIREMENT)]
    said = from_boss(MessageId("boss:1"), "build it")
    assert said.sent_from == BOSS
    assert Bus(cards).receivers(said) == ["bob", "eve"]
    assert Bus(cards, RoleName("eve")).receivers(said) == ["eve"]


cards_drawn = st.lists(
    st.builds(
        lambda n, watch, tags: (n, tuple(watch), tuple(tags)),
        st.sampled_from("abcdefgh"),
        st.sets(st.sampled_from(CAUSES)),
        st.sets(st.sampled_from(TAGS)),
    ),
    unique_by=lambda drawn: drawn[0],
)


@given(cards_drawn, st.sampled_from(CAUSES), st.sets(st.sampled_from(TAGS)))
def test_the_index_finds_exactly_whom_a_scan_would_find_in_team_order(
    drawn: list[tuple[str, tuple[str, ...], tuple[str, ...]]], cause: str, tags: set[str]
) -> None:
    bus = Bus([card(name, *watch, tags=heard) for name, watch, heard in drawn])
    expected = [name for name, watch, heard in drawn if cause in watch or tags & set(heard)]
    assert bus.receivers(message(cause, tags=tuple(sorted(tags)))) == expected
