"""`agentsh world`: which worlds there are, one of them run, and a session's world looked at, after any tick."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.errors import FileError
    from agentsh.session.world_view import EntityDetail
    from agentsh.world.world import World

EPILOG = """\
Examples:

\b
  agentsh world list
  agentsh world run magic-sword --ticks 20 --seed 7
  agentsh world run town --model qwen3:8b --speed 2
  agentsh world inspect magic-sword Aria --tick 4 --json
  agentsh world check                   every world; exit 2 when a file is wrong
"""
app = typer.Typer(
    help="List, check, run and inspect worlds.", callback=o.help_when_bare, invoke_without_command=True, epilog=EPILOG
)
WorldName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the world.", show_default=False)]


@app.command("list", epilog=EPILOG)
def list_(context: typer.Context, json: o.JsonFlag = False) -> None:
    """List worlds along the search path: ./prompts, the user's, the shipped ones."""
    from agentsh.cli.project import kit_of
    from agentsh.wiring.worlds import list_worlds

    found = list_worlds(kit_of(context))
    if json:
        printing.say_json([entry.model_dump(mode="json") for entry in found])
        return
    rows = [(e.name, str(e.rooms), str(e.agents), e.problem or e.summary, e.source) for e in found]
    printing.say_table(rows, ("NAME", "ROOMS", "AGENTS", "WHAT IT IS", "FILE"))


@app.command(epilog=EPILOG)
def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Default: all worlds.")] = None,
    json: o.JsonFlag = False,
) -> None:
    """Check the files of worlds; exit 2 when one is wrong."""
    from agentsh.cli.project import kit_of
    from agentsh.core.errors import ExitCode
    from agentsh.wiring.worlds import check_worlds

    found = check_worlds(kit_of(context), names or ())
    if json:
        printing.say_json({name: [str(error) for error in errors] for name, errors in found.items()})
    else:
        _tell(found)
    if any(found.values()):
        raise typer.Exit(ExitCode.USAGE)


@app.command(epilog=EPILOG)
def run(
    context: typer.Context,
    name: WorldName,
    ticks: Annotated[int | None, typer.Option("--ticks", help="End after so many; default: as its file says.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed of all chance; default: its file's.")] = None,
    speed: Annotated[
        float | None, typer.Option("--speed", help="Most ticks a second; default: as fast as it goes.")
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="A team that works beside the world.")] = None,
    idea: Annotated[str | None, typer.Option("--idea", help="What that team is to make.")] = None,
    model: o.ModelFlag = None,
    host: o.HostFlag = None,
    provider: o.ProviderFlag = None,
    session: Annotated[str | None, typer.Option("--session", help="Name; default: the world's.")] = None,
    workspace: Annotated[Path | None, typer.Option("--workspace", help="Folder; default: a new one.")] = None,
    human: Annotated[list[str] | None, typer.Option("--human", metavar="ROLE", help="An agent you play.")] = None,
    review: o.ReviewFlag = None,
    approve: o.ApproveFlag = None,
    yes: o.YesFlag = False,
    max_tokens: o.MaxTokens = None,
    max_seconds: o.MaxSeconds = None,
    max_steps: o.MaxSteps = None,
    max_money: o.MaxMoney = None,
    temperature: Annotated[float | None, typer.Option("--temperature", help="Sampling temperature, 0 to 2.")] = None,
    pause_at: Annotated[
        list[str] | None,
        typer.Option("--pause-at", metavar="BREAKPOINT", help="Such as component:Health.hp<10; may be repeated."),
    ] = None,
    jsonl: o.JsonlFlag = False,
    quiet: o.QuietFlag = False,
    verbose: o.VerboseFlag = False,
) -> None:
    """Let a world tick; `agentsh resume` goes on with it."""
    from agentsh.cli import requests
    from agentsh.cli.play import begin
    from agentsh.core.errors import UsageError
    from agentsh.core.ids import RoleName, SessionName
    from agentsh.core.world_options import WorldOptions

    if (team is None) != (idea is None):
        raise UsageError("--team and --idea belong together", hint="give both, or none")
    manner = requests.manner(jsonl=jsonl, quiet=quiet, verbose=verbose)
    asked = requests.valid(
        WorldOptions,
        world=name,
        idea=idea or name,
        team=team,
        ticks=ticks,
        ticks_per_second=speed,
        provider=provider,
        model=model,
        host=host,
        session=None if session is None else SessionName(session),
        workspace=None if workspace is None else str(workspace.expanduser().absolute()),
        humans=tuple(RoleName(role) for role in human or ()),
        reviews=requests.reviews(review or ()),
        approve=requests.policy(approve, yes=yes),
        budget=requests.budget(max_tokens, max_seconds, None, max_steps, max_money),
        temperature=temperature,
        seed=seed,
        pause_at=tuple(pause_at or ()),
    )
    raise typer.Exit(begin(context, asked, manner))


@app.command(epilog=EPILOG)
def inspect(
    context: typer.Context,
    session: o.SessionArgument,
    entity: Annotated[str | None, typer.Argument(metavar="[ENTITY]", help="Its name or number.")] = None,
    tick: Annotated[int | None, typer.Option("--tick", min=0, help="After which tick; default: the last.")] = None,
    json: o.JsonFlag = False,
) -> None:
    """Show a session's world after a tick, or one entity of it, with everything that it has."""
    import asyncio

    from agentsh.cli.project import existing_session, kit_of
    from agentsh.session import world_view
    from agentsh.wiring.inspection import world_of

    world = asyncio.run(world_of(kit_of(context), existing_session(context, session), tick))
    if entity is not None:
        detail = world_view.detail_of(world, world_view.found_entity(world, entity))
        lines = [] if json else _entity_page(world, detail)
        value = detail.model_dump(mode="json") | {"tick": world.tick}
    else:
        lines = [] if json else _world_page(world)
        value = _world_value(world)
    if json:
        printing.say_json(value)
    for line in lines:
        printing.say(line)


def _tell(found: dict[str, "list[FileError]"]) -> None:
    for name, errors in found.items():
        if not errors:
            printing.say(f"{name}: all is fine")
        for error in errors:
            printing.say(f"error: {error}")
            if error.hint:
                printing.say(f"  {error.hint}")


def _world_value(world: "World") -> dict[str, object]:
    from agentsh.session import world_view

    return {
        "name": world.card.name,
        "tick": world.tick,
        "time_s": world.time_s,
        "seed": world.seed,
        "rooms": [room.model_dump(mode="json") for room in world_view.rooms_of(world)],
        "entities": [entity.model_dump(mode="json") for entity in world_view.entities_of(world)],
        "systems": [system.model_dump(mode="json") for system in world_view.systems_of(world)],
        "counts": world_view.counts_of(world),
    }


def _world_page(world: "World") -> list[str]:
    from agentsh.session import world_view
    from agentsh.world.services.scene import name_of
    from agentsh.world.services.states import clock

    lines = [f"{world.card.name} after tick {world.tick}: {clock(world.time_s)}, seed {world.seed}"]
    for room in world_view.rooms_of(world):
        there = ", ".join(name_of(world.store, entity) for entity in room.occupants)
        lines.append(f"  {room.name}: {there or 'nobody'}")
    counts = ", ".join(f"{number} {kind}" for kind, number in world_view.counts_of(world).items() if number)
    return [*lines, f"  components: {counts}"]


def _entity_page(world: "World", detail: "EntityDetail") -> list[str]:
    import json

    from agentsh.core.worlds import EntityId
    from agentsh.world.services.scene import name_of

    def names(entities: tuple[EntityId, ...]) -> str:
        return ", ".join(f"{name_of(world.store, entity)} ({entity})" for entity in entities)

    lines = [f"{detail.entity.name or 'entity'} ({detail.entity.id}) after tick {world.tick}"]
    lines += [f"  {kind:<16} {json.dumps(fields, ensure_ascii=False)}" for kind, fields in detail.components.items()]
    lines += [f"  {relation:<16} -> {names(entities)}" for relation, entities in detail.points_to.items()]
    lines += [f"  {relation:<16} <- {names(entities)}" for relation, entities in detail.pointed_by.items()]
    return lines
