"""`agentsh sessions`: the keys that scripts read, and pages that people read."""

import json

from tests.cli.process import Shell

KEYS = {
    "name",
    "team",
    "idea",
    "status",
    "model",
    "provider",
    "messages",
    "steps",
    "tokens",
    "seconds",
    "size_bytes",
    "created_at",
    "updated_at",
    "workspace",
    "parent",
    "roles",
}


def test_show_has_the_contract_s_keys(shell: Shell, recorded_session: str) -> None:
    shown = json.loads(shell.run("sessions", "show", recorded_session, "--json").out)
    assert set(shown) >= KEYS
    assert shown["name"] == "a-tool"
    assert shown["status"] == "finished"
    assert shown["tokens"] == {"prompt": 1000, "completion": 50}
    assert shown["parent"] is None
    assert shown["roles"] == ["engineer", "qa_engineer"]


def test_list_has_one_summary_a_session(shell: Shell, recorded_session: str) -> None:
    (listed,) = json.loads(shell.run("sessions", "list", "--json").out)
    assert set(listed) >= KEYS
    text = shell.run("sessions", "list").out
    assert text.splitlines()[0].split() == ["NAME", "STATUS", "TEAM", "MODEL", "TOKENS", "IDEA"]
    assert "a-tool" in text


def test_no_sessions_is_an_empty_list(shell: Shell) -> None:
    assert json.loads(shell.run("sessions", "list", "--json").out) == []
    ended = shell.run("sessions", "list")
    assert (ended.code, ended.out) == (0, "")
    assert "agentsh run" in ended.err


def test_a_session_that_cannot_be_read_hides_no_other(shell: Shell, recorded_session: str) -> None:
    (shell.home / "sessions" / "broken.db").write_text("this is no session")
    ended = shell.run("sessions", "list")
    assert ended.code == 0
    assert "a-tool" in ended.out
    assert "'broken'" in ended.err
    assert shell.run("sessions", "show", "broken").code == 7


def test_show_for_people_tells_what_it_cost(shell: Shell, recorded_session: str) -> None:
    text = shell.run("sessions", "show", recorded_session).out
    assert "1,000 prompt + 50 completion" in text
    assert "1:01" in text


def test_an_export_has_every_event_a_line(shell: Shell, recorded_session: str) -> None:
    ended = shell.run("sessions", "export", recorded_session, "--format", "jsonl")
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, 10))
    assert all({"seq", "at", "kind", "session", "role"} <= set(line) for line in lines)
    assert lines[0]["kind"] == "session.started"
    assert lines[6]["message"]["content"] == "I wrote \x1b]0;evil\x07main.py."


def test_an_exported_page_is_safe_to_look_at(shell: Shell, recorded_session: str) -> None:
    ended = shell.run("sessions", "export", recorded_session)
    assert ended.out.startswith("# a-tool\n")
    assert "I wrote main.py." in ended.out
    assert "\x1b" not in ended.out


def test_looking_changes_nothing(shell: Shell, recorded_session: str) -> None:
    folder = shell.home / "sessions"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shell.run("sessions", "show", recorded_session)
    shell.run("sessions", "export", recorded_session)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
