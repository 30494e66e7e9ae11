"""Changes the team while it works: who plays a role, which model answers, who comes and who goes."""

from collections.abc import Callable, Mapping

from agentsh.core import controls as k
from agentsh.core import events as e
from agentsh.core.cards import TeamFile
from agentsh.core.errors import UsageError
from agentsh.core.ids import BOSS, ReactionId, RoleName, question_id
from agentsh.engine.desk import Desk
from agentsh.engine.hiring import with_role, without_role
from agentsh.engine.reaction import Reacts
from agentsh.engine.run import Run
from agentsh.engine.state import RoleState
from agentsh.session.look import Look

Recast = Callable[[TeamFile], Mapping[RoleName, Reacts]]
"""Makes the roles of a team; raises UsageError when one cannot be."""


class Team:
    """Carries out controls that concern roles. Whoever sends them has checked that the roles are there."""

    def __init__(self, desk: Desk, run: Run, look: Look, recast: Recast | None) -> None:
        self._desk = desk
        self._run = run
        self._look = look
        self._recast = recast

    async def be(self, role: RoleName) -> None:
        """Let a person play the role from its next step on."""
        if not self._role(role).human:
            await self._desk.log.append(e.RoleTaken(role=role))

    async def release(self, role: RoleName) -> None:
        """Let the model play the role again; what waits for the person is asked of the model instead."""
        if not self._role(role).human:
            raise UsageError(f"nobody plays {role} but its model", hint=f"take it over: /be {role}")
        await self._desk.people.withdraw(role, e.RoleReleased(role=role))

    async def reset_python(self, role: RoleName) -> None:
        """Let a role's interpreter begin with nothing. Raises UsageError while it may be running something."""
        if self._role(role).current is not None:
            raise UsageError(f"{role} is at work", hint=f"wait until it has answered, or: /stop {role}")
        await self._desk.interpreters.reset(role)
        await self._desk.log.append(e.InterpreterReset(role=role))

    async def use_partial(self, control: k.UsePartial) -> None:
        """Decide what becomes of a role's stopped generation. Raises UsageError when it has none."""
        stopped = next((found for found in self._desk.log.state.stopped.values() if found.role == control.role), None)
        if stopped is None or stopped.how is not None:
            raise UsageError(f"no stopped generation of {control.role} waits", hint=f"stop one: /stop {control.role}")
        reaction, _, ordinal = stopped.question.rpartition(":")
        text = stopped.text if control.text is None else control.text
        settled = e.GenerationSettled(
            reaction=ReactionId(reaction),
            role=control.role,
            ordinal=int(ordinal),
            how=control.how,
            text="" if control.how == "drop" else text,
        )
        await self._desk.log.append(settled)
        self._desk.generations.decided(question_id(settled.reaction, settled.ordinal))

    async def change_model(self, control: k.ChangeModel) -> None:
        """Ask another model from the next step on. Raises ModelMissing, ProviderError, UsageError."""
        model = await self._look.model_named(control.name)
        await self._desk.log.append(e.ModelChanged(model=model, role=control.role))

    async def hire(self, control: k.Hire) -> None:
        """Take a role into the team. Raises UsageError when its name is taken, or it cannot be played."""
        state, name = self._desk.log.state, control.card.name
        known = state.roles.get(name)
        if (known is not None and not known.fired) or name == BOSS:
            raise UsageError(f"there is a role {name!r} already", hint="give it another name: /hire FILE as NAME")
        if self._recast is None or state.facts is None:
            raise UsageError("this team takes nobody in", hint="begin a session with another team")
        self._run.roles = {
            **self._run.roles,
            **self._recast(with_role(state.facts.team, control.card, control.actions)),
        }
        self._run.admit(name)
        await self._desk.log.append(e.RoleHired(role=name, card=control.card, actions=control.actions))

    async def fire(self, role: RoleName) -> None:
        """Let a role go. Raises UsageError for the last one."""
        facts = self._desk.log.state.facts
        if facts is None or len(facts.team.roles) < 2:
            raise UsageError(f"{role} is the last of the team", hint="hire somebody first: /hire FILE")
        with self._run.held():
            await self._run.dismiss(role)
            await self._desk.log.append(e.RoleFired(role=role))
        if self._recast is not None:
            self._run.roles = {**self._run.roles, **self._recast(without_role(facts.team, role))}

    def _role(self, role: RoleName) -> RoleState:
        return self._desk.log.state.roles[role]
