"""Pydantic models of plugins, which action files name as what they answer with: `output: poet:Verse`."""

from pydantic import BaseModel

from agentsh.core.errors import UsageError
from agentsh.core.model import JsonObject
from agentsh.library.output_models import schema_of
from agentsh.library.places import nearest
from agentsh.plugins.plugins import Plugin, Plugins


def output_model(name: str, plugins: Plugins | None) -> JsonObject:
    """Return the shape of an answer that a model has.

    Args:
        name: the plugin's name, a colon, and what the model is called in it.
        plugins: those that there are; None: none.

    Raises:
        UsageError: it is not there, or no answer can be held to it.
    """
    owner, _, model = name.partition(":")
    module = _module(owner, plugins)
    found = getattr(module, model, None)
    if not isinstance(found, type) or not issubclass(found, BaseModel) or found is BaseModel:
        there = [key for key, value in vars(module).items() if _is_own(value, module)]
        what = f"has no model {model!r}" if found is None else f"has {model!r}, but that is no pydantic model"
        raise UsageError(f"the plugin {owner!r} {what}", hint=nearest(model, there))
    try:
        return schema_of(found)
    except ValueError as error:
        raise UsageError(
            f"no answer can be a {name}: {error}", hint="Change the model, or write the fields here."
        ) from None


def _module(owner: str, plugins: Plugins | None) -> object:
    known = {plugin.name: plugin for plugin in (plugins.found if plugins is not None else ())}
    if owner not in known or plugins is None:
        raise UsageError(f"there is no plugin {owner!r}", hint=nearest(owner, known))
    if (module := plugins.module(owner)) is None:
        raise UsageError(f"the plugin {owner!r} {_why(known[owner])}", hint="Type: agentsh plugins list")
    return module


def _why(plugin: Plugin) -> str:
    if plugin.standing == "failed":
        return f"could not be loaded: {plugin.problems[0]}"
    return "is left out until you trust it"


def _is_own(value: object, module: object) -> bool:
    own = getattr(module, "__name__", "")
    return isinstance(value, type) and issubclass(value, BaseModel) and value.__module__ == own
