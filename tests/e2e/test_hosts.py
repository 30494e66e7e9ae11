"""Several model servers serve one team, each the models that it is for."""

from pathlib import Path

from tests.e2e import company
from tests.e2e.agent import Agent
from tests.e2e.conftest import Serve

CODER = "coder:latest"
ENGINEER = Path(__file__).parents[2] / "prompts" / "roles" / "engineer.md"


def settings(*hosts: tuple[str, str]) -> str:
    """Return an agentsh.toml with these servers, each for one model."""
    servers = "".join(f'[[model.hosts]]\nurl = "{url}"\nmodels = ["{model}"]\n' for url, model in hosts)
    return f'[model]\nmodel = "{company.MODEL}"\n{servers}'


def test_each_role_is_served_by_the_host_of_its_model(serve: Serve, tmp_path: Path) -> None:
    script = company.script(*company.rules())
    common, strong = serve(script), serve(script.replace(company.MODEL, CODER))
    agent = Agent(tmp_path / "user", common.host)
    roles = agent.shell.home / "prompts" / "roles"
    roles.mkdir(parents=True)
    engineer = ENGINEER.read_text(encoding="utf-8").replace("react: by_order", f"react: by_order\nmodel: {CODER}")
    (roles / "engineer.md").write_text(engineer, encoding="utf-8")
    (agent.shell.home / "agentsh.toml").write_text(
        settings((common.host, company.MODEL), (strong.host, CODER)), encoding="utf-8"
    )
    ended = agent.shell.run("run", company.IDEA, "--session", agent.session, "--seed", "7", "--yes")
    assert ended.code == 0, ended
    common.stop()
    strong.stop()
    assert {chat.body["model"] for chat in common.chats()} == {company.MODEL}
    assert {chat.body["model"] for chat in strong.chats()} == {CODER}
    assert len(common.chats()) + len(strong.chats()) == 14


def test_a_model_that_no_host_is_for_is_told(serve: Serve, tmp_path: Path) -> None:
    common = serve(company.script(*company.rules()))
    agent = Agent(tmp_path / "user", common.host)
    agent.shell.home.mkdir(parents=True)
    (agent.shell.home / "agentsh.toml").write_text(settings((common.host, CODER)), encoding="utf-8")
    ended = agent.shell.run("run", company.IDEA, "--seed", "7", "--yes")
    assert ended.code == 2, ended
    assert company.MODEL in ended.err
    assert "[model.hosts]" in ended.err
