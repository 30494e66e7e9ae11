"""A line is meant for what was asked when it was begun."""

from agentsh.repl.inbox import Matter
from agentsh.repl.typed import Typed
from agentsh.session.form import Form, chosen


def matter(id: str) -> Matter:
    async def done(_matter: Matter, _answer: object) -> None:
        """Nothing to do."""

    return Matter(id, "qa", (), lambda: Form(chosen(["a", "b"])), done)


def test_a_line_belongs_to_what_was_asked_at_its_first_character() -> None:
    typed, first, second = Typed(), matter("1"), matter("2")
    typed.changed("y", first)
    typed.changed("ye", second)
    assert typed.about("ye", second) == "1"


def test_an_empty_line_belongs_to_what_is_asked_now() -> None:
    assert Typed().about("", matter("1")) == "1"
    assert Typed().about("", None) is None


def test_a_line_that_was_cleared_begins_anew() -> None:
    typed = Typed()
    typed.changed("y", matter("1"))
    typed.changed("", matter("1"))
    typed.changed("n", matter("2"))
    assert typed.about("n", matter("2")) == "2"


def test_words_for_the_team_are_held_back_once_when_something_came_to_be_asked() -> None:
    typed, asked = Typed(), matter("1")
    typed.changed("yes, do", None)
    assert typed.surprised("yes, do", asked)
    assert not typed.surprised("yes, do", asked)
    assert typed.about("yes, do", asked) is None


def test_a_command_is_never_held_back() -> None:
    typed = Typed()
    typed.changed("/pause", None)
    assert not typed.surprised("/pause", matter("1"))
