"""What is stored or crosses a port is told by its class, and each class is whole."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from pydantic import BaseModel

LAYERS = ("agentsh.core", "agentsh.engine", "agentsh.session", "agentsh.commands")


def models(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield every model class of the project below `of`."""
    for model in of.__subclasses__():
        if model.__module__.startswith("agentsh."):
            yield model
        yield from models(model)


@pytest.mark.parametrize("layer", LAYERS)
def test_every_model_can_be_built_though_each_is_built_only_when_first_used(layer: str) -> None:
    package = importlib.import_module(layer)
    for module in pkgutil.walk_packages(package.__path__, f"{layer}."):
        importlib.import_module(module.name)
    for model in models(BaseModel):
        model.model_rebuild(raise_errors=True)
        assert model.__pydantic_complete__, model
