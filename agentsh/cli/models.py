"""`agentsh models`: the models of the server that a run would ask; looking at one, pulling one, examining one."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.chat import ModelInfo
    from agentsh.ports import Provider

T = TypeVar("T")

EPILOG = """\
Examples:

\b
  agentsh models list
  agentsh models pull qwen3:8b
  agentsh models show qwen3:8b --host http://10.0.0.2:11434 --json
  agentsh models doctor qwen3:8b
"""
app = typer.Typer(
    help="List, show, pull and examine models.", callback=o.help_when_bare, invoke_without_command=True, epilog=EPILOG
)
DOCTOR_EPILOG = """\
Examples:

\b
  agentsh models doctor qwen3:8b
  agentsh models doctor smollm2-135m --provider local
  agentsh models doctor qwen3:8b --json | jq .protocol

\b
Exit code 0, however well the model did; 5 when it cannot be asked. What was found is kept in the home, is
shown by `agentsh models show`, and says how teams ask the model for tool calls. The questions are files:
prompts/trials/*.md.
"""
ModelName = Annotated[str, typer.Argument(metavar="MODEL", help="As the server calls it.", show_default=False)]


@app.command("list", epilog=EPILOG)
def list_(
    context: typer.Context, host: o.HostFlag = None, provider: o.ProviderFlag = None, json: o.JsonFlag = False
) -> None:
    """List the models that the server has."""

    async def ask(server: "Provider") -> tuple[str, list["ModelInfo"], set[str]]:
        return server.host, await server.list_models(), {model.name for model in await server.running()}

    where, found, loaded = _asked(context, host, provider, ask)
    if json:
        printing.say_json([model.model_dump(mode="json") | {"loaded": model.name in loaded} for model in found])
        return
    if not found:
        printing.note(f"There are no models on {where}. Type: agentsh models pull qwen3:8b")
        return
    printing.note(f"on {where}:")
    rows = [(*_row(model), "yes" if model.name in loaded else "") for model in found]
    printing.say_table(rows, ("NAME", "PARAMETERS", "SIZE", "CONTEXT", "CAN", "LOADED"))


@app.command(epilog=EPILOG)
def show(
    context: typer.Context,
    name: ModelName,
    host: o.HostFlag = None,
    provider: o.ProviderFlag = None,
    json: o.JsonFlag = False,
) -> None:
    """Show what a model is and can do, and what was found of it by `agentsh models doctor`."""
    from agentsh.cli.fitness import say_fitness
    from agentsh.cli.project import home_of
    from agentsh.library.examined import Examined

    async def ask(server: "Provider") -> tuple[str, "ModelInfo"]:
        return server.host, await server.describe(name)

    where, model = _asked(context, host, provider, ask)
    known = Examined(home_of(context).examined).of(name, where)
    if json:
        found = None if known is None else known.model_dump(mode="json")
        printing.say_json(model.model_dump(mode="json") | {"host": where, "examined": found})
        return
    heads = ("name", "parameters", "size", "context", "can")
    for head, value in zip(heads, _row(model), strict=True):
        printing.say(f"{head:<12}  {value}")
    printing.say(f"{'quantization':<12}  {model.quantization}\n{'host':<12}  {where}")
    if known is None:
        printing.note(f"What it really can is not known yet. Type: agentsh models doctor {name}")
        return
    changed = "" if known.modified_at == model.modified_at else ", before the model was changed"
    printing.say(f"\nexamined {known.examined_at}{changed}:")
    say_fitness(known)


@app.command(epilog=DOCTOR_EPILOG)
def doctor(
    context: typer.Context,
    name: ModelName,
    host: o.HostFlag = None,
    provider: o.ProviderFlag = None,
    json: o.JsonFlag = False,
) -> None:
    """Find out by asking it what a model can do: JSON, tools, roles, a long prompt, how quickly."""
    from agentsh.cli.fitness import say_fitness, say_trial, verdict
    from agentsh.cli.project import kit_of, project
    from agentsh.wiring.examination import examine_model

    settings, _ = project(context, tell=False)
    fitness = _asked(
        context, host, provider, lambda server: examine_model(server, name, kit_of(context), settings, say_trial)
    )
    summary, hint = verdict(fitness)
    if json:
        printing.say_json(fitness.model_dump(mode="json") | {"summary": summary, "hint": hint})
        return
    say_fitness(fitness)
    printing.say(f"\n{summary}{' ' if hint else ''}{hint}")


@app.command(epilog=EPILOG)
def pull(context: typer.Context, name: ModelName, host: o.HostFlag = None, provider: o.ProviderFlag = None) -> None:
    """Download a model to the server, with progress."""
    from agentsh.cli.download import DownloadView

    view = DownloadView(redraw=printing.stderr_is_terminal())

    async def ask(server: "Provider") -> str:
        async for progress in server.pull(name):
            view(progress)
        return server.host

    try:
        where = _asked(context, host, provider, ask)
    finally:
        view.close()
    printing.say(f"{name} is on {where}")


def _asked(
    context: typer.Context, host: str | None, provider: str | None, ask: Callable[["Provider"], Awaitable[T]]
) -> T:
    """Return what `ask` finds out from the server that a run would ask; flags as in `agentsh run`."""
    import asyncio

    from agentsh import wiring
    from agentsh.cli.project import project
    from agentsh.wiring.kit import Kit

    settings, home = project(context)

    async def conversation() -> T:
        async with wiring.open_provider(settings, host=host, provider=provider, plugged=Kit(home).providers) as server:
            return await ask(server)

    return asyncio.run(conversation())


def _row(model: "ModelInfo") -> tuple[str, ...]:
    from agentsh.cli.download import megabytes

    size = megabytes(model.size_bytes) if model.size_bytes else ""
    context = f"{model.context_length:,}" if model.context_length else ""
    return (model.name, model.parameters, size, context, ", ".join(model.capabilities))
