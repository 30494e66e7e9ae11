"""The summary follows from the events and is there without reading them."""

from agentsh.core import events as e
from agentsh.core.cards import RoleCard
from agentsh.core.chat import Usage
from agentsh.core.events import Event, Recorded, Status
from agentsh.core.ids import QuestionId, ReactionId, RoleName
from agentsh.core.summary import SessionSummary, Tokens
from agentsh.store.tally import Tally
from tests.store.facts import asked, said, session_started, step_finished

QA, QUESTION, REACTION = RoleName("qa"), QuestionId("qa:1:0"), ReactionId("qa:1")


def tally(*events: Event) -> Tally:
    counted = Tally()
    for seq, event in enumerate(events, start=1):
        counted.take(Recorded(seq=seq, at=f"2026-01-01T00:00:0{seq}.000Z", event=event))
    return counted


def status(*events: Event, is_open: bool = True) -> Status:
    return tally(session_started(), *events).summary("game", 0, is_open=is_open).status


def test_everything_that_a_list_shows_is_counted() -> None:
    used = Usage(prompt_tokens=10, completion_tokens=5, model_seconds=0.5, calls=1)
    counted = tally(
        session_started("Write a game"), said("boss:1"), step_finished("qa:1", 0, usage=used), step_finished("qa:1", 1)
    )
    assert counted.summary("renamed", 4096, is_open=True) == SessionSummary(
        name="renamed",
        team="solo",
        idea="Write a game",
        status="running",
        model="m",
        provider="scripted",
        messages=1,
        steps=2,
        tokens=Tokens(prompt=10, completion=5),
        seconds=0.5,
        size_bytes=4096,
        created_at="2026-01-01T00:00:01.000Z",
        updated_at="2026-01-01T00:00:04.000Z",
        workspace="/w",
        roles=("architect",),
    )


def test_what_is_changed_on_the_way_is_shown() -> None:
    started = session_started()
    team = started.team.model_copy(update={"roles": {QA: started.team.roles[RoleName("architect")]}})
    counted = tally(started, e.TeamChanged(team=team), e.SessionResumed(reason="reopened", model="larger"))
    summary = counted.summary("game", 0, is_open=True)
    assert (summary.model, summary.roles) == ("larger", ("qa",))


def test_the_status_follows_the_events() -> None:
    finished = e.SessionFinished(status="failed", exit_code=6, summary="")
    assert status() == "running"
    assert status(e.SessionPaused()) == "paused"
    assert status(e.SessionPaused(role=QA)) == "running"
    assert status(e.SessionPaused(), e.SessionResumed(reason="go")) == "running"
    assert status(finished) == "failed"
    assert status(finished, e.SessionResumed(reason="reopened")) == "running"


def test_a_session_waits_while_a_question_is_open() -> None:
    answered = e.HumanAnswered(question=QUESTION, role=QA, answer="yes")
    approval = e.ApprovalAsked(question=QUESTION, role=QA, what="run code", detail="main.py")
    settled = e.ApprovalSettled(question=QUESTION, role=QA, what="run code", allowed=True)
    assert status(asked("qa:1:0")) == "waiting"
    assert status(asked("qa:1:0"), asked("qa:1:0"), answered) == "running"
    assert status(approval) == "waiting"
    assert status(approval, settled) == "running"
    assert status(asked("qa:1:0"), e.ReactionFailed(reaction=REACTION, role=QA, error="gone")) == "running"
    assert status(asked("qa:11:0"), e.ReactionFinished(reaction=REACTION, role=QA)) == "waiting"


def test_one_that_was_left_running_has_been_interrupted() -> None:
    assert status(is_open=False) == "interrupted"
    assert status(asked("qa:1:0"), is_open=False) == "interrupted"
    assert status(e.SessionPaused(), is_open=False) == "paused"
    assert status(e.SessionFinished(status="finished", exit_code=0, summary=""), is_open=False) == "finished"


def test_it_can_be_stored_and_counted_on() -> None:
    counted = tally(session_started("\ud800 odd"), asked("qa:1:0"))
    assert Tally.load(counted.dump()) == counted


def test_the_team_and_its_model_are_those_of_now() -> None:
    ann, zoe = RoleName("ann"), RoleName("zoe")
    summary = tally(
        session_started(),
        e.ModelChanged(model="large"),
        e.ModelChanged(model="other", role=ann),
        e.RoleHired(role=zoe, card=RoleCard(name=zoe, profile="Critic")),
    ).summary("s", 0, is_open=True)
    assert summary.model == "large"
    assert summary.roles[-1] == "zoe"


def test_who_is_let_go_waits_for_nobody() -> None:
    counted = tally(session_started(), asked(QUESTION), e.RoleFired(role=QA))
    assert counted.summary("s", 0, is_open=True).status == "running"
    assert "qa" not in counted.roles


def test_a_question_that_is_taken_back_waits_no_more() -> None:
    counted = tally(session_started(), asked(QUESTION), e.HumanWithdrawn(question=QUESTION, role=QA))
    assert counted.open_questions == []
