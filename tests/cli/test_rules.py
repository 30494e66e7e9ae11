"""`agentsh rules`: what holds is listed, rules are added, and what would be decided is told; nothing is run."""

import json
from pathlib import Path

import pytest

from tests.cli.process import Shell
from tests.plugins.conftest import Here


@pytest.fixture
def here(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Here:
    """The command line in this process."""
    shell = Here(tmp_path, capsys)
    for name, value in shell.environ().items():
        monkeypatch.setenv(name, value)
    return shell


def test_rules_are_added_listed_and_tried(shell: Shell) -> None:
    shell.home.mkdir(parents=True)
    (shell.home / "agentsh.toml").write_text('# kept\n[run]\napprove = "session"\n')
    assert shell.run("rules", "add", "deny", "read .env").code == 0
    assert shell.run("rules", "add", "allow", "run make *", "--workspace", str(shell.root)).code == 0
    assert (shell.home / "agentsh.toml").read_text().startswith("# kept\n")
    listed = json.loads(shell.run("rules", "--json").out)
    assert listed["approve"] == "session"
    assert listed["rules"] == [
        {
            "number": 1,
            "decision": "deny",
            "rule": "read .env",
            "kind": "read",
            "pattern": ".env",
            "workspace": None,
            "holds": True,
        },
        {
            "number": 2,
            "decision": "allow",
            "rule": "run make *",
            "kind": "run",
            "pattern": "make *",
            "workspace": str(shell.root.resolve()),
            "holds": True,
        },
    ]
    assert json.loads(shell.run("rules", "list", "--json").out) == listed
    assert "deny   read .env   everywhere" in shell.run("rules").out
    assert shell.run("rules", "try", "a/.env", "--kind", "read").out == "deny: the rule deny 'read .env'\n"
    tried = json.loads(shell.run("rules", "try", "make x; rm -rf y", "--json").out)
    assert tried["decision"] == "ask"


def test_rules_are_removed_by_number_or_by_what_they_say(here: Here) -> None:
    here.home.mkdir(parents=True)
    settings = here.home / "agentsh.toml"
    before = '# kept\n[rules]\ndeny = ["read .env", "net"]  # both\nallow = ["run make *", "net *"]\n'
    settings.write_text(before)
    unsure = here.run("rules", "remove", "net *")
    assert (unsure.code, "number: 2, 4" in unsure.err) == (2, True)
    assert here.run("rules", "remove", "7").code == 2
    assert settings.read_text() == before
    removed = json.loads(here.run("rules", "remove", "4", "--json").out)["removed"]
    assert (removed["decision"], removed["rule"]) == ("allow", "net *")
    assert here.run("rules", "remove", "deny net *").err.endswith("deny 'net *'\n")
    assert here.run("rules", "remove", "read .env").code == 0
    assert settings.read_text() == '# kept\n[rules]\ndeny = []  # both\nallow = ["run make *"]\n'
    kept = json.loads(here.run("rules", "--json", environ={}).out)["rules"]
    assert [row["rule"] for row in kept] == ["run make *"]


def test_without_rules_the_policy_is_told(shell: Shell) -> None:
    listed = shell.run("rules")
    assert (listed.code, listed.out) == (0, "")
    assert "--approve ask holds" in listed.err


def test_what_is_no_rule_is_a_usage_error_with_an_example(shell: Shell) -> None:
    refused = shell.run("rules", "add", "allow", "python *")
    assert refused.code == 2
    assert "run python *" in refused.err
    (shell.home).mkdir(parents=True)
    (shell.home / "agentsh.toml").write_text('[rules]\ndeny = ["curl"]\n')
    wrong = shell.run("rules")
    assert wrong.code == 2
    assert "agentsh.toml:2" in wrong.err


def test_rules_go_into_the_settings_file_that_was_named(shell: Shell, tmp_path: Path) -> None:
    other = tmp_path / "other.toml"
    other.write_text("")
    assert shell.run("--config", str(other), "rules", "add", "ask", "net *").code == 0
    assert "net *" in other.read_text()
    assert not (shell.home / "agentsh.toml").exists()


def test_never_ask_is_said_on_the_command_line_only(shell: Shell) -> None:
    shell.home.mkdir(parents=True)
    (shell.home / "agentsh.toml").write_text('[run]\napprove = "never-ask"\n')
    assert shell.run("rules").code == 2
    (shell.home / "agentsh.toml").unlink()
    assert shell.run("rules", "try", "rm -rf x", "--approve", "never-ask").out.startswith("allow")
