"""The matrix of attacks and tiers, as `make attack` prints it and docs/SANDBOX.md holds it, is what was measured."""

import os
from pathlib import Path

import pytest

from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox import open_sandbox
from agentsh.sandbox.attacks import FURTHER, SUITE
from tests.sandbox.attacks import ATTACKS
from tests.sandbox.matrix import GREED, Column, machine, section, table

NAMED = {"none": "limits only"}
"""What the page calls a tier."""
WORDS = {"stopped", "**through**", "not tried"}


def written() -> dict[str, dict[str, str]]:
    """Return the page's table: outcomes by column and attack."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section().splitlines() if line[:1] == "|"]
    heads, _, *body = rows
    return {head: {row[0]: row[at] for row in body} for at, head in enumerate(heads) if at}


def test_every_attack_is_in_the_table_once_and_has_an_outcome_on_each_tier() -> None:
    columns = written()
    assert set(columns) == {
        f"{tier}, {user}" for tier in ("bubblewrap", "landlock", "limits only") for user in ("root", "user")
    }
    for outcomes in columns.values():
        assert tuple(outcomes) == (*SUITE, *FURTHER)
        assert set(outcomes.values()) <= WORDS


def test_every_attack_can_be_tried() -> None:
    assert {*ATTACKS, *GREED, "sandbox gone"} == {*SUITE, *FURTHER}


@pytest.mark.parametrize("tier", ["bubblewrap", "landlock", "none"])
async def test_what_the_page_says_of_this_kind_of_machine_is_what_is_measured(tier: str, tmp_path: Path) -> None:
    if machine() not in section():
        pytest.skip(f"the page was written on another kind of machine than this: {machine()}")
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    try:
        status = (await open_sandbox(workspace, tier=tier)).status  # type: ignore[arg-type]
    except SandboxUnavailable as error:
        pytest.skip(str(error))
    column = f"{NAMED.get(tier, tier)}, {'root' if os.geteuid() == 0 else 'user'}"
    through = {name for name, outcome in written()[column].items() if outcome == "**through**"}
    assert through == set(status.leaks)


def test_an_attack_that_gets_through_unnamed_is_a_surprise() -> None:
    outcomes = dict.fromkeys((*SUITE, *FURTHER), "stopped") | {"tcp": "through", "udp": "through"}
    held = Column(tier="landlock", user="root", outcomes=outcomes, named=("udp",))  # type: ignore[arg-type]
    assert held.surprises == ["tcp"]
    assert held.model_copy(update={"named": ("udp", "tcp")}).surprises == []
    assert "| tcp | **through** |" in table([held])
