"""`agentsh team`: which teams there are, what one is made of, what is wrong with a user's files."""

import json
from pathlib import Path

from tests.cli.process import Shell


def test_the_shipped_teams_are_listed(shell: Shell) -> None:
    teams = json.loads(shell.run("team", "list", "--json").out)
    assert {"pair", "software-company"} <= {team["name"] for team in teams}
    assert "software-company" in shell.run("team", "list").out


def test_a_team_is_shown_with_its_files(shell: Shell) -> None:
    team = json.loads(shell.run("team", "show", "software-company", "--json").out)
    assert list(team["roles"]) == team["team"]["roles"]
    text = shell.run("team", "show", "software-company").out
    for part in ("product_manager", "architect", "project_manager", "engineer", "qa_engineer", "architect.md"):
        assert part in text


def test_a_file_nearer_by_wins_and_is_named(shell: Shell) -> None:
    shipped = json.loads(shell.run("team", "show", "software-company", "--json").out)
    file = shell.home / "prompts" / "roles" / "architect.md"
    file.parent.mkdir(parents=True)
    file.write_bytes(Path(shipped["roles"]["architect"]["source"]).read_bytes())
    shown = json.loads(shell.run("team", "show", "software-company", "--json").out)
    assert shown["roles"]["architect"]["source"] == str(file)


def test_what_ships_is_fine(shell: Shell) -> None:
    ended = shell.run("team", "check")
    assert ended.code == 0, ended.out


def test_a_broken_file_is_exit_2_with_its_line_and_the_mend(shell: Shell) -> None:
    teams = shell.home / "prompts" / "teams"
    teams.mkdir(parents=True)
    (teams / "mine.md").write_text("---\nname: mine\nroles: [enginer]\n---\nMine.\n")
    ended = shell.run("team", "check", "mine")
    assert ended.code == 2
    assert "mine.md:3" in ended.out
    assert "'engineer'" in ended.out
    findings = json.loads(shell.run("team", "check", "mine", "--json").out)["mine"]
    assert (findings[0]["line"], findings[0]["severity"]) == (3, "error")
    assert shell.run("team", "show", "mine").code == 2
