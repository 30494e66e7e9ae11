"""A way of working that a plugin brings holds wherever ways of working do."""

from pathlib import Path

from tests.cli.process import Shell

PLUGIN = """
from agentsh.conductors.solo import Solo
from agentsh.plugins import ConductorKind, hookimpl

class Alone(Solo):
    pass

@hookimpl
def register_conductors():
    return [ConductorKind("alone", Alone)]
"""
FILES = {
    "teams/inner.md": "---\nname: inner\nconductor: alone\nroles: [ben]\nverify: false\n---\nIn it.\n",
    "teams/outer.md": (
        "---\nname: outer\nconductor: group\nroles: [ann]\nmembers: [ann, inner]\nteams: [inner]\n"
        "speaker: round_robin\nend: {turns: 2}\nverify: false\n---\nOut.\n"
    ),
    "roles/ann.md": "---\nname: ann\nprofile: Ann\nwatch: [user_requirement]\nactions: [speak]\n---\n",
    "roles/ben.md": "---\nname: ben\nprofile: Ben\nwatch: [user_requirement]\nactions: [speak]\n---\n",
}


def test_a_plugin_s_conductor_works_within_another_team_and_in_a_fork(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    plugins = tmp_path / "xdg_config_home" / "agentsh" / "plugins"
    plugins.mkdir(parents=True)
    (plugins / "alone.py").write_text(PLUGIN)
    for name, text in FILES.items():
        path = shell.home / "prompts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = tmp_path / "says.yaml"
    script.write_text('rules:\n  - system: "You are ben"\n    reply: Ben says so.\n  - reply: Ann says so.\n')
    model = ("--provider", "scripted", "--model", str(script))
    ended = shell.run("run", "Speak", "--team", "outer", "--session", "s", *model)
    assert ended.code == 0, ended.err
    assert "Ben says so." in ended.out + ended.err
    forked = shell.run("sessions", "fork", "s", "--json")
    assert forked.code == 0, forked.err
    resumed = shell.run("resume", "s-2", "--headless")
    assert resumed.code == 0, resumed.err
