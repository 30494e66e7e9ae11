"""Laws of a goal: tasks in their order, new ones as far as there may be, and the Boss's hand on them."""

from pathlib import Path

import pytest

from agentsh.core.controls import EditTasks
from agentsh.core.errors import UsageError
from agentsh.core.model import JsonObject
from agentsh.engine.turns import Turn
from agentsh.session.tasks import tasks_edited, tasks_now
from tests.conductors.folded import Play, team

FRONT = (
    "conductor: goal\nroles: [task_maker, task_worker]\nworker: task_worker\nplanner: task_maker\nplan: make_tasks\n"
    "execute: do_task"
)


def worker(play_of: list[Play], edits: dict[str, EditTasks] | None = None):  # type: ignore[no-untyped-def]
    def says(turn: Turn) -> str | JsonObject:
        if turn.action == "make_tasks":
            return {"tasks": ["one", "two", "three"]}
        job = turn.brief.get("job")
        text = str(job["text"]) if isinstance(job, dict) else ""
        if edits and text in edits:
            play_of[0].apply(tasks_edited(play_of[0].fold.state, edits.pop(text)))
        return {"new_tasks": ["four", "ONE"]} if text == "two" else f"did {text}"

    return says


def played(folder: Path, edits: dict[str, EditTasks] | None = None, front: str = FRONT) -> Play:
    plays: list[Play] = []
    plays.append(Play(team(folder, front), worker(plays, edits)))
    return plays[0].boss("go")


def done(play: Play) -> list[str]:
    jobs = [turn.brief["job"] for turn in play.turns if turn.action == "do_task"]
    return [str(job["text"]) for job in jobs if isinstance(job, dict)]


def test_tasks_are_done_in_their_order_and_bring_new_ones_once(tmp_path: Path) -> None:
    play = played(tmp_path)
    assert done(play) == ["one", "two", "three", "four"]
    assert {task.status for task in play.fold.state.conduct.tasks} == {"done"}
    assert play.fold.state.conduct.progress == "task 4/4"


def test_roles_make_only_so_many(tmp_path: Path) -> None:
    assert done(played(tmp_path, front=f"{FRONT}\nmost: 3")) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("edit", "order"),
    [
        (EditTasks(how="add", text="mine"), ["one", "two", "three", "mine", "four"]),
        (EditTasks(how="skip", id="t2"), ["one", "three"]),
        (EditTasks(how="move", id="t3", to=1), ["one", "three", "two", "four"]),
        (EditTasks(how="edit", id="t3", text="other"), ["one", "two", "other", "four"]),
    ],
)
def test_the_boss_changes_the_list_while_it_is_worked_off(tmp_path: Path, edit: EditTasks, order: list[str]) -> None:
    assert done(played(tmp_path, {"one": edit})) == order


def test_a_task_that_is_reopened_after_the_end_is_done_again(tmp_path: Path) -> None:
    play = played(tmp_path)
    play.apply(tasks_edited(play.fold.state, EditTasks(how="reopen", id="t3")))
    assert done(play.go_on()) == ["one", "two", "three", "four", "three"]


def test_what_is_done_is_not_changed_and_what_is_not_there_is_told(tmp_path: Path) -> None:
    state = played(tmp_path).fold.state
    with pytest.raises(UsageError, match="task t1 is done"):
        tasks_edited(state, EditTasks(how="edit", id="t1", text="x"))
    with pytest.raises(UsageError, match="there is no task 'z'"):
        tasks_edited(state, EditTasks(how="skip", id="z"))
    with pytest.raises(UsageError, match="a task has to say something"):
        tasks_edited(state, EditTasks(how="add", text="  "))


def test_what_is_under_way_is_shown_so_and_stays_as_it_is(tmp_path: Path) -> None:
    seen: list[list[str]] = []
    plays: list[Play] = []

    def says(turn: Turn) -> str | JsonObject:
        if not isinstance(job := turn.brief.get("job"), dict):
            return {"tasks": ["one", "two"]}
        state = plays[0].fold.state
        seen.append([task.status for task in tasks_now(state)])
        with pytest.raises(UsageError, match=f"task {job['id']} is under way"):
            tasks_edited(state, EditTasks(how="skip", id=str(job["id"])))
        return "did it"

    plays.append(Play(team(tmp_path, FRONT), says))
    plays[0].boss("go")
    assert seen == [["doing", "open"], ["done", "doing"]]


def test_a_goal_that_is_reached_skips_the_rest(tmp_path: Path) -> None:
    def says(turn: Turn) -> JsonObject:
        return {"tasks": ["a", "b"]} if turn.action == "make_tasks" else {"done": True}

    play = Play(team(tmp_path, FRONT), says).boss("go")
    assert [task.status for task in play.fold.state.conduct.tasks] == ["done", "skipped"]


def test_another_goal_begins_when_the_first_is_done(tmp_path: Path) -> None:
    play = played(tmp_path).boss("and now that")
    assert done(play)[4:] == ["one", "two", "three", "four"]
