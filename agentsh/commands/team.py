"""The team and what it may use: models, hiring and letting go, budgets, cost."""

from typing import Annotated, Literal

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Shown
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import Reply, Table, Text
from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.controls import ChangeModel, Fire, Hire, SetBudget
from agentsh.core.ids import RoleName

Limit = Literal["tokens", "seconds", "rounds", "steps", "money"]


class Model(Arguments):
    """Whose model, and which."""

    role: Annotated[RoleName | None, From("roles")] = None
    name: Annotated[str | None, From("models")] = None


class Hiring(Arguments):
    """Which role file, and under what name."""

    file: Annotated[str, From("role_files")]
    as_: Annotated[Literal["as"] | None, Shown("as")] = None
    name: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_-]*$")


class One(Arguments):
    """A role."""

    role: Annotated[RoleName, From("roles")]


class Limited(Arguments):
    """Which budget, and how much; nothing: how they stand."""

    what: Annotated[Limit | None, Shown("tokens|seconds|rounds|steps|money")] = None
    most: Annotated[float | None, Shown("N")] = Field(default=None, gt=0)


async def _model(context: Context, model: Model) -> Reply:
    if model.name is None:
        return await _models(context)
    await context.session.send(ChangeModel(name=model.name, role=model.role))
    who = model.role or "every role without a model of its own"
    return Text(f"{who} asks {model.name} from the next step on.")


async def _models(context: Context) -> Reply:
    view = context.session.view()
    used = {role.name: role.model for role in view.roles}
    rows = tuple(
        (found.name, found.parameters, ", ".join(name for name, model in used.items() if model == found.name))
        for found in await context.session.models()
    )
    return Table(("MODEL", "PARAMETERS", "ASKED BY"), rows, title=f"Models on {view.host}", empty="no models there")


async def _hire(context: Context, hiring: Hiring) -> Reply:
    card, actions = await context.outside.role(hiring.file)
    if hiring.name is not None:
        card = card.model_copy(update={"name": RoleName(hiring.name)})
    await context.session.send(Hire(card=card, actions=dict(actions)))
    watched = ", ".join(card.watch)
    return Text(f"{card.name} ({card.profile}) joins the team and watches {watched}.")


async def _fire(context: Context, one: One) -> Reply:
    await context.session.send(Fire(role=context.role(one.role)))
    return Text(f"{one.role} has left the team.")


async def _budget(context: Context, limited: Limited) -> Reply:
    if limited.what is not None and limited.most is not None:
        whole = limited.what in ("tokens", "rounds", "steps")
        amount = int(limited.most) if whole else limited.most
        await context.session.send(SetBudget(budget=BudgetCard.model_validate({f"max_{limited.what}": amount})))
    return _budgets(context)


def _budgets(context: Context) -> Reply:
    session = context.session
    view = session.view()
    budget = view.budget
    used = (
        ("tokens", f"{view.usage.prompt_tokens + view.usage.completion_tokens:,}", budget.max_tokens),
        ("seconds", f"{session.elapsed_s:,.0f}", budget.max_seconds),
        ("rounds", str(view.rounds), budget.max_rounds),
        ("steps", str(view.steps), budget.max_steps),
        ("money", f"{session.cost(view.usage):,.4f}", budget.max_money),
    )
    rows = tuple((name, spent, "no limit" if limit is None else f"{limit:,g}") for name, spent, limit in used)
    return Table(("BUDGET", "USED", "LIMIT"), rows, title="Budget")


async def _cost(context: Context, _nothing: Arguments) -> Reply:
    view = context.session.view()
    roles = [_cost_row(context, role.name, role.model, role.usage) for role in view.roles]
    total = _cost_row(context, "all", "", view.usage)
    columns = ("ROLE", "MODEL", "CALLS", "PROMPT", "COMPLETION", "SECONDS", "TOKENS/S", "MONEY")
    return Table(columns, (*roles, total), title="Cost")


def _cost_row(context: Context, name: str, model: str, usage: Usage) -> tuple[str, ...]:
    rate = usage.completion_tokens / usage.model_seconds if usage.model_seconds else 0.0
    return (
        name,
        model,
        str(usage.calls),
        f"{usage.prompt_tokens:,}",
        f"{usage.completion_tokens:,}",
        f"{usage.model_seconds:,.1f}",
        f"{rate:,.1f}",
        f"{context.session.cost(usage):,.4f}",
    )


COMMANDS = (
    command(
        "model",
        "Ask another model from the next step on: for one role, or for all without one of their own.",
        Model,
        _model,
        "Team",
        aliases=("models",),
        details="The model has to be on the server. Without a name: which there are, and who asks which.",
        examples=("/model qwen3:8b", "/model engineer qwen2.5-coder:7b", "/model"),
    ),
    command(
        "hire",
        "Take a role into the team while it works.",
        Hiring,
        _hire,
        "Team",
        details="FILE is a role's name in the library, or the path of a role file. It hears what is said from now on.",
        examples=("/hire qa_engineer", "/hire prompts/roles/critic.md", "/hire engineer as alice"),
    ),
    command(
        "fire",
        "Let a role go; what it is doing ends.",
        One,
        _fire,
        "Team",
        examples=("/fire qa_engineer",),
    ),
    command(
        "budget",
        "Show the budgets, or set one.",
        Limited,
        _budget,
        "Team",
        details="A role that was stopped by a budget goes on with /retry once there is more.",
        examples=("/budget", "/budget tokens 200000", "/budget seconds 1800"),
    ),
    command("cost", "Show tokens, seconds, tokens a second and money, by role.", Arguments, _cost, "Team"),
)
