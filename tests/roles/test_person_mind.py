"""Laws of a role that a person plays: the same prompts, the same checks, the same messages; no model is asked."""

import pytest

from agentsh.core.errors import OutputInvalid
from agentsh.core.ids import RoleName
from tests.support.cards import TITLED, action, boss_says, cast_role, role_card
from tests.support.reaction_on_script import ReactionOnScript

ME = RoleName("pm")


def reaction(*answers: object) -> ReactionOnScript:
    return ReactionOnScript(ME, observed=(boss_says(),), person=list(answers))  # type: ignore[arg-type]


async def test_a_person_answers_with_a_form_where_a_model_answers_with_a_schema() -> None:
    me = reaction({"title": "Snake", "goals": ["fun"]})
    card = action("write_prd", "Write it for {{ idea }}.", output=TITLED)
    await cast_role(role_card("pm", "write_prd", human=True), card).react(me)

    assert me.requests == []
    assert me.asked == [{"prompt": "Write it for Write a tool.", "schema": TITLED, "choices": []}]
    assert me.published[0].data == {"title": "Snake", "goals": ["fun"]}


async def test_a_persons_form_is_checked_too() -> None:
    me = reaction({"title": "Snake"}, {"title": "Snake", "goals": []})
    await cast_role(role_card("pm", "write_prd", human=True), action("write_prd", output=TITLED)).react(me)

    assert "goals" in str(me.asked[1]["prompt"])
    assert me.published[0].data == {"title": "Snake", "goals": []}


async def test_a_person_writes_files_as_a_model_does() -> None:
    me = reaction("main.py:\n```python\nprint(1)\n```")
    await cast_role(role_card("pm", "code", human=True), action("code", does="write_files")).react(me)

    assert me.files == {"main.py": "print(1)\n"}
    assert me.published[0].data == {"files": [{"path": "main.py", "lines": 1}], "objections": {}}


async def test_a_person_chooses_among_a_roles_actions() -> None:
    me = reaction("note", "words", "end")
    card = role_card("pm", "code", "note", react="react", max_loops=3, human=True)
    await cast_role(card, action("code"), action("note")).react(me)

    assert me.asked[0]["choices"] == ["code", "note", "end"]
    assert [m.content for m in me.published] == ["words"]


async def test_a_person_cannot_choose_what_there_is_not() -> None:
    card = role_card("pm", "code", "note", react="react", human=True)
    with pytest.raises(OutputInvalid, match="none of"):
        await cast_role(card, action("code"), action("note")).react(reaction("sleep"))
