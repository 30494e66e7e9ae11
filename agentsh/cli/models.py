"""`agentsh models`: the models of the server that a run would ask; looking at one, pulling one."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.chat import ModelInfo
    from agentsh.ports import Provider

T = TypeVar("T")

app = typer.Typer(help="List, show and pull models.", callback=o.help_when_bare, invoke_without_command=True)

EPILOG = """\
Examples:

\b
  agentsh models list
  agentsh models pull qwen3:8b
  agentsh models show qwen3:8b --host http://10.0.0.2:11434 --json
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
    """Show what a model is and can do."""

    async def ask(server: "Provider") -> tuple[str, "ModelInfo"]:
        return server.host, await server.describe(name)

    where, model = _asked(context, host, provider, ask)
    if json:
        printing.say_json(model.model_dump(mode="json") | {"host": where})
        return
    heads = ("name", "parameters", "size", "context", "can")
    for head, value in zip(heads, _row(model), strict=True):
        printing.say(f"{head:<12}  {value}")
    printing.say(f"{'quantization':<12}  {model.quantization}\n{'host':<12}  {where}")


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
