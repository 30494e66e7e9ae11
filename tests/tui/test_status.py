"""The header's figures: how fast text comes is said while it comes."""

from agentsh.tui.status import Pace


def test_no_pace_is_shown_once_nothing_comes_any_more() -> None:
    pace = Pace()
    for _ in range(4):
        pace.add(400)
        pace.tick()
    assert pace.tokens_per_s > 0
    for _ in range(3):
        pace.tick()
    assert pace.tokens_per_s == 0
    assert not pace.resting, "the sparkline still shows what came"
