"""What several roles say at once, in whole lines."""

from agentsh.session.streams import Streams
from tests.cli import stories as s


def test_streams_of_several_roles_do_not_mix() -> None:
    streams = Streams()
    assert streams.lines(s.delta("a")) == []
    assert streams.lines(s.delta("b\n", s.QA)) == ["qa_engineer │ b"]
    assert streams.lines(s.delta("a\n")) == ["engineer │ aa"]


def test_a_new_step_ends_the_line_of_the_step_before() -> None:
    streams = Streams()
    streams.lines(s.delta("unfinished"))
    assert streams.lines(s.delta("next\n", ordinal=2)) == ["engineer │ unfinished", "engineer │ next"]
    assert streams.rest() == []
