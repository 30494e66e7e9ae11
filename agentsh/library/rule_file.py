"""Rules in agentsh.toml: what holds in a workspace, and a rule more, written beside what else the file says."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from agentsh.core.errors import FileError, UsageError
from agentsh.core.rulebook import Decision, Rule, RuleSet, RuleSettings, parse_rule
from agentsh.library.consent import kept_as_it_was
from agentsh.library.front import read_text

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Array, Table

NEW_FILE_MODE = 0o600


class RuleFile:
    """Fulfils ports.RuleBook from a settings file."""

    def __init__(self, path: Path, workspace: Path, rules: RuleSettings, *, own: bool = False) -> None:
        """Take the file to write to, the workspace's absolute path, the rules, and whether the user chose the file."""
        self._path = path
        self._own = own
        self._workspace = str(workspace)
        self._rules = list(rules.holding_in(self._workspace))

    def holding(self) -> tuple[RuleSet, ...]:
        """Return the rules that hold now."""
        return tuple(self._rules)

    async def keep(self, decision: Decision, rule: Rule, scope: Literal["workspace", "always"]) -> str:
        """Write a rule into the file, and let it hold; its comments and order stay.

        Raises:
            UsageError: the file cannot be written; the rule holds all the same while this process lives.
            FileError: the file is no longer what it has to be.
        """
        self._rules.append(RuleSet().with_rule(decision, rule))
        workspace = self._workspace if scope == "workspace" else None
        trusted = await asyncio.to_thread(add_rule, self._path, decision, rule, workspace)
        if trusted or self._own or decision != "allow":
            return str(self._path)
        return f"{self._path}, where it holds later only once that is trusted (agentsh config trust)"


def add_rule(path: Path, decision: Decision, rule: Rule, workspace: str | None = None) -> bool:
    """Write a rule into a settings file, which is made when it is not there; a rule that is there stays alone.

    Return whether the file is trusted: as it was before, since the rule is its user's own word.

    Args:
        path: agentsh.toml.
        decision: which of the lists.
        rule: the rule.
        workspace: absolute path of the one folder that it holds in; None: everywhere.

    Raises:
        UsageError: the file cannot be written.
        FileError: it is not TOML, or its rules are not lists.
    """
    return _changed(path, decision, rule, workspace, _add)


def remove_rule(path: Path, decision: Decision, rule: Rule, workspace: str | None = None) -> bool:
    """Take a rule out of a settings file; arguments, errors and what is returned are those of `add_rule`."""
    return _changed(path, decision, rule, workspace, _remove)


def _add(listed: "Array", rule: Rule) -> None:
    if str(rule) not in [str(parse_rule(str(known))) for known in listed]:
        listed.append(str(rule))


def _remove(listed: "Array", rule: Rule) -> None:
    for at in reversed([at for at, known in enumerate(listed) if str(parse_rule(str(known))) == str(rule)]):
        del listed[at]


def _changed(
    path: Path, decision: Decision, rule: Rule, workspace: str | None, change: Callable[["Array", Rule], None]
) -> bool:
    try:
        with kept_as_it_was(path) as trusted:
            _change(path.resolve(), decision, workspace, lambda listed: change(listed, rule))
        return trusted
    except OSError as error:
        raise UsageError(
            f"{str(path)!r} cannot be written: {error.strerror}", hint="Change the rule yourself"
        ) from None


def _change(path: Path, decision: Decision, workspace: str | None, change: Callable[["Array"], None]) -> None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    text = read_text(path) if path.exists() else ""
    try:
        document = tomlkit.parse(text)
        change(_list(document, decision, workspace))
        written = tomlkit.dumps(document)
    except (TOMLKitError, AttributeError, TypeError) as error:
        raise FileError(str(path), None, f"no rule can be changed: {error}", hint="Type: agentsh rules") from error
    if written != text:
        _replace(path, written)


def _list(document: "TOMLDocument", decision: Decision, workspace: str | None) -> "Array":
    """Return the list that a rule belongs to, made where it is not there."""
    import tomlkit

    table = cast("Table", document.setdefault("rules", tomlkit.table()))
    if workspace is not None:
        workspaces = cast("Table", table.setdefault("workspaces", tomlkit.table(is_super_table=True)))
        table = cast("Table", workspaces.setdefault(workspace, tomlkit.table()))
    if decision not in table:
        table.add(decision, tomlkit.array().multiline(multiline=True))
    return cast("Array", table[decision])


def _replace(path: Path, text: str) -> None:
    """Put a text in the place of a file at one stroke, with the file's own mode."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else NEW_FILE_MODE
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  only open() takes a descriptor
            file.write(text)
            os.fchmod(file.fileno(), mode)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def rules_of(settings: RuleSettings) -> list[tuple[Decision, Rule, str | None]]:
    """Return every rule with the workspace that it holds in (None: all), the strongest first."""
    sets: list[tuple[RuleSet, str | None]] = [(settings, None)]
    sets += [(rules, workspace) for workspace, rules in settings.workspaces.items()]
    decisions: tuple[Decision, ...] = ("deny", "ask", "allow")
    return [
        (decision, rule, workspace)
        for decision in decisions
        for rules, workspace in sets
        for rule in rules.listed(decision)
    ]
