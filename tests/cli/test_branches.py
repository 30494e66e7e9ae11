"""`agentsh sessions fork` and `rewind`: what they print, and what they refuse."""

import json

from tests.cli.process import Shell


def test_a_fork_is_a_session_of_its_own(shell: Shell, recorded_session: str) -> None:
    ended = shell.run("sessions", "fork", recorded_session, "--at", "5")
    assert ended.code == 0, ended
    assert ended.out == "a-tool-2 is a-tool up to event 5. Go on with it: agentsh resume a-tool-2\n"
    shown = json.loads(shell.run("sessions", "show", "a-tool-2", "--json").out)
    assert shown["parent"] == {"session": "a-tool", "seq": 5}
    assert shown["status"] == "interrupted"
    assert shown["workspace"] == str((shell.home / "sessions" / "a-tool-2").resolve())
    assert "forked from" in shell.run("sessions", "show", "a-tool-2").out


def test_going_back_says_what_is_kept_as_what(shell: Shell, recorded_session: str) -> None:
    ended = shell.run("sessions", "rewind", recorded_session, "5")
    assert ended.code == 0, ended
    assert "a-tool stands at event 5; what came later is kept as a-tool-2." in ended.out
    listed = json.loads(shell.run("sessions", "list", "--json").out)
    assert {one["name"]: one["status"] for one in listed} == {"a-tool": "interrupted", "a-tool-2": "finished"}


def test_what_cannot_be_branched_is_refused_and_stays(shell: Shell, recorded_session: str) -> None:
    file = shell.home / "sessions" / "a-tool.db"
    before = file.read_bytes()
    for words, said in (
        (("fork", "a-tole"), "there is no session 'a-tole'"),
        (("fork", "a-tool", "--at", "99"), "has no event 99"),
        (("fork", "a-tool", "--as", "../evil"), "cannot name a session"),
        (("fork", "a-tool", "--as", "a-tool"), "there already"),
        (("rewind", "a-tool", "0"), "has no event 0"),
        (("rewind", "a-tool", "9"), "stands at event 9 already"),
    ):
        ended = shell.run("sessions", *words)
        assert ended.code == 2, ended
        assert said in ended.err
    assert file.read_bytes() == before
    assert [found.name for found in (shell.home / "sessions").iterdir()] == ["a-tool.db"]
