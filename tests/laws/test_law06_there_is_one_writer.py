"""Law 6: whatever happens at once enters one after another, in one order, at one place.

One process a session: tests/laws/test_one_process_has_a_session.py. A world's tick boundary: tests/world.
"""

import asyncio
import threading
from pathlib import Path

from agentsh.core.cards import BudgetCard
from agentsh.core.controls import AnswerQuestion, Say, SetBudget
from agentsh.core.events import Delta, Recorded
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from tests.support.stage import asks_and_says, card, stage

ROLES = 24


async def test_model_replies_answers_and_controls_that_come_at_once_enter_in_one_order(tmp_path: Path) -> None:
    heard: list[tuple[int, int, int]] = []

    async def asks_a_person(reaction: Reaction) -> None:
        answer = await reaction.ask_person("which?")
        await reaction.publish(Draft(content=str(answer), cause_by=ActionName("ask")))

    team = [(card(f"role{n}"), asks_and_says(f"say{n}", "what", "why")) for n in range(ROLES)]
    async with stage(tmp_path / "s.db", [*team, (card("host"), asks_a_person)], present=True) as on:

        def listen(item: Recorded | Delta) -> None:
            if isinstance(item, Recorded):
                heard.append((item.seq, on.desk.log.state.seq, threading.get_ident()))

        on.desk.log.listen(listen)
        running = asyncio.create_task(on.session.run())
        asked = await on.until(lambda event: event.kind == "human.asked")
        async with asyncio.TaskGroup() as people:
            people.create_task(on.session.send(AnswerQuestion(question=asked.question, answer="this")))  # type: ignore[union-attr]
            for number in range(10):
                people.create_task(on.session.send(Say(text=f"also {number}", send_to=(RoleName("role0"),))))
                people.create_task(on.session.send(SetBudget(budget=BudgetCard(max_steps=1000 + number))))
        await running
        stored = [recorded.seq for recorded in await on.events()]
    seqs = [seq for seq, _, _ in heard]
    assert seqs == list(range(seqs[0], seqs[0] + len(seqs)))
    assert stored == list(range(1, seqs[-1] + 1))
    assert all(seq == state_seq for seq, state_seq, _ in heard), "each is folded in before it is shown, and alone"
    assert {thread for _, _, thread in heard} == {threading.get_ident()}


async def test_the_boss_s_messages_are_numbered_in_the_order_in_which_they_are_said(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), asks_and_says("plan", "what"))]) as on:
        async with asyncio.TaskGroup() as people:
            for number in range(20):
                people.create_task(on.session.send(Say(text=str(number))))
        said = await on.desk.log.journal.messages()
    assert [(message.id, message.content) for message in said] == [(f"boss:{n + 1}", str(n)) for n in range(20)]
