"""Session names come from ideas and are safe as file names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import UsageError
from agentsh.store.names import LONGEST, checked_name, slug


@pytest.mark.parametrize(
    ("idea", "name"),
    [
        ("Write a cli snake game", "write-a-cli-snake-game"),
        ("  Éditer un fichier, vite!  ", "editer-un-fichier-vite"),
        (
            "Write a tool is_palindrome(word) that says whether a word is one",
            "write-a-tool-is-palindrome-word-that-says",
        ),
        ("写一个贪吃蛇游戏", "写一个贪吃蛇游戏"),
        ("写一个 snake 游戏", "snake"),
        ("Напиши игру «Змейка»", "напиши-игру-змейка"),
        ("साँप का खेल", "साँप-का-खेल"),
        ("🐍🐍🐍", "session"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "session"),
        ("x" * 500, "x" * (LONGEST - 4)),
        ("", "session"),
    ],
)
def test_an_idea_becomes_a_name(idea: str, name: str) -> None:
    assert slug(idea) == name


@given(st.text(st.characters(exclude_categories=())))
def test_the_name_of_any_idea_is_short_and_can_be_used(idea: str) -> None:
    name = slug(idea)
    assert 0 < len(name) <= LONGEST - 4
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0", "-rf", ".hidden", "a\nb", "x" * 201]
)
def test_what_would_be_another_path_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="cannot name a session"):
        checked_name(name)
