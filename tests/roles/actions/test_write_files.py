"""Laws of writing files: whole or not at all, one item after the other, judged and written again."""

import json

import pytest
from pydantic import JsonValue

from agentsh.core.chat import Answer
from agentsh.core.errors import OutputInvalid, UsageError
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from tests.support.cards import action, boss_says, cast_role, message, role_card
from tests.support.reaction_on_script import ReactionOnScript, Said

ENGINEER = RoleName("engineer")
TASKS: list[object] = [
    {"path": "game.py", "purpose": "the rules"},
    {"path": "main.py", "purpose": "starts game.py"},
]
EACH = """Write {{ item.path }}: {{ item.purpose }}.
{% for path, text in files.items() %}

{{ path }}:
{{ text }}{% endfor %}"""


def block(path: str, text: str) -> str:
    return f"```python {path}\n{text}\n```"


def tasks(items: object = TASKS) -> Message:
    return message("pm:1:1", "the tasks", cause="write_tasks", data={"tasks": items})  # type: ignore[dict-item]


def code_role(**fields: object) -> object:
    card = action("write_code", EACH, does="write_files", for_each="write_tasks.tasks as task", **fields)
    review = action("review_code", "Review {{ item.path }}:\n{{ files[item.path] }}")
    return cast_role(role_card("engineer", "write_code", watch={"write_tasks": []}), card, review)


async def coding(*answers: Said, seen: Message | None = None, **fields: object) -> ReactionOnScript:
    reaction = ReactionOnScript(ENGINEER, answers, observed=(seen or tasks(),))
    await code_role(**fields).react(reaction)  # type: ignore[attr-defined]
    return reaction


def judged(verdict: str, *comments: str) -> str:
    return json.dumps({"comments": list(comments), "verdict": verdict})


async def test_each_item_is_a_call_of_its_own_and_sees_what_was_written_before() -> None:
    reaction = await coding(block("game.py", "RULES = 1"), block("main.py", "import game"))

    first, second = (request.messages[-1].content for request in reaction.requests)
    assert first.startswith("Write game.py: the rules.")
    assert second.startswith("Write main.py: starts game.py.")
    assert "game.py:\nRULES = 1" in second
    assert reaction.files == {"game.py": "RULES = 1\n", "main.py": "import game\n"}
    assert reaction.writes == [("write_code: game.py", ("game.py",)), ("write_code: main.py", ("main.py",))]


async def test_one_message_names_all_files() -> None:
    reaction = await coding(block("game.py", "A = 1\nB = 2"), block("main.py", "import game"))

    published = reaction.published[0]
    assert published.data == {
        "files": [{"path": "game.py", "lines": 2}, {"path": "main.py", "lines": 1}],
        "objections": {},
    }
    assert published.content == "Written:\n\n- `game.py` (2 lines)\n- `main.py` (1 line)"


async def test_items_may_be_known_by_the_name_that_the_action_gives_them() -> None:
    card = action("code", "Write {{ task.path }}.", does="write_files", for_each="write_tasks.tasks as task")
    reaction = ReactionOnScript(ENGINEER, [block("game.py", "A = 1")], observed=(tasks(TASKS[:1]),))
    await cast_role(role_card("engineer", "code"), card).react(reaction)

    assert reaction.requests[0].messages[-1].content == "Write game.py."


@pytest.mark.parametrize("reason", ["stop", "length"])
async def test_a_cut_answer_is_never_written(reason: str) -> None:
    cut = Answer(text="```python game.py\nRULES = ", reason=reason)  # type: ignore[arg-type]
    reaction = ReactionOnScript(ENGINEER, [cut, cut, cut], observed=(tasks(),))

    with pytest.raises(OutputInvalid) as caught:
        await code_role().react(reaction)  # type: ignore[attr-defined]

    assert reaction.writes == []
    assert reaction.published == []
    assert caught.value.raw == cut.text


async def test_an_answer_whose_fence_never_closes_is_asked_for_again() -> None:
    reaction = await coding("```python game.py\nRULES = ", block("game.py", "RULES = 1"), block("main.py", "pass"))

    assert "The block of game.py has no end" in reaction.requests[1].messages[-1].content
    assert reaction.files["game.py"] == "RULES = 1\n"


async def test_a_nameless_block_is_the_file_that_was_asked_for() -> None:
    reaction = await coding("```python\nRULES = 1\n```", block("src/main.py", "pass"))

    assert sorted(reaction.files) == ["game.py", "main.py"]


async def test_an_answer_does_not_write_the_files_of_other_items() -> None:
    both = block("game.py", "RULES = 1") + "\n\n" + block("main.py", "guess") + "\n\n" + block("helper.py", "H = 1")
    reaction = await coding(both, block("main.py", "import game"))

    assert reaction.files == {"game.py": "RULES = 1\n", "helper.py": "H = 1\n", "main.py": "import game\n"}
    assert [paths for _, paths in reaction.writes] == [("game.py", "helper.py"), ("main.py",)]


@pytest.mark.parametrize("path", ["../evil.py", "/etc/passwd.py", "a/../../b.py"])
async def test_a_path_outside_goes_back_to_whoever_gave_it(path: str) -> None:
    card = action("code", does="write_files")
    reaction = ReactionOnScript(ENGINEER, [block(path, "x = 1"), block("main.py", "x = 1")], observed=(boss_says(),))
    await cast_role(role_card("engineer", "code"), card).react(reaction)

    assert "no path inside the project" in reaction.requests[1].messages[-1].content
    assert list(reaction.files) == ["main.py"]


async def test_without_a_list_all_files_are_shown_and_any_may_be_written() -> None:
    prompt = "{% for path, text in files.items() %}{{ path }}: {{ text }}{% endfor %}Mend it."
    reaction = ReactionOnScript(ENGINEER, [block("a.py", "x = 2")], observed=(boss_says(),))
    reaction.files = {"b.py": "y = 1\n", "a.py": "x = 1\n"}
    await cast_role(role_card("engineer", "fix"), action("fix", prompt, does="write_files")).react(reaction)

    assert reaction.requests[0].messages[-1].content == "a.py: x = 1\nb.py: y = 1\nMend it."
    assert reaction.files == {"b.py": "y = 1\n", "a.py": "x = 2\n"}


@pytest.mark.parametrize(
    ("for_each", "seen", "fact"),
    [
        ("write_tasks.tasks", tasks(), "is not understood"),
        ("write_tasks.jobs as job", tasks(), "no list 'jobs'"),
        ("write_tasks.tasks as task", boss_says(), "in a message of write_tasks"),
    ],
)
async def test_a_list_that_is_not_there_is_told(for_each: str, seen: Message, fact: str) -> None:
    card = action("code", does="write_files", for_each=for_each)
    reaction = ReactionOnScript(ENGINEER, [], observed=(seen,))
    with pytest.raises(UsageError, match=fact):
        await cast_role(role_card("engineer", "code"), card).react(reaction)


async def test_a_review_rewrites_until_it_approves() -> None:
    reaction = await coding(
        block("game.py", "RULES = 0"),
        judged("rewrite", "RULES has to be 1"),
        block("game.py", "RULES = 1"),
        judged("approve"),
        seen=tasks(TASKS[:1]),
        review={"action": "review_code", "rounds": 3},
    )

    write, _, rewrite, second_review = reaction.requests
    assert rewrite.messages[: len(write.messages)] == write.messages
    assert "RULES has to be 1" in rewrite.messages[-1].content
    assert "RULES = 1" in second_review.messages[-1].content
    assert reaction.files["game.py"] == "RULES = 1\n"
    assert reaction.published[0].data is not None
    assert reaction.published[0].data["objections"] == {}
    assert reaction.did == ["write_code", "review_code", "write_code", "review_code", "write_code"]


async def test_a_review_ends_with_its_rounds_and_what_it_still_wanted_is_told() -> None:
    reaction = await coding(
        block("game.py", "A = 0"),
        judged("rewrite", "better"),
        block("game.py", "A = 1"),
        judged("rewrite", "much better"),
        block("game.py", "A = 2"),
        seen=tasks(TASKS[:1]),
        review={"action": "review_code", "rounds": 2},
    )

    assert reaction.files["game.py"] == "A = 2\n"
    assert "The last review of game.py said:" in reaction.published[0].content
    assert "much better" in reaction.published[0].content


async def test_code_with_fences_of_its_own_survives_a_review() -> None:
    readme = "# Snake\n\n```\npython main.py\n```"
    reaction = await coding(
        f"````markdown README.md\n{readme}\n````",
        judged("rewrite", "shorter"),
        "````markdown README.md\n# Snake\n````",
        judged("approve"),
        seen=tasks([{"path": "README.md", "purpose": "manual"}]),
        review={"action": "review_code"},
    )

    assert reaction.requests[2].messages[-2].content == f"`README.md`\n````\n{readme}\n````"
    assert reaction.files == {"README.md": "# Snake\n"}


def seen_first(answers: list[Said], reviews: list[JsonValue]) -> ReactionOnScript:
    return ReactionOnScript(ENGINEER, answers, observed=(boss_says("A game"),), reviews=reviews)


async def test_files_that_the_boss_sees_first_are_written_only_as_the_boss_wants_them() -> None:
    role = cast_role(role_card("engineer", "code", review="always"), action("code", "Write it.", does="write_files"))
    changed = block("main.py", "print(3)")
    reviews: list[JsonValue] = [
        {"allowed": False, "why": "print more", "by_person": True},
        {"allowed": True, "edited": "no file at all", "by_person": True},
        {"allowed": True, "edited": changed, "by_person": True},
    ]
    reaction = seen_first([block("main.py", "print(1)"), block("main.py", "print(2)")], reviews)
    await role.react(reaction)
    assert [(what, "print(1)" in text, "print(2)" in text) for what, text, _ in reaction.reviewed[:2]] == [
        ("write main.py", True, False),
        ("write main.py", False, True),
    ]
    assert "There is no file in it" in reaction.reviewed[2][2]
    assert "print more" in reaction.requests[1].messages[-1].content
    assert reaction.files == {"main.py": "print(3)\n"}
    assert reaction.writes == [("code: main.py", ("main.py",))]
