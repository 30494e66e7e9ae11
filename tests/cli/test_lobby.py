"""What the start page offers: the models of every host, and what was chosen the last time."""

import os
from pathlib import Path

from agentsh.cli.last_choice import LastChoice
from agentsh.cli.lobby import HomeLobby
from agentsh.core.settings import HostSettings, ModelSettings, Settings
from agentsh.library.home import find_home
from agentsh.tui.lobby import Begin
from tests.support.ollama_server import OllamaServer


def _lobby(root: Path, *urls: str) -> HomeLobby:
    hosts = tuple(HostSettings(url=url) for url in urls)
    return HomeLobby(Settings(model=ModelSettings(hosts=hosts)), find_home(root, root))


async def test_every_host_that_answers_is_asked_what_models_it_has(tmp_path: Path) -> None:
    async with (
        OllamaServer.on({"reply": "x"}, models=["a", "b"]) as one,
        OllamaServer.on({"reply": "x"}, models=["b", "c"]) as two,
    ):
        offer = await _lobby(tmp_path, one.host, "http://127.0.0.1:1", two.host).offer()
    assert [model.name for model in offer.models] == ["a", "b", "c"]
    assert offer.model == "a"
    assert one.host in offer.host
    assert two.host in offer.host
    assert not offer.problem


async def test_when_no_host_answers_that_is_told_and_nothing_is_offered(tmp_path: Path) -> None:
    offer = await _lobby(tmp_path, "http://127.0.0.1:1").offer()
    assert "Connection refused" in offer.problem
    assert (offer.models, offer.model) == ((), "")


async def test_what_was_chosen_is_offered_again_unless_it_is_gone(tmp_path: Path) -> None:
    LastChoice.of(Begin("x", team="pair", model="b")).save(tmp_path)
    async with OllamaServer.on({"reply": "x"}, models=["a", "b"]) as server:
        offer = await _lobby(tmp_path, server.host).offer()
        assert offer.last == Begin("", team="pair", model="b")
    async with OllamaServer.on({"reply": "x"}, models=["a"]) as server:
        LastChoice.of(Begin("x", team="gone", model="b")).save(tmp_path)
        offer = await _lobby(tmp_path, server.host).offer()
        assert offer.last == Begin("")


async def test_a_choice_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "start.json").write_text("{no")
    assert LastChoice.load(tmp_path) == LastChoice()
    (tmp_path / "file").write_text("")
    LastChoice(team="pair").save(tmp_path / "file")


def test_a_choice_that_a_project_leads_elsewhere_is_neither_read_nor_written_there(tmp_path: Path) -> None:
    home, outside = tmp_path / "home", tmp_path / "outside"
    home.mkdir()
    outside.write_text('{"team": "theirs"}')
    (home / "start.json").symlink_to(outside)
    assert LastChoice.load(home) == LastChoice()
    LastChoice(team="pair").save(home)
    assert outside.read_text() == '{"team": "theirs"}'
    assert LastChoice.load(home) == LastChoice(team="pair")
    (home / "start.json").unlink()
    os.mkfifo(home / "start.json")
    assert LastChoice.load(home) == LastChoice()
