"""Imports a plugin's file from the bytes that were looked at, and says where it fails."""

import contextlib
import importlib.util
import sys
import traceback
from collections.abc import Callable
from importlib.abc import SourceLoader
from pathlib import Path
from types import ModuleType
from typing import ParamSpec, TypeVar

from agentsh.core.errors import AgentshError, FileError
from agentsh.plugins.sources import PluginFile

P = ParamSpec("P")
T = TypeVar("T")
MEND = "Mend it, or take it away; the others are there."


class _Bytes(SourceLoader):
    """Loads just these bytes: no compiled file beside them is believed, or written."""

    def __init__(self, file: PluginFile) -> None:
        self._file = file

    def get_filename(self, fullname: str) -> str:
        del fullname
        return str(self._file.path)

    def get_data(self, path: str) -> bytes:
        if path != str(self._file.path):
            raise FileNotFoundError(path)
        return self._file.source


def module_of(file: PluginFile) -> ModuleType:
    """Return the module of a file. The same bytes are run once in a process, as Python does with any module.

    Raises:
        FileError: it cannot be imported; names the line.
    """
    name = f"agentsh_plugin_{file.name}_{file.digest[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, file.path, loader=_Bytes(file))
    if spec is None or spec.loader is None:
        raise FileError(str(file.path), None, "it cannot be imported", hint=MEND)
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    try:
        return guarded(str(file.path), lambda: _run(spec.loader, module))
    except FileError:
        del sys.modules[name]
        raise


def guarded(where: str, call: Callable[[], T]) -> T:
    """Return what code of a plugin returns; whatever it raises becomes a FileError with the plugin's line.

    What it prints goes to stderr, so that a result on stdout stays one.
    """
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return call()
    except (Exception, SystemExit) as error:
        raise FileError(where, line_of(error, where), said(error), hint=_hint(error)) from error


def line_of(error: BaseException, path: str) -> int | None:
    """Return the line of the plugin where `error` happened."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or None
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return lines[-1] if lines else None


def said(error: BaseException) -> str:
    """Return an error in one line."""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    line = " ".join(text.split())[:300]
    return f"{type(error).__name__}: {line}" if line else type(error).__name__


def _hint(error: BaseException) -> str:
    if isinstance(error, AgentshError) and error.hint:
        return error.hint
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"Install {error.name} where agentsh is installed: {Path(sys.executable)} -m pip install …"
    return MEND


def _run(loader: object, module: ModuleType) -> ModuleType:
    if isinstance(loader, _Bytes):
        loader.exec_module(module)
    return module
