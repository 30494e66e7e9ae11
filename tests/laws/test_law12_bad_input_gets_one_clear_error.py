"""Law 12: a bad file is told with its place and the mend, and what is not bad goes on working.

Through the command line, kind by kind: tests/e2e/test_wrong_files.py.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.cli.app import main
from agentsh.core.errors import FileError, SessionDamaged
from agentsh.core.events import SessionPaused
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.store.catalogue import SessionFiles, read_session
from agentsh.store.journal import SqliteJournal

GOOD = "---\nname: {name}\nroles: [{role}]\nverify: false\n---\n"
ROLE = "---\nname: {name}\nprofile: Speaker\nactions: [speak]\n---\n"
SPEAK = "---\nname: speak\ndoes: ask\n---\nSpeak.\n"


def shelf(prompts: Path) -> Shelf:
    pages = {
        "teams/good.md": GOOD.format(name="good", role="speaker"),
        "teams/bad.md": GOOD.format(name="bad", role="mumbler"),
        "teams/worse.md": "---\nname: [\n---\n",
        "roles/speaker.md": ROLE.format(name="speaker"),
        "roles/mumbler.md": ROLE.format(name="mumbler").replace("profile: Speaker", "profile: 7\nwatch: {{"),
        "actions/speak.md": SPEAK,
    }
    for name, text in pages.items():
        (prompts / name).parent.mkdir(parents=True, exist_ok=True)
        (prompts / name).write_text(text)
    return Shelf((prompts, shipped_prompts()))


def test_the_error_names_the_file_the_line_and_the_mend(tmp_path: Path) -> None:
    found = shelf(tmp_path / "prompts")
    with pytest.raises(FileError) as caught:
        found.team("bad")
    assert str(caught.value).startswith(f"{tmp_path}/prompts/roles/mumbler.md:4: ")
    assert caught.value.line == 4
    assert caught.value.hint


def test_one_bad_file_takes_nothing_else_with_it(tmp_path: Path) -> None:
    found = shelf(tmp_path / "prompts")
    assert found.team("good").roles.keys() == {"speaker"}
    listed = {entry.name: entry.problem for entry in found.list_teams()}
    assert {"good", "software-company", "pair"} <= set(listed)
    assert not listed["good"]
    assert any(problem for problem in listed.values())


async def test_one_damaged_session_takes_no_other_with_it_and_what_is_good_in_it_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "sessions"
    for name in ("good", "bad"):
        journal = await SqliteJournal.open(folder / f"{name}.db", create=True)
        await journal.append([SessionPaused(why=f"reason {number}") for number in range(20)])
        await journal.aclose()
    (folder / "ugly.db").write_text("no session at all\n" * 100)
    with closing(sqlite3.connect(folder / "bad.db")) as connection, connection:
        connection.execute("UPDATE events SET payload = replace(payload, 'why', 'how') WHERE seq = 8")
    files = SessionFiles(folder)
    assert "good" in {summary.name for summary in files.summaries()}
    assert "ugly" in files.broken
    with pytest.raises(SessionDamaged) as caught:
        read_session(folder / "bad.db")
    assert len(read_session(folder / "bad.db", limit=7)) == caught.value.last_good_seq == 7


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["runn"], "No such command 'runn'"),
        (["run"], "IDEA"),
        (["run", "x", "--max-tokens", "many"], "'many'"),
        (["sessions", "show", "nothing"], "'nothing'"),
        (["team", "show", "compani"], "'compani'"),
    ],
)
def test_a_mistyped_command_is_one_message_with_the_next_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], told: str
) -> None:
    code = main(["--home", str(tmp_path), *words])
    err = capsys.readouterr().err
    assert code == 2
    assert told in err
    assert 1 < len(err.strip().splitlines()) <= 3
