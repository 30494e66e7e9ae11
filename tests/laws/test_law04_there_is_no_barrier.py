"""Law 4: a role reacts the moment a message for it is there; nobody waits for a round to be over."""

import asyncio
from pathlib import Path

from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, React, asks_and_says, card, stage

LINKS = 8


async def test_a_chain_of_roles_gets_to_its_end_while_a_slow_role_is_still_at_its_first_step(tmp_path: Path) -> None:
    at_the_end = asyncio.Event()

    async def slow(reaction: Reaction) -> None:
        await at_the_end.wait()
        await reaction.publish(Draft(content="late", cause_by=ActionName("slow")))

    async def last(reaction: Reaction) -> None:
        await reaction.publish(Draft(content="end", cause_by=ActionName("last")))
        at_the_end.set()

    links: list[tuple[str, React]] = [(f"link{n}", asks_and_says(f"say{n}", "and")) for n in range(LINKS)]
    chain = [(card(name, *([f"say{n - 1}"] if n else [])), act) for n, (name, act) in enumerate(links)]
    team = [(card("slow"), slow), *chain, (card("last", f"say{LINKS - 1}"), last)]
    async with stage(tmp_path / "s.db", team) as on:
        async with asyncio.timeout(HANG_S):
            await on.session.run()
        causes = [m.cause_by for m in await on.desk.log.journal.messages()]
    assert causes == ["user_requirement", *(f"say{n}" for n in range(LINKS)), "last", "slow"]


async def test_what_a_role_publishes_before_it_is_done_is_reacted_to_at_once(tmp_path: Path) -> None:
    heard = asyncio.Event()

    async def speaks_twice(reaction: Reaction) -> None:
        await reaction.publish(Draft(content="first", cause_by=ActionName("speak")))
        await heard.wait()
        await reaction.publish(Draft(content="second", cause_by=ActionName("end")))

    async def hears(reaction: Reaction) -> None:
        heard.set()

    async with stage(tmp_path / "s.db", [(card("ann"), speaks_twice), (card("bob", "speak"), hears)]) as on:
        async with asyncio.timeout(HANG_S):
            await on.session.run()


async def test_roles_that_have_nothing_to_do_with_each_other_ask_at_the_same_time(tmp_path: Path) -> None:
    release = asyncio.Event()
    model = ModelInProcess(hold=release)
    team = [(card(f"role{n}"), asks_and_says(f"say{n}", "what")) for n in range(16)]
    async with stage(tmp_path / "s.db", team, model=model) as on:
        running = asyncio.create_task(on.session.run())
        async with asyncio.timeout(HANG_S):
            while model.now < len(team):
                await asyncio.sleep(0)
            release.set()
            await running
    assert model.most == len(team)
