"""Law 11: model code runs only in the sandbox, and model text is only text.

The attacks, one by one, on every tier: tests/sandbox. Paths: tests/workspace/test_paths.py. Control sequences:
tests/core/test_terminal.py.
"""

import os
from pathlib import Path

import pytest

from agentsh.core.code import Command, Limits
from agentsh.core.errors import UnsafePath
from agentsh.core.events import MessagePublished
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import from_boss
from agentsh.core.terminal import one_line
from agentsh.library.templates import PromptRenderer
from agentsh.ports import Sandbox
from agentsh.sandbox import open_sandbox
from agentsh.store.journal import SqliteJournal
from agentsh.workspace.folder import FolderWorkspace, open_workspace
from tests.support.patience import HANG_S

SECRET = "AGENTSH_LAW11_SECRET"
HOSTILE = f"""\
import os, socket, sys
from pathlib import Path

def tries(name, attack):
    try:
        print(name, attack())
    except BaseException as error:
        print(name, "held", type(error).__name__)

tries("write outside", lambda: Path(sys.argv[1], "stolen").write_text("x"))
tries("read outside", lambda: Path(sys.argv[1], "private").read_text())
tries("network", lambda: socket.create_connection(("127.0.0.1", int(sys.argv[2])), 2))
tries("secret", lambda: os.environ["{SECRET}"])
tries("history", lambda: Path(".git/HEAD").write_text("ref: refs/heads/evil"))
Path("result.txt").write_text("inside is fine")
"""


@pytest.fixture
async def workspace(tmp_path: Path) -> FolderWorkspace:
    return await open_workspace(tmp_path / "workspace", own=True)


@pytest.fixture
async def sandbox(workspace: FolderWorkspace) -> Sandbox:
    sandbox = await open_sandbox(workspace.root)
    if not sandbox.status.confines:
        pytest.skip("nothing on this machine confines")
    return sandbox


async def written(workspace: FolderWorkspace, *files: tuple[str, str]) -> None:
    drafts = [FileDraft(path=path, text=text) for path, text in files]
    await workspace.write(drafts, ChangeNote(role=RoleName("engineer"), reaction=None, summary="write"))


async def test_hostile_code_reaches_nothing_but_the_workspace(
    workspace: FolderWorkspace, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv(SECRET, "hunter2")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private").write_text("private")
    await written(workspace, ("main.py", HOSTILE))
    argv = ("python3", "main.py", str(outside), str(unused_tcp_port))
    result = await sandbox.run(Command(argv=argv, limits=Limits(wall_s=HANG_S)))
    told = dict(line.rsplit(" held ", 1) for line in result.stdout.splitlines() if " held " in line)
    assert set(told) == {"write outside", "read outside", "network", "secret", "history"}, result
    assert [path.name for path in outside.iterdir()] == ["private"]
    assert (workspace.root / "result.txt").read_text() == "inside is fine"


@pytest.mark.parametrize(
    ("code", "wall_s", "ended_by"),
    [
        ("while True: pass", 2, "deadline"),
        ("while True: print('x' * 1000)", HANG_S, "output"),
        ("x = bytearray(1 << 33)", HANG_S, "itself"),
    ],
)
async def test_endless_code_is_ended(sandbox: Sandbox, code: str, wall_s: float, ended_by: str) -> None:
    limits = Limits(wall_s=wall_s, cpu_s=20, output_bytes=20_000, memory_bytes=1 << 29)
    result = await sandbox.run(Command(argv=("python3", "-c", code), limits=limits))
    assert not result.ok
    assert result.ended_by in (ended_by, "memory")
    assert len(result.stdout) <= 21_000


@pytest.mark.parametrize("path", ["../evil.py", "/etc/cron.d/evil", ".git/hooks/post-commit", "a/../../b", "~/x\0.py"])
async def test_a_path_that_a_model_names_never_leaves_the_workspace(workspace: FolderWorkspace, path: str) -> None:
    before = sorted(os.listdir(workspace.root.parent))
    with pytest.raises(UnsafePath):
        await written(workspace, ("good.py", "print(1)\n"), (path, "evil"))
    assert sorted(os.listdir(workspace.root.parent)) == before
    assert await workspace.files() == [], "nothing of it was written"


EVIL = "\x1b]0;owned\x07\x1b[2J{{ 7 * 7 }} {% include '/etc/passwd' %} [bold]'); DROP TABLE events;-- \" OR 1=1 *"


async def test_text_is_never_a_template_an_escape_or_sql(tmp_path: Path) -> None:
    assert PromptRenderer().render("{{ idea }}", {"idea": EVIL}, source="a.md") == EVIL
    assert "\x1b" not in one_line(EVIL, 200)
    assert "{{ 7 * 7 }}" in one_line(EVIL, 200)
    journal = await SqliteJournal.open(tmp_path / "s.db", create=True)
    try:
        said = MessagePublished(message=from_boss(MessageId("boss:1"), EVIL))
        await journal.append([said])
        assert [message.content for message in await journal.messages()] == [EVIL]
        assert [message.id for message in await journal.search('DROP TABLE events " OR *')] == ["boss:1"]
        assert [recorded.event for recorded in await journal.read()] == [said]
    finally:
        await journal.aclose()
