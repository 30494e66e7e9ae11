"""The words that speak, look, change the team and concern the shell, on a real session."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.commands import reply as r
from agentsh.commands.context import Context
from agentsh.core.errors import ModelMissing, UsageError
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.commands.outside import OutsideOnPaper, context_of
from tests.support.cards import action, cast_role, facts_of, role_card
from tests.support.stage import ModelInProcess, Stage, asks_and_says, stage

ANN = role_card("ann", "plan")
ZOE = role_card("zoe", "code", watch={"plan": []})


async def codes(reaction: Reaction) -> None:
    await reaction.write([FileDraft(path="main.py", text="print(1)\n")], "write")
    await reaction.publish(Draft(content="```python\nprint(1)\n```", cause_by=ActionName("code")))


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[Stage]:
    ann = cast_role(ANN, action("plan", "Plan {{ idea }}."), facts=facts_of(ANN, ZOE))
    hires = {"bob": asks_and_says("review", "is it"), "alice": asks_and_says("review", "is it")}
    model = ModelInProcess(lambda request: f"says: {request.messages[-1].content[-30:]}")
    async with stage(tmp_path / "s.db", [(ANN, ann), (ZOE, codes)], hires=hires, model=model, present=True) as on:
        await on.session.run()
        yield on


@pytest.fixture
def context(on: Stage) -> Context:
    return context_of(on.session)


async def typed(context: Context, line: str) -> r.Reply:
    return await context.registry.run(context, line)


async def rows(context: Context, line: str) -> tuple[tuple[str, ...], ...]:
    table = await typed(context, line)
    assert isinstance(table, r.Table)
    assert all(len(row) == len(table.columns) for row in table.rows)
    return table.rows


async def test_what_is_said_goes_to_all_or_to_one(on: Stage, context: Context) -> None:
    for line in ("hello", "/say hello", "/to zoe just you", "#zoe just you", "//slash"):
        assert await typed(context, line) == r.Nothing()
    said = (await on.desk.log.journal.messages())[-5:]
    assert [(one.content, one.send_to) for one in said] == [
        ("hello", ()),
        ("hello", ()),
        ("just you", ("zoe",)),
        ("just you", ("zoe",)),
        ("/slash", ()),
    ]


async def test_an_interview_and_a_whisper_are_off_the_record(on: Stage, context: Context) -> None:
    before = on.session.view().messages
    answer = await typed(context, "/ask ann why?")
    assert isinstance(answer, r.Markdown)
    assert answer.text.endswith("why?")
    assert on.session.view().messages == before
    await typed(context, "/whisper ann be kind")
    assert (await rows(context, "/memory ann"))[-1][-1] == "be kind"


async def test_agents_and_the_bus(context: Context) -> None:
    assert [row[:2] for row in await rows(context, "/agents")] == [("ann", "idle"), ("zoe", "idle")]
    whole = await rows(context, "/bus")
    assert [row[1] for row in whole] == ["boss", "ann", "zoe"]
    assert await rows(context, "/bus ann") == (whole[1],)
    assert await rows(context, "/bus print(1)") == (whole[2],)
    assert await rows(context, "/bus nothing like it") == ()


async def test_files_are_listed_opened_and_compared(context: Context) -> None:
    assert [(row[0], row[3]) for row in await rows(context, "/files")] == [("main.py", "zoe")]
    assert await typed(context, "/open @main.py") == r.OpenFile("main.py", "print(1)\n")
    with pytest.raises(UsageError, match="no text file 'gone'"):
        await typed(context, "/open gone")
    diff = await typed(context, "/diff main.py")
    assert isinstance(diff, r.Text)
    assert diff.language == "diff"
    assert await typed(context, "/diff gone.py") == r.Text("no difference", title="diff gone.py", language="diff")


async def test_search_why_and_lens(context: Context) -> None:
    assert "boss:1" in [row[0] for row in await rows(context, "/search build")]
    tree = await typed(context, "/why")
    assert isinstance(tree, r.Tree)
    assert tree.roots[0].label.startswith("zoe:1:1")
    assert tree.roots[0].children[0].children[0].label.startswith("boss:1")
    lens = await typed(context, "/lens ann")
    assert isinstance(lens, r.Markdown)
    assert "step ann:1:0, tiny" in lens.text
    assert "### system" in lens.text
    assert "the server counted 10" in lens.text
    now = await typed(context, "/lens zoe now")
    assert isinstance(now, r.Markdown)
    assert now.text == "its next step is to write: main.py"


async def test_the_model_is_changed_and_checked(on: Stage, context: Context) -> None:
    await typed(context, "/model other")
    assert {role.model for role in on.session.view().roles} == {"other"}
    await typed(context, "/model ann tiny")
    assert [role.model for role in on.session.view().roles] == ["tiny", "other"]
    with pytest.raises(ModelMissing):
        await typed(context, "/model nowhere")
    assert await rows(context, "/model") == (("tiny", "", "ann"), ("other", "", "zoe"))


async def test_roles_are_hired_and_let_go(on: Stage, context: Context) -> None:
    await typed(context, "/hire bob")
    await typed(context, "/hire bob as alice")
    await typed(context, "/fire bob")
    assert [role.name for role in on.session.view().roles] == ["ann", "zoe", "alice"]
    with pytest.raises(UsageError, match="'alice' already"):
        await typed(context, "/hire bob as alice")
    with pytest.raises(UsageError, match="NAME is 'No Name'"):
        await typed(context, '/hire bob as "No Name"')
    with pytest.raises(UsageError, match="no role 'nobody'"):
        await typed(context, "/hire nobody")


async def test_budgets_are_shown_and_set(on: Stage, context: Context) -> None:
    assert [row[0] for row in await rows(context, "/budget")] == ["tokens", "seconds", "rounds", "steps", "money"]
    shown = {row[0]: row[2] for row in await rows(context, "/budget tokens 5000")}
    assert shown["tokens"] == "5,000"
    assert on.session.view().budget.max_tokens == 5000
    assert on.session.view().budget.max_steps is None


async def test_cost_is_told_by_role_and_in_all(context: Context) -> None:
    found = {row[0]: row for row in await rows(context, "/cost")}
    assert found["ann"][2:5] == ("1", "10", "5")
    assert found["all"][2:5] == ("1", "10", "5")


async def test_sessions(on: Stage, context: Context) -> None:
    assert await typed(context, "/sessions") == r.OpenSession()
    assert await typed(context, "/sessions snake") == r.OpenSession("snake")
    assert await typed(context, "/new a dice roller") == r.NewSession("a dice roller")
    with pytest.raises(UsageError, match="no session 'nothing'"):
        await typed(context, "/sessions nothing")
    with pytest.raises(UsageError, match="'taken' is there already"):
        await typed(context, "/rename taken")
    await typed(context, "/rename better")
    assert on.session.name == on.session.view().name == "better"
    assert await typed(context, "/export jsonl") == r.Text("written: /somewhere/better.jsonl")
    assert isinstance(context.outside, OutsideOnPaper)
    assert context.outside.exports == [("jsonl", None)]


async def test_the_shell_itself(on: Stage, context: Context) -> None:
    assert await typed(context, "/keys") == r.ShowKeys()
    assert await typed(context, "/theme") == r.ChooseTheme()
    assert await typed(context, "/theme nord") == r.ChooseTheme("nord")
    assert await typed(context, "/quit") == await typed(context, "/q") == r.Quit()
    assert await typed(context, "/editor begin so") == r.EditText("begin so", title="your message")
    assert await typed(context, "/copy boss:1") == r.Copy("build it")
    assert await typed(context, "/copy") == r.Copy("```python\nprint(1)\n```")
    config = await typed(context, "/config")
    assert isinstance(config, r.Text)
    assert "num_ctx = 8192" in config.text
    assert await typed(context, "!ls -l") == r.Nothing()
    told = await on.until(lambda event: event.kind == "shell.ran")
    assert told.command == "ls -l"


async def test_help_lists_all_and_shows_one(context: Context) -> None:
    whole = await typed(context, "/help")
    assert isinstance(whole, r.Markdown)
    assert all(f"`{one.usage}`" in whole.text for one in context.registry)
    one = await typed(context, "/help /stop")
    assert isinstance(one, r.Markdown)
    assert "/stop continue" in one.text
    with pytest.raises(UsageError, match="no command /nothing"):
        await typed(context, "/help nothing")


async def test_a_fork_is_named_with_what_it_lacks(on: Stage, context: Context) -> None:
    told = await typed(context, "/fork 3 other")
    assert isinstance(told, r.Text)
    assert told.text == (
        "other is this session up to event 3. Open it: /sessions other. "
        "Not as they were then, for no commit holds them: data.bin."
    )


async def test_going_back_reopens_the_session_there(on: Stage, context: Context) -> None:
    name = on.session.name
    assert await typed(context, "/rewind 3") == r.OpenSession(name, back_to=3)
    assert await typed(context, "/undo") == r.OpenSession(name, back_to=4)
    with pytest.raises(UsageError, match="stands at event"):
        await typed(context, f"/rewind {on.session.view().seq}")
