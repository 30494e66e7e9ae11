"""Playing, allowing and answering, on a real session."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentsh.commands.context import Context
from agentsh.commands.reply import EditText, Nothing, OpenQuestion, Reply, Text
from agentsh.core.code import Command
from agentsh.core.errors import UsageError
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.commands.outside import context_of
from tests.support.cards import TITLED, action, cast_role, facts_of, role_card
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, Stage, card, stage


async def runs(reaction: Reaction) -> None:
    for name in ("main.py", "main.py", "test.py"):
        result = await reaction.run(Command(argv=("python", name)))
        said = f"{result.exit_code} {result.stdout}{result.stderr}"
        await reaction.publish(Draft(content=said, cause_by=ActionName("ran")))


async def asks(reaction: Reaction) -> None:
    answer = await reaction.ask_person("which colour?", choices=("red", "blue"))
    await reaction.publish(Draft(content=str(answer), cause_by=ActionName("said")))


@asynccontextmanager
async def served(path: Path, act: object) -> AsyncIterator[tuple[Stage, Context]]:
    async with stage(path, [(card("ann"), act)], present=True, policy="ask") as on:
        serving = asyncio.create_task(on.session.serve())
        yield on, context_of(on.session)
        on.session.interrupt()
        await serving


async def typed(context: Context, line: str) -> Reply:
    return await context.registry.run(context, line)


async def asked(on: Stage, number: int = 1) -> None:
    async with asyncio.timeout(HANG_S):
        seen = 0
        async for item in on.session.follow():
            kind = getattr(getattr(item, "event", None), "kind", "")
            seen += kind in ("approval.asked", "human.asked")
            if seen == number:
                return


async def published(on: Stage, number: int) -> str:
    await on.until(
        lambda event: (
            event.kind == "message.published"
            and len(on.session.view().questions) >= 0
            and on.session.view().messages > number
        )
    )
    return (await on.desk.log.journal.messages())[number].content


async def test_approve_once_then_deny_with_a_reason_that_the_role_reads(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", runs) as (on, context):
        await asked(on)
        assert await typed(context, "/approve") == Nothing()
        await asked(on, 2)
        await typed(context, "/deny not today")
        assert await published(on, 2) == "126 not run: not today"


async def test_what_a_glob_allows_is_not_asked_again(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", runs) as (on, context):
        await asked(on)
        await typed(context, "/approve session python main*")
        await asked(on, 2)
        waiting = on.session.view().questions
        assert [question.detail for question in waiting] == ["python test.py"]
        with pytest.raises(UsageError, match="needs a scope"):
            await typed(context, "/approve python *")
        await typed(context, "/approve")
        await on.until(lambda event: event.kind == "session.finished")


async def test_a_number_allows_so_many_and_what_is_left_of_it_outlasts_the_process(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", runs) as (on, context):
        await asked(on)
        with pytest.raises(UsageError, match="no scope"):
            await typed(context, "/approve 2 session")
        with pytest.raises(UsageError, match="is '0'"):
            await typed(context, "/approve 0")
        await typed(context, "/approve 2")
        await asked(on, 2)
        assert [question.detail for question in on.session.view().questions] == ["python test.py"]
        await typed(context, "/approve 3")
        await on.until(lambda event: event.kind == "session.finished" or event.kind == "reaction.finished")
    async with served(tmp_path / "s.db", runs) as (on, _):
        assert on.desk.log.state.counted == {"run code": 2}


async def test_a_number_settles_what_waits_already_but_nothing_dangerous(tmp_path: Path) -> None:
    async def together(reaction: Reaction) -> None:
        lines = (("make", "a"), ("make", "b"), ("git", "push"), ("make", "c"))
        async with asyncio.TaskGroup() as tasks:
            for line in lines:
                tasks.create_task(reaction.run(Command(argv=line)))

    async with served(tmp_path / "s.db", together) as (on, context):
        await asked(on, 4)
        await typed(context, "/approve 4")
        assert [question.detail for question in on.session.view().questions] == ["git push"]


async def test_what_is_refused_for_the_session_is_not_asked_again_and_the_reason_reaches_the_role(
    tmp_path: Path,
) -> None:
    async with served(tmp_path / "s.db", runs) as (on, context):
        await asked(on)
        await typed(context, "/deny session python main* -- not today")
        assert await published(on, 1) == "126 not run: not today"
        await asked(on, 2)
        assert [question.detail for question in on.session.view().questions] == ["python test.py"]


async def test_a_reason_that_begins_with_a_scope_becomes_no_rule(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", runs) as (on, context):
        await asked(on)
        with pytest.raises(UsageError, match=r"does not fit what waits: 'python main\.py'") as told:
            await typed(context, "/deny always use pathlib")
        assert "/deny once" in (told.value.hint or "")
        assert len(on.session.view().questions) == 1, "it waits still"
        await typed(context, "/deny once always use pathlib")
        assert await published(on, 1) == "126 not run: always use pathlib"


async def test_edit_lets_another_command_run_and_the_role_reads_which(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", runs) as (on, context):
        await asked(on)
        edit = await typed(context, "/edit")
        assert isinstance(edit, EditText)
        assert edit.done is not None
        assert edit.text == "python main.py"
        assert isinstance(await edit.done(""), Text)
        with pytest.raises(UsageError, match="quot"):
            await edit.done('python "main.py')
        await edit.done("python -I main.py")
        assert await published(on, 1) == "0 ran[the Boss ran this instead: python -I main.py]\n"
        assert on.sandbox.ran[0].argv == ("python", "-I", "main.py")


async def test_an_answer_may_be_a_number_and_has_to_fit(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", asks) as (on, context):
        await asked(on)
        opened = await typed(context, "/answer")
        assert isinstance(opened, OpenQuestion)
        assert opened.question.choices == ("red", "blue")
        with pytest.raises(UsageError, match="'green' is none"):
            await typed(context, "/answer green")
        await typed(context, "/answer 2")
        assert await published(on, 1) == "blue"
        with pytest.raises(UsageError, match="no question waits"):
            await typed(context, "/answer red")


async def test_be_a_role_fill_in_its_form_and_release_it(tmp_path: Path) -> None:
    me = role_card("ann", "write_prd")
    role = cast_role(me, action("write_prd", output=TITLED), facts=facts_of(me))
    model = ModelInProcess(lambda _: '{"title": "By model", "goals": []}')
    async with stage(tmp_path / "s.db", [(me, role)], model=model, present=True) as on:
        context = context_of(on.session)
        assert "You are ann" in str(await typed(context, "/be ann"))
        serving = asyncio.create_task(on.session.serve())
        await asked(on)
        with pytest.raises(UsageError, match="goals"):
            await typed(context, '/answer {"title": "Snake"}')
        await typed(context, '/answer {"title": "Snake", "goals": ["fun"]}')
        await on.until(lambda event: event.kind == "session.finished")
        await typed(context, "/release")
        with pytest.raises(UsageError, match="you play no role"):
            await typed(context, "/release")
        await typed(context, "once more")
        await on.until(lambda event: event.kind == "message.published" and "By model" in event.message.content)
        assert len(model.asked) == 1
        on.session.interrupt()
        await serving


async def test_what_does_not_wait_cannot_be_settled(tmp_path: Path) -> None:
    async with served(tmp_path / "s.db", asks) as (on, context):
        await asked(on)
        for line in ("/approve", "/deny", "/edit"):
            with pytest.raises(UsageError, match="nothing awaits approval"):
                await typed(context, line)
        with pytest.raises(UsageError, match="no role 'zoe'"):
            await typed(context, "/be zoe")
