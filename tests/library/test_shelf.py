"""The shelf: the first on the search path counts, and a team is read whole or told what is wrong with it."""

from pathlib import Path

import pytest

from agentsh.core.errors import FileError, UsageError
from agentsh.core.ids import ActionName, RoleName
from agentsh.library.shelf import Shelf
from tests.library.team import Files


def test_a_team_is_read_with_all_that_it_refers_to(files: Files) -> None:
    team = files.shelf().team("duo")
    assert team.team.roles == ("writer", "tester")
    assert set(team.roles) == {"writer", "tester"}
    assert set(team.actions) == {"write", "judge", "test"}
    assert team.actions[ActionName("write")].prompt == "Write {{ idea }}."
    assert team.actions[ActionName("write")].review is not None
    assert team.roles[RoleName("tester")].watch == {"write": ("test",)}
    assert team.roles[RoleName("writer")].backstory == "Has written for years."
    assert team.team.summary == "Two who write and test."


def test_everything_read_says_where_it_is_from(files: Files) -> None:
    team = files.shelf().team("duo")
    assert team.team.source == str(files.root / "teams/duo.md")
    assert team.roles[RoleName("writer")].source == str(files.root / "roles/writer.md")
    assert team.actions[ActionName("judge")].source == str(files.root / "actions/judge.md")


def test_the_earlier_folder_wins_file_by_file(files: Files, tmp_path: Path) -> None:
    mine = Files(tmp_path / "mine")
    mine.write("actions/write.md", "name: write\ndoes: write_files", "Write it my way.")
    team = Shelf([mine.root, files.root]).team("duo")
    assert team.actions[ActionName("write")].source == str(mine.root / "actions/write.md")
    assert team.actions[ActionName("test")].source == str(files.root / "actions/test.md")


def test_two_roles_of_one_profile_live_side_by_side(files: Files) -> None:
    files.edit("teams/duo.md", "roles: [writer, tester]", "roles: [writer as anna, writer as ben, tester]")
    files.edit("actions/test.md", "on_fail: [writer]", "on_fail: [anna]")
    team = files.shelf().team("duo")
    assert list(team.roles) == ["anna", "ben", "tester"]
    assert [team.roles[RoleName(name)].name for name in ("anna", "ben")] == ["anna", "ben"]
    assert team.roles[RoleName("anna")].source == team.roles[RoleName("ben")].source


@pytest.mark.parametrize(
    "written", ["verify: python main.py --check", "verify: true\nverify_command: python main.py --check"]
)
def test_the_teams_own_command_verifies(files: Files, written: str) -> None:
    files.edit("teams/duo.md", "verify: true", written)
    team = files.shelf().team("duo").team
    assert (team.verify, team.verify_command) == (True, "python main.py --check")


@pytest.mark.parametrize("name", ["dou", "../teams/duo", "Duo", "", "a" * 500, "du\0o"])
def test_an_unknown_team_names_the_nearest(files: Files, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        files.shelf().team(name)
    assert "duo" in caught.value.hint


def test_roles_and_actions_are_found_by_name(files: Files) -> None:
    assert files.shelf().role("tester").goal == "no faults"
    assert files.shelf().action("judge").output is not None
    with pytest.raises(UsageError, match="there is no role 'tster'"):
        files.shelf().role("tster")


def test_a_broken_team_is_listed_with_its_problem(files: Files) -> None:
    files.write("teams/broken.md", "name: broken\nroles: [writer]\nbudgett: 1")
    files.write("teams/Not A Name.md", "name: x")
    broken, duo = files.shelf().list_teams()
    assert (duo.name, duo.roles, duo.problem) == ("duo", ("writer", "tester"), "")
    assert (broken.name, "broken.md:4: unknown key 'budgett'" in broken.problem) == ("broken", True)


def test_a_missing_folder_is_an_empty_one(tmp_path: Path) -> None:
    assert Shelf([tmp_path / "none"]).list_teams() == []


def test_a_broken_file_stops_the_team_with_one_clear_error(files: Files) -> None:
    files.edit("roles/tester.md", "goal: no faults", "gaol: no faults")
    with pytest.raises(FileError) as caught:
        files.shelf().team("duo")
    assert str(caught.value) == f"{files.root}/roles/tester.md:4: unknown key 'gaol'"
    assert caught.value.hint == "Did you mean 'goal'?"


def test_a_check_finds_what_is_wrong_in_every_file(files: Files) -> None:
    files.edit("roles/tester.md", "goal: no faults", "gaol: no faults")
    files.edit("roles/writer.md", "actions: [write]", "actions: [write, wriet]")
    found = [(Path(finding.path).name, finding.line) for finding in files.shelf().check_team("duo")]
    assert found == [("tester.md", 4), ("writer.md", 5)]


def test_a_team_that_fits_has_no_findings(files: Files) -> None:
    assert files.shelf().check_team("duo") == ()
