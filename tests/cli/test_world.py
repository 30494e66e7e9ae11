"""`agentsh world`: worlds listed, checked, run, resumed and looked at, with a scripted model."""

import json
import signal
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentsh.cli.app import main
from tests.cli.process import Ended, Shell, stop
from tests.support import castle

TAKES_THE_SWORD = """\
  - system: You are aria
    match: "- take Magic Sword"
    json: {thought: "A magic sword! Perhaps take it and see.", action: take Magic Sword, words: "", expression: curious}
"""
THINKS_FOR_EVER = """\
  - system: You are aria
    delay_s: 3600
    reply: At last.
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "sword.yaml"
    path.write_text(castle.script(TAKES_THE_SWORD), encoding="utf-8")
    return str(path)


@dataclass(frozen=True)
class Here(Shell):
    """The same command line within this process: a new one takes most of a second."""

    capsys: pytest.CaptureFixture[str] | None = None

    def run(self, *arguments: str, environ: Mapping[str, str] | None = None, cwd: Path | None = None) -> Ended:
        assert self.capsys is not None
        code = main(["--home", str(self.home), *arguments])
        out, err = self.capsys.readouterr()
        return Ended(code, out, err)


@pytest.fixture
def shell(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    here = Here(tmp_path, capsys)
    for name, value in here.environ().items():
        monkeypatch.setenv(name, value)
    return here


def run(shell: Shell, script: str, *arguments: str, name: str = "magic-sword") -> Ended:
    return shell.run("world", "run", name, "--provider", "scripted", "--model", script, *arguments)


def inspected(shell: Shell, *arguments: str) -> dict[str, object]:
    ended = shell.run("world", "inspect", *arguments, "--json")
    assert ended.code == 0, ended.err
    found = json.loads(ended.out)
    assert isinstance(found, dict)
    return found


def test_the_shipped_worlds_are_listed_and_fine(shell: Shell) -> None:
    listed = {world["name"]: world for world in json.loads(shell.run("world", "list", "--json").out)}
    assert {name: world["problem"] for name, world in listed.items()} == dict.fromkeys(
        ("classroom", "magic-sword", "tavern", "town"), ""
    )
    assert (listed["town"]["agents"], listed["town"]["rooms"]) == (25, 10)
    assert "magic-sword" in shell.run("world", "list").out
    assert shell.run("world", "check").code == 0


def test_a_world_runs_to_its_last_tick_tells_what_happens_and_can_be_looked_at(shell: Shell, script: str) -> None:
    ended = run(shell, script, "--ticks", "8", "--seed", "7")
    assert ended.code == 0, ended.err
    assert "done: the world stands at tick 8" in ended.out
    assert "agentsh world inspect magic-sword" in ended.out
    for told in ("tick 1", "tick 8", "Aria: take Magic Sword", 'Aria: goal "get a powerful weapon" done'):
        assert told in ended.err
    world = inspected(shell, "magic-sword")
    assert (world["name"], world["tick"], world["seed"]) == ("magic-sword", 8, 7)
    assert [room["name"] for room in world["rooms"]] == ["Great Hall", "Courtyard", "Armoury"]  # type: ignore[attr-defined]
    aria = inspected(shell, "magic-sword", "Aria")
    assert aria["components"]["Thought"]["text"] == "I wait and see."  # type: ignore[index]
    assert len(aria["points_to"]["holds"]) == 1  # type: ignore[index]
    before = inspected(shell, "magic-sword", "Aria", "--tick", "3")
    assert before["tick"] == 3
    assert "holds" not in before["points_to"]  # type: ignore[operator]
    page = shell.run("world", "inspect", "magic-sword", "aria".title()).out
    assert "holds            -> Magic Sword" in page
    assert "Great Hall: Aria, Bran, Cora" in shell.run("world", "inspect", "magic-sword").out


def test_each_event_is_a_json_line(shell: Shell, script: str) -> None:
    ended = run(shell, script, "--ticks", "3", "--jsonl", "--session", "lines")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert {line["session"] for line in lines} == {"lines"}
    assert [line["tick"] for line in lines if line["kind"] == "tick.finished"] == [1, 2, 3]
    assert lines[-1]["kind"] == "session.finished"


def test_the_same_seed_gives_the_same_history(shell: Shell, script: str) -> None:
    for name in ("one", "two"):
        assert run(shell, script, "--ticks", "6", "--seed", "3", "--session", name).code == 0
    one, two = inspected(shell, "one"), inspected(shell, "two")
    assert one == two


def test_a_world_goes_on_after_its_last_tick_and_is_the_uninterrupted_one(shell: Shell, script: str) -> None:
    run(shell, script, "--ticks", "9", "--session", "whole")
    run(shell, script, "--ticks", "4", "--session", "parts")
    again = shell.run("resume", "parts", "--headless")
    assert (again.code, "done: the world stands at tick 4" in again.out) == (0, True)
    ended = shell.run("resume", "parts", "--headless", "--ticks", "5")
    assert ended.code == 0, ended.err
    whole, parts = inspected(shell, "whole"), inspected(shell, "parts")
    assert parts["tick"] == 9
    assert {key: whole[key] for key in whole if key != "seed"} == {key: parts[key] for key in parts if key != "seed"}
    for name in ("Aria", "Bran", "Cora"):
        assert inspected(shell, "whole", name) == inspected(shell, "parts", name)


@pytest.mark.parametrize("tick", [0, 4])
def test_a_world_is_forked_and_rewound_exactly_to_a_tick_and_lives_the_same_again(
    shell: Shell, script: str, tick: int
) -> None:
    run(shell, script, "--ticks", "8", "--session", "whole")
    then = inspected(shell, "whole", "Aria", "--tick", str(tick))
    forked = shell.run("sessions", "fork", "whole", "--tick", str(tick), "--as", "other", "--json")
    assert forked.code == 0, forked.err
    assert inspected(shell, "other")["tick"] == tick
    assert inspected(shell, "other", "Aria") == then
    assert shell.run("resume", "other", "--headless").code == 0
    for name in ("Aria", "Bran", "Cora"):
        assert inspected(shell, "other", name) == inspected(shell, "whole", name)
    back = shell.run("sessions", "rewind", "whole", "--tick", str(tick), "--json")
    kept = json.loads(back.out)["kept"]
    assert inspected(shell, "whole", "Aria") == then
    assert inspected(shell, kept)["tick"] == 8
    missing = shell.run("sessions", "fork", "whole", "--tick", "99")
    assert (missing.code, "has no tick 99" in missing.err) == (2, True)


def test_a_world_that_is_forked_or_rewound_at_any_event_goes_on_to_the_same(shell: Shell, script: str) -> None:
    run(shell, script, "--ticks", "6", "--session", "whole", "--seed", "3")
    whole = inspected(shell, "whole")
    people = [inspected(shell, "whole", name) for name in ("Aria", "Bran", "Cora")]
    last = len(shell.run("sessions", "export", "whole", "--format", "jsonl").out.splitlines())
    # Events between the last tick and the end of the session are left out: a session that ended there has ended.
    for number, seq in enumerate((last // 4, last // 2, last // 2 + 1, 3 * last // 4)):
        name = f"fork-{number}"
        assert shell.run("sessions", "fork", "whole", "--at", str(seq), "--as", name).code == 0
        ended = shell.run("resume", name, "--headless")
        assert ended.code == 0, ended.err
        assert inspected(shell, name) == whole
        assert [inspected(shell, name, one) for one in ("Aria", "Bran", "Cora")] == people
    assert shell.run("sessions", "rewind", "whole", str(last // 2)).code == 0
    assert shell.run("resume", "whole", "--headless").code == 0
    assert inspected(shell, "whole") == whole


def test_an_interrupted_world_says_how_to_go_on_and_goes_on(shell: Shell, script: str) -> None:
    Path(script).write_text(castle.script(THINKS_FOR_EVER), encoding="utf-8")
    process = shell.start(
        *("world", "run", "magic-sword", "--provider", "scripted", "--model", script),
        *("--session", "cut", "--ticks", "10", "--jsonl"),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if '"step.started"' in line and json.loads(line)["role"] == "aria":
            break
    ended = stop(process, signal.SIGINT)
    assert ended.code == 130
    assert "agentsh resume cut --headless" in ended.err
    assert inspected(shell, "cut")["tick"] in range(1, 10), "a locked world waits for the thought"
    Path(script).write_text(castle.script(), encoding="utf-8")
    done = shell.run("resume", "cut", "--headless", "--quiet")
    assert (done.code, inspected(shell, "cut")["tick"]) == (0, 10)


def test_a_budget_ends_it_with_3_and_a_breakpoint_on_a_component_pauses_it(shell: Shell, script: str) -> None:
    spent = run(shell, script, "--ticks", "9", "--max-steps", "4", "--session", "poor")
    assert spent.code == 3
    assert "max_steps" in spent.err
    paused = run(shell, script, "--ticks", "9", "--pause-at", "component:Goal.status==done", "--session", "held")
    assert paused.code == 4
    goals = [entity for entity in inspected(shell, "held")["entities"] if "Goal" in entity["kinds"]]  # type: ignore[attr-defined]
    states = [inspected(shell, "held", str(goal["id"]))["components"]["Goal"]["status"] for goal in goals]  # type: ignore[index]
    assert "done" in states


def test_a_model_that_answers_nonsense_leaves_its_agent_without_a_thought_and_the_world_ticks_on(
    shell: Shell, tmp_path: Path
) -> None:
    path = tmp_path / "mad.yaml"
    rules = TAKES_THE_SWORD + "  - {system: You are bran, reply: Gibberish.}\n"
    path.write_text(castle.script(rules), encoding="utf-8")
    ended = run(shell, str(path), "--ticks", "8")
    assert ended.code == 0, ended.err
    assert "Bran has no thought" in ended.err
    assert "Aria: take Magic Sword" in ended.err


def test_what_was_mistyped_is_2_with_the_mend(shell: Shell, script: str) -> None:
    for arguments, said in (
        (("run", "magic-swort", "--provider", "scripted", "--model", script), "Did you mean 'magic-sword'?"),
        (("run", "magic-sword", "--ticks", "0"), "--ticks"),
        (("run", "magic-sword", "--team", "pair"), "--team and --idea belong together"),
        (("run", "magic-sword", "--human", "merlin"), "aria, bran, cora"),
        (("inspect", "nothing"), "there is no session 'nothing'"),
    ):
        ended = shell.run("world", *arguments)
        assert (ended.code, said in ended.err) == (2, True), ended.err
    run(shell, script, "--ticks", "2")
    for arguments, said in (
        (("magic-sword", "Merlin"), "there is no entity 'Merlin' at tick 2"),
        (("magic-sword", "--tick", "77"), "has no tick 77"),
    ):
        ended = shell.run("world", "inspect", *arguments)
        assert (ended.code, said in ended.err) == (2, True), ended.err


def test_a_broken_file_is_exit_2_with_its_line_and_the_mend(shell: Shell) -> None:
    folder = shell.home / "prompts" / "worlds"
    folder.mkdir(parents=True)
    text = "---\nname: mine\nrooms: {Hall: {}}\nagents:\n  Ann:\n    in: Hall\n    actions: [fly]\n---\nMine.\n"
    (folder / "mine.md").write_text(text)
    ended = shell.run("world", "check", "mine")
    assert ended.code == 2
    assert "mine.md:5: there is no action 'fly'" in ended.out
    assert shell.run("world", "run", "mine").code == 2
    assert "there is no action 'fly'" in shell.run("world", "list").out
    (folder / "mine.md").write_text(text.replace("[fly]", "[wait]\n    goals: [{text: x, done_when: wishes y}]"))
    assert "mine.md:5: 'wishes y' is no condition" in shell.run("world", "check", "mine").out
    (folder / "mine.md").write_text(
        text.replace("[fly]", "[wait]").replace("{Hall: {}}", "{Hall: {manners: {order: x}}}")
    )
    assert "mine.md:3: there is no order rule 'x'" in shell.run("world", "check", "mine").out


def test_a_session_without_a_world_is_told_so(shell: Shell, recorded_session: str) -> None:
    ended = shell.run("world", "inspect", recorded_session)
    assert (ended.code, "has no world" in ended.err) == (2, True)
    assert "leave --ticks out" in shell.run("resume", recorded_session, "--headless", "--ticks", "3").err


def test_a_world_can_be_looked_at_while_it_runs(shell: Shell, script: str) -> None:
    process = shell.start(
        *("world", "run", "magic-sword", "--provider", "scripted", "--model", script),
        *("--speed", "5", "--ticks", "500", "--jsonl"),
    )
    assert process.stdout is not None
    for line in process.stdout:
        if '"tick.finished"' in line and json.loads(line)["tick"] == 2:
            break
    try:
        assert inspected(shell, "magic-sword", "--tick", "1")["tick"] == 1
    finally:
        stop(process, signal.SIGINT)
    with sqlite3.connect(shell.home / "sessions" / "magic-sword.db") as database:
        assert database.execute("pragma quick_check").fetchone() == ("ok",)
