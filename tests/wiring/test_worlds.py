"""How a session with a world begins, alone or beside a team."""

from pathlib import Path

import pytest

from agentsh.core.errors import FileError
from agentsh.core.events import SessionStarted
from agentsh.core.ids import RoleName, SessionName
from agentsh.core.world_options import WorldOptions
from agentsh.library.home import find_home
from agentsh.library.shelf import Shelf
from agentsh.wiring.kit import Kit
from agentsh.wiring.worlds import with_world, world_file, world_team


def facts(team: object, **more: object) -> SessionStarted:
    return SessionStarted.model_validate(
        {
            "session": SessionName("x"),
            "idea": "magic-sword",
            "team": team,
            "provider": "scripted",
            "model": "m",
            "host": "h",
            "seed": 99,
            "workspace": "/nowhere",
            **more,
        }
    )


def test_a_world_alone_says_nothing_to_its_agents_and_has_its_files_seed(tmp_path: Path) -> None:
    home = find_home(tmp_path, tmp_path)
    found = world_file(Kit(home), "magic-sword")
    team = world_team(found)
    began = with_world(facts(team), WorldOptions(world="magic-sword", idea="magic-sword"), found)
    assert (began.idea, began.seed) == ("", 7)
    assert began.world is not None
    assert (began.world.name, began.world.ticks) == ("magic-sword", 20)
    assert not team.team.verify
    assert team.team.setting == found.card.summary
    assert set(team.actions) == set(found.actions)


def test_what_was_asked_for_goes_before_what_the_file_says(tmp_path: Path) -> None:
    found = world_file(Kit(find_home(tmp_path, tmp_path)), "magic-sword")
    asked = WorldOptions(world="magic-sword", idea="magic-sword", ticks=3, ticks_per_second=2.0, seed=99)
    began = with_world(facts(world_team(found)), asked, found)
    assert began.world is not None
    assert (began.seed, began.world.ticks, began.world.ticks_per_second) == (99, 3, 2.0)


def test_a_team_and_a_world_share_a_session_and_each_has_its_roles(tmp_path: Path) -> None:
    home = find_home(tmp_path, tmp_path)
    found = world_file(Kit(home), "magic-sword")
    company = Shelf(home.shelves).team("pair")
    team = world_team(found, company)
    assert list(team.roles) == ["engineer", "qa_engineer", "aria", "bran", "cora"]
    assert team.roles[RoleName("aria")].watch.keys() == {"perceive"}
    assert team.team.verify
    asked = WorldOptions(world="magic-sword", idea="a tool", team="pair")
    assert with_world(facts(team, idea="a tool"), asked, found).idea == "a tool"


def test_an_agent_that_is_called_like_one_of_the_team_is_told(tmp_path: Path) -> None:
    home = find_home(tmp_path, tmp_path)
    (home.prompts / "worlds").mkdir(parents=True)
    text = "---\nname: office\nrooms: {Hall: {}}\nagents: {Engineer: {in: Hall}}\n---\n"
    (home.prompts / "worlds" / "office.md").write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match="the name 'engineer' is taken"):
        world_team(world_file(Kit(home), "office"), Shelf(home.shelves).team("pair"))
