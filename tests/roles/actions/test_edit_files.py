"""Changes block by block: they fit exactly or go back, and a file that was not shown is never written over."""

import pytest

from agentsh.core.errors import OutputInvalid
from agentsh.core.model import JsonObject
from tests.support.cards import action, boss_says, cast_role, message, role_card
from tests.support.reaction_on_script import ReactionOnScript

FILES = {"a.py": "a = 1\nb = 2\n", "secret.py": "s = 1\n", "other.py": "o = 1\n"}
PICKED: JsonObject = {"files": ["a.py"]}


def block(path: str, before: str, after: str) -> str:
    return f"{path}\n<<<<<<< SEARCH\n{before}=======\n{after}>>>>>>> REPLACE\n"


async def edited(*answers: str) -> ReactionOnScript:
    card = action("edit", "Change it.{% for path in files %} {{ path }}{% endfor %}", does="edit_files", files="chosen")
    reaction = ReactionOnScript(
        role=role_card("ann").name,
        answers=answers,
        observed=(boss_says("Change it"), message("bob:1:0", "These.", cause="pick", data=PICKED)),
        files=dict(FILES),
    )
    await cast_role(role_card("ann", "edit"), card).react(reaction)
    return reaction


async def test_only_chosen_files_are_shown_and_only_named_lines_change() -> None:
    done = await edited(block("a.py", "b = 2\n", "b = 3\n"))
    assert done.requests[0].messages[-1].content == "Change it. a.py"
    assert done.files == FILES | {"a.py": "a = 1\nb = 3\n"}
    assert done.writes == [("edit: a.py", ("a.py",))]


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ("I would change a.py.", "There is no change in it"),
        (block("a.py", "b = 9\n", "b = 3\n"), "change 1 does not fit"),
        (block("../a.py", "", "b = 3\n"), "is no path inside the project"),
        (block("a.py", "", "b = 3\n"), "names no lines to be replaced"),
        (block("gone.py", "b = 9\n", "b = 3\n"), "gone.py is not there"),
    ],
)
async def test_what_does_not_fit_goes_back_with_the_reason(wrong: str, complaint: str) -> None:
    done = await edited(wrong, block("a.py", "b = 2\n", "b = 3\n"))
    assert complaint in done.requests[1].messages[-1].content
    assert done.files["a.py"] == "a = 1\nb = 3\n"


async def test_a_new_file_is_made() -> None:
    done = await edited(block("new/c.py", "", "c = 1\n"))
    assert done.files["new/c.py"] == "c = 1\n"


async def test_a_file_that_was_not_shown_is_shown_before_it_is_changed() -> None:
    done = await edited(block("other.py", "", "gone = 1\n"), block("other.py", "o = 1\n", "o = 2\n"))
    assert "other.py is there already" in done.requests[1].messages[-1].content
    assert "o = 1" in done.requests[1].messages[-1].content
    assert done.files == FILES | {"other.py": "o = 2\n"}


async def test_who_will_not_listen_changes_nothing() -> None:
    with pytest.raises(OutputInvalid):
        await edited(*[block("a.py", "x\n", "y\n")] * 9)


async def test_changes_that_the_boss_sees_first_are_made_only_as_the_boss_wants_them() -> None:
    card = action("edit", "Change it.{% for path in files %} {{ path }}{% endfor %}", does="edit_files", files="chosen")
    refused, taken = block("a.py", "b = 2\n", "b = 3\n"), block("a.py", "b = 2\n", "b = 4\n")
    reaction = ReactionOnScript(
        role=role_card("ann").name,
        answers=(refused, taken),
        observed=(boss_says("Change it"), message("bob:1:0", "These.", cause="pick", data=PICKED)),
        files=dict(FILES),
        reviews=[{"allowed": False, "why": "not 3", "by_person": True}, {"allowed": True, "by_person": True}],
    )
    await cast_role(role_card("ann", "edit", review="end"), card).react(reaction)
    assert [(what, text) for what, text, _ in reaction.reviewed] == [("change a.py", refused), ("change a.py", taken)]
    assert "not 3" in reaction.requests[1].messages[-1].content
    assert reaction.files["a.py"] == "a = 1\nb = 4\n"
