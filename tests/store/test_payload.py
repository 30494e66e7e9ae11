"""A row says an event exactly, and its checksum covers all of it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import StoreError
from agentsh.core.events import Event
from agentsh.store.payload import EventDamaged, Row, payload_of, revive, sealed, text_or_bytes
from agentsh.store.texts import may_hold_long
from tests.store.facts import events, tick

AT = "2026-01-01T00:00:00.000Z"


def row_of(event: Event) -> Row:
    return sealed(1, AT, event.kind, payload_of(event), 0)


@given(events())
def test_any_event_comes_back(event: Event) -> None:
    assert repr(revive(row_of(event), lambda value: value).event) == repr(event)


@pytest.mark.parametrize(
    "change",
    [{"seq": 2}, {"at": "2027"}, {"kind": "error"}, {"payload": "{}"}, {"packed": 1}, {"checksum": b""}],
    ids=str,
)
def test_every_column_is_under_the_checksum(change: dict[str, object]) -> None:
    changed = row_of(tick(1))._replace(**change)  # type: ignore[arg-type]
    with pytest.raises(EventDamaged) as caught:
        revive(changed, lambda value: value)
    assert caught.value.seq == changed.seq


def test_a_whole_row_of_an_unknown_shape_is_not_damage() -> None:
    row = sealed(9, AT, "tick.finished", '{"kind":"tick.finished","tick":1,"moon":"full"}', 0)
    with pytest.raises(StoreError, match="event 9"):
        revive(row, lambda value: value)


@given(st.text(st.characters(exclude_categories=())), st.text(st.characters(exclude_categories=())))
def test_two_names_are_stored_alike_only_if_they_are_alike(one: str, other: str) -> None:
    assert (text_or_bytes(one) == text_or_bytes(other)) == (one == other)


@given(events())
def test_nothing_long_is_overlooked(event: Event) -> None:
    def strings(value: object) -> list[str]:
        if isinstance(value, dict):
            return [text for item in value.values() for text in strings(item)]
        if isinstance(value, list):
            return [text for item in value for text in strings(item)]
        return [value] if isinstance(value, str) else []

    payload = payload_of(event)
    if any(len(text) >= 256 for text in strings(json.loads(payload))):
        assert may_hold_long(payload)
