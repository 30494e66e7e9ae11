"""`agentsh init`: a project folder that works at once."""

from tests.cli.process import Shell


def test_a_project_has_its_places_and_is_found_from_below(shell: Shell) -> None:
    project = shell.root / "project"
    ended = shell.run("init", str(project))
    assert ended.code == 0
    assert str(project / "agentsh.toml") in ended.out
    for name in ("agentsh.toml", "prompts", "plugins", "sessions"):
        assert (project / name).exists()


def test_a_project_is_not_made_twice(shell: Shell) -> None:
    shell.run("init", str(shell.root / "project"))
    ended = shell.run("init", str(shell.root / "project"))
    assert ended.code == 2
    assert "agentsh.toml" in ended.err
