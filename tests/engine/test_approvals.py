"""What may happen: by rules, by what the command line says, by what a person granted; and a refusal has its reason."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from agentsh.core import events as e
from agentsh.core.code import Command, SandboxStatus
from agentsh.core.controls import Settle
from agentsh.core.errors import UsageError
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.core.rulebook import Decision, Rule, RuleSet
from agentsh.core.rules import Wish
from agentsh.engine.approvals import Approvals, Lasting, Policy, Proposal, RulesInMemory
from agentsh.engine.reaction import Reaction
from agentsh.engine.state import Grant, State
from tests.support.stage import Stage, card, stage

RUN = Proposal(what="run code", detail="make x")
DANGEROUS = Proposal(what="run code", detail="rm -rf x")
UNCONFINED = Proposal(what="run code", detail="make x", confined=False)
ONLINE = Proposal(
    what="run code with the network",
    detail="make x",
    wishes=(Wish(kind="run", argv=("make", "x")), Wish(kind="net", subjects=("*",))),
)
INSTALL = Proposal(what="install packages", detail="rich", confined=False)
WRITE = Proposal(what="write files", detail="a.py")
ALLOW_ALL = RuleSet(allow=("run *", "net *", "install *", "write *", "read *"))


class Book(RulesInMemory):
    """Rules that were there before."""

    def __init__(self, rules: RuleSet) -> None:
        super().__init__()
        self._rules = rules
        self.kept: list[tuple[Decision, str, Lasting]] = []

    async def keep(self, decision: Decision, rule: Rule, scope: Lasting) -> str:
        self.kept.append((decision, str(rule), scope))
        return await super().keep(decision, rule, scope)


class FullBook(RulesInMemory):
    """Nothing can be written."""

    async def keep(self, decision: Decision, rule: Rule, scope: Lasting) -> str:
        raise UsageError("the file is read-only", hint="make it writable")


def decided(policy: Policy, proposal: Proposal, rules: RuleSet | None = None, state: State | None = None) -> str | None:
    return Approvals(policy, Book(rules or RuleSet())).decide(proposal, state or State()).decision


@pytest.mark.parametrize(
    ("policy", "run", "dangerous", "unconfined", "online", "install", "write"),
    [
        ("ask", "ask", "ask", "ask", "ask", "ask", "allow"),
        ("once", "allow", "ask", "ask", "ask", "ask", "allow"),
        ("session", "allow", "ask", "ask", "ask", "ask", "allow"),
        ("always", "allow", "ask", "ask", "ask", "ask", "allow"),
        ("never", "deny", "deny", "deny", "deny", "deny", "allow"),
        ("never-ask", "allow", "allow", "allow", "allow", "allow", "allow"),
    ],
)
def test_what_each_policy_lets_happen(
    policy: Policy, run: str, dangerous: str, unconfined: str, online: str, install: str, write: str
) -> None:
    proposals = (RUN, DANGEROUS, UNCONFINED, ONLINE, INSTALL, WRITE)
    wanted = (run, dangerous, unconfined, online, install, write)
    assert tuple(decided(policy, proposal) for proposal in proposals) == wanted


def test_rules_that_allow_all_leave_the_dangerous_and_the_unconfined_to_be_asked() -> None:
    decisions = [decided("ask", proposal, ALLOW_ALL) for proposal in (RUN, ONLINE, INSTALL, DANGEROUS, UNCONFINED)]
    assert decisions == ["allow", "allow", "allow", "ask", "ask"]


@pytest.mark.parametrize("policy", ["ask", "always", "never-ask"])
def test_a_deny_rule_holds_under_every_policy(policy: Policy) -> None:
    rules = RuleSet(deny=("run make *", "write *.py"), allow=("run *", "write *"))
    assert decided(policy, RUN, rules) == decided(policy, WRITE, rules) == "deny"


def test_an_ask_rule_asks_although_runs_are_approved_but_for_never_ask() -> None:
    rules = RuleSet(ask=("run make *", "write *.py"))
    assert decided("always", RUN, rules) == decided("always", WRITE, rules) == "ask"
    assert decided("never-ask", RUN, rules) == "allow"


def test_once_lets_one_run_happen() -> None:
    approvals = Approvals("once")
    decisions = [approvals.decide(proposal, State()).decision for proposal in (DANGEROUS, RUN, RUN)]
    assert decisions == ["ask", "allow", "ask"]


def test_what_was_granted_for_the_session_counts_for_the_like_only() -> None:
    globbed = State(grants=[Grant(what="run code", glob="make *")])
    assert decided("ask", RUN, state=globbed) == "allow"
    assert decided("ask", Proposal(what="run code", detail="make x; ls"), state=globbed) == "ask"
    assert decided("ask", Proposal(what="install packages", detail="make"), state=globbed) == "ask"
    everything = State(granted=["run code"])
    assert decided("ask", RUN, state=everything) == "allow"
    assert decided("ask", DANGEROUS, state=everything) == decided("ask", ONLINE, state=everything) == "ask"


def test_what_the_boss_types_is_asked_even_where_roles_may_run_nothing() -> None:
    typed = Proposal(what="run a shell command", detail="ls", by_boss=True)
    assert decided("never", typed) == "ask"


def runs(*argv: str) -> Callable[[Reaction], Awaitable[None]]:
    async def react(reaction: Reaction) -> None:
        result = await reaction.run(Command(argv=argv))
        await reaction.publish(Draft(content=f"{result.exit_code} {result.stderr}", cause_by=ActionName("try")))

    return react


async def said(played: Stage) -> str:
    published = [item.event for item in await played.events() if isinstance(item.event, e.MessagePublished)]
    return published[-1].message.content


async def test_a_refusal_by_a_rule_reaches_the_role_with_the_rule(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("engineer"), runs("make", "x"))]) as played:
        played.desk.people.approvals.book = Book(RuleSet(deny=("run make *",)))
        await played.session.run()
        assert not played.sandbox.ran
        assert await said(played) == "126 not run: the rule deny 'run make *'"


async def test_a_dangerous_command_is_asked_for_under_always_and_the_question_is_told(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("engineer"), runs("rm", "-rf", "x"))]) as played:
        finished = await played.session.run()
        assert finished.exit_code == 4
        assert "rm -rf x" in finished.summary
        assert "deletes folders" in finished.summary
        assert not played.sandbox.ran


async def test_never_ask_runs_it(tmp_path: Path) -> None:
    roles = [(card("engineer"), runs("rm", "-rf", "x"))]
    async with stage(tmp_path / "s.db", roles, policy="never-ask") as played:
        assert (await played.session.run()).exit_code == 0
        assert len(played.sandbox.ran) == 1


async def test_without_a_sandbox_each_run_is_asked_for_whatever_is_approved(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("engineer"), runs("make"))]) as played:
        played.sandbox.status = SandboxStatus(tier="none", line="no sandbox")
        finished = await played.session.run()
        assert (finished.exit_code, played.sandbox.ran) == (4, [])
        assert "no sandbox" in finished.summary


async def _settled(played: Stage, control: dict[str, object]) -> None:
    running = asyncio.create_task(played.session.run())
    asked = await played.until(lambda event: isinstance(event, e.ApprovalAsked))
    assert isinstance(asked, e.ApprovalAsked)
    await played.session.send(Settle.model_validate({"question": asked.question, **control}))
    await running


@pytest.mark.parametrize("scope", ["workspace", "always"])
async def test_what_is_to_last_is_kept_as_a_rule_and_told(tmp_path: Path, scope: Lasting) -> None:
    roles = [(card("engineer"), runs("python", "main.py"))]
    book = Book(RuleSet())
    async with stage(tmp_path / "s.db", roles, policy="ask", present=True) as played:
        played.desk.people.book = book
        await _settled(played, {"allowed": True, "scope": scope})
        notices = [item.event.message for item in await played.events() if isinstance(item.event, e.Noticed)]
    assert book.kept == [("allow", "run python *", scope)]
    assert notices == ["kept in memory: allow 'run python *'"]


async def test_a_rule_of_ones_own_and_a_refusal_are_kept_too(tmp_path: Path) -> None:
    roles = [(card("engineer"), runs("python", "main.py"))]
    book = Book(RuleSet())
    async with stage(tmp_path / "s.db", roles, policy="ask", present=True) as played:
        played.desk.people.book = book
        await _settled(played, {"allowed": False, "scope": "always", "rule": "python main.py", "why": "not yet"})
        assert await said(played) == "126 not run: not yet"
    assert book.kept == [("deny", "run python main.py", "always")]


@pytest.mark.parametrize("scope", ["once", "session"])
async def test_what_is_for_now_is_not_kept(tmp_path: Path, scope: str) -> None:
    book = Book(RuleSet())
    roles = [(card("engineer"), runs("python", "main.py"))]
    async with stage(tmp_path / "s.db", roles, policy="ask", present=True) as played:
        played.desk.people.book = book
        await _settled(played, {"allowed": True, "scope": scope})
    assert not book.kept


async def test_a_refusal_for_the_session_is_not_asked_again(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        results = [await reaction.run(Command(argv=("make", "x"))) for _ in range(2)]
        await reaction.publish(Draft(content=results[1].stderr, cause_by=ActionName("try")))

    async with stage(tmp_path / "s.db", [(card("engineer"), react)], policy="ask", present=True) as played:
        await _settled(played, {"allowed": False, "scope": "session", "rule": "make *"})
        assert await said(played) == "not run: the rule deny 'run make *'"


async def test_a_rule_that_cannot_be_kept_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    roles = [(card("engineer"), runs("python", "main.py"))]
    async with stage(tmp_path / "s.db", roles, policy="ask", present=True) as played:
        played.desk.people.book = FullBook()
        await _settled(played, {"allowed": True, "scope": "always"})
        notices = [item.event for item in await played.events() if isinstance(item.event, e.Noticed)]
        assert len(played.sandbox.ran) == 1
    assert [(notice.message, notice.hint) for notice in notices] == [
        ("the rule 'run python *' is not kept: the file is read-only", "make it writable")
    ]


async def test_a_dangerous_command_is_asked_with_its_reason_and_nothing_to_keep(tmp_path: Path) -> None:
    book = Book(RuleSet())
    roles = [(card("engineer"), runs("git", "push"))]
    async with stage(tmp_path / "s.db", roles, present=True) as played:
        played.desk.people.book = book
        await _settled(played, {"allowed": True, "scope": "always"})
        asked = next(item.event for item in await played.events() if isinstance(item.event, e.ApprovalAsked))
        assert len(played.sandbox.ran) == 1
    assert (bool(asked.why), asked.suggested, book.kept) == (True, (), [])


def writes(path: str) -> Callable[[Reaction], Awaitable[None]]:
    async def react(reaction: Reaction) -> None:
        await reaction.write([FileDraft(path=path, text="x = 1\n")], "write it")
        await reaction.publish(Draft(content="written", cause_by=ActionName("try")))

    return react


def reads(*paths: str) -> Callable[[Reaction], Awaitable[None]]:
    async def react(reaction: Reaction) -> None:
        found = await reaction.read(paths or None)
        await reaction.publish(Draft(content=",".join(sorted(found)), cause_by=ActionName("try")))

    return react


async def test_a_file_that_may_not_be_written_is_not_written_and_the_role_hears_why(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("engineer"), writes("ci/deploy.sh"))]) as played:
        played.desk.people.approvals.book = Book(RuleSet(deny=("write ci",)))
        finished = await played.session.run()
        assert (finished.exit_code, played.workspace.texts) == (6, {})
        assert "may not be written: the rule deny 'write ci'" in finished.summary


async def test_a_file_that_is_asked_for_is_written_once_allowed(tmp_path: Path) -> None:
    roles = [(card("engineer"), writes("setup.py"))]
    async with stage(tmp_path / "s.db", roles, present=True) as played:
        played.desk.people.approvals.book = Book(RuleSet(ask=("write setup.py",)))
        await _settled(played, {"allowed": True})
        asked = next(item.event for item in await played.events() if isinstance(item.event, e.ApprovalAsked))
        assert asked.detail == "setup.py:\nx = 1\n"
        assert "setup.py" in played.workspace.texts
        assert not played.desk.log.state.answers


@pytest.mark.parametrize("paths", [(), ("a.py", ".env")])
async def test_a_file_that_may_not_be_read_is_as_if_it_were_not_there(tmp_path: Path, paths: tuple[str, ...]) -> None:
    async with stage(tmp_path / "s.db", [(card("engineer"), reads(*paths))]) as played:
        played.workspace.texts |= {"a.py": "1", ".env": "KEY=1"}
        played.desk.people.approvals.book = Book(RuleSet(deny=("read .env",)))
        await played.session.run()
        assert await said(played) == "a.py"
        notices = [item.event.message for item in await played.events() if isinstance(item.event, e.Noticed)]
    assert notices == ["engineer may not read .env: the rule deny 'read .env'"]


@pytest.mark.parametrize(("allowed", "seen"), [(True, ".env,a.py"), (False, "a.py")])
async def test_a_file_that_is_asked_for_is_read_once_allowed(tmp_path: Path, allowed: bool, seen: str) -> None:
    async with stage(tmp_path / "s.db", [(card("engineer"), reads())], present=True) as played:
        played.workspace.texts |= {"a.py": "1", ".env": "KEY=1"}
        played.desk.people.approvals.book = Book(RuleSet(ask=("read .env",)))
        await _settled(played, {"allowed": allowed})
        assert await said(played) == seen


@pytest.mark.parametrize(
    "control", [{"allowed": False, "scope": "session"}, {"allowed": True, "scope": "session", "rule": "*"}]
)
async def test_what_is_said_of_a_text_makes_no_rule_about_runs(tmp_path: Path, control: dict[str, object]) -> None:
    async def react(reaction: Reaction) -> None:
        await reaction.review("publish draft", "A draft.", "")

    async with stage(tmp_path / "s.db", [(card("engineer"), react)], policy="ask", present=True) as played:
        running = asyncio.create_task(played.session.run())
        asked = await played.until(lambda event: isinstance(event, e.ApprovalAsked))
        assert isinstance(asked, e.ApprovalAsked)
        with pytest.raises(UsageError, match="a text is approved or refused by itself"):
            await played.session.send(Settle.model_validate({"question": asked.question, **control}))
        assert len(played.session.view().questions) == 1, "it waits still"
        await played.session.send(Settle(question=asked.question, allowed=False, why="no"))
        await running
        assert not played.desk.log.state.grants
