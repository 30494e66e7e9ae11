"""What is in a workspace that is to be verified: its files, which of them are Python, tests, and what is started."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agentsh.core.files import FileDraft
from agentsh.core.verdict import RECORD, VerifyPlan
from agentsh.ports import Workspace
from agentsh.verify.concern import concerned, importers
from agentsh.verify.packages import FILES, Declarations, declarations

_GUARD = re.compile(r"^if\s+__name__\s*==\s*[\"']__main__[\"']", re.MULTILINE)
_SUPPORT = frozenset({"conftest.py", "setup.py", "noxfile.py", "__init__.py"})
_OF_TOOLS = frozenset({"setup.py", "noxfile.py"})
_PROGRAMS = frozenset({"main.py", "__main__.py"})
_DOCUMENTS = frozenset({"docs", "doc"})
READ_TOO = (*FILES, "package.json", "Makefile", "makefile", "GNUmakefile", RECORD)
"""Files besides the Python ones whose text tells something."""


@dataclass(frozen=True)
class Program:
    """What is in a workspace."""

    root: str
    """Absolute path."""
    files: tuple[str, ...]
    """All files, sorted."""
    sources: dict[str, str | None]
    """Each .py file's text; None when it is not readable as UTF-8."""
    entry: str | None
    """The Python file that is started; None: it is a library."""
    texts: dict[str, str] = field(default_factory=dict)
    """Texts of the files of `READ_TOO` that are there."""
    own: frozenset[str] | None = None
    """The files that the team is held to, in a project that was there before; None: all."""

    def is_held_to(self, path: str) -> bool:
        """Whether what is wrong in a file is the team's to mend."""
        return self.own is None or path in self.own

    @cached_property
    def concerned(self) -> tuple[str, ...]:
        """Paths of the Python files that are looked at."""
        return tuple(self.sources) if self.own is None else concerned(self.sources, self.own)

    @cached_property
    def tests(self) -> tuple[str, ...]:
        """Paths of the test files that are run."""
        tests = (path for path in self.sources if is_test(path))
        if self.own is None:
            return tuple(tests)
        importing = frozenset(importers(self.sources, self.own))
        return tuple(path for path in tests if path in self.own or path in importing)

    def is_needed(self, path: str) -> bool:
        """Whether what a file imports has to be there: it is the team's, or a test that is run."""
        return self.is_held_to(path) or path in self.tests

    @cached_property
    def declared(self) -> Declarations:
        """What it declares to need."""
        return declarations({path: text for path, text in self.texts.items() if path in FILES}, self.files)

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that hold Python files, at any depth; "" is the root."""
        names = (path.split("/") for path in self.sources)
        return frozenset("/".join(parts[:count]) for parts in names for count in range(len(parts)))

    @property
    def entry_argv(self) -> tuple[str, ...]:
        """What starts the program: a script by its path, a package by `-m`."""
        if self.entry is None:
            return ()
        folder, _, name = self.entry.rpartition("/")
        if name == "__main__.py" and folder:
            return ("python3", "-m", folder.replace("/", "."))
        return ("python3", self.entry)

    @property
    def modules(self) -> tuple[str, ...]:
        """Dotted names of what a library offers for import, from the root or src/; of what the team is held to."""
        held = (path for path in self.sources if self.is_held_to(path))
        paths = (path for path in held if not is_of_a_tool(path) and not is_for_tests(path))
        names = [path.removeprefix("src/").removesuffix(".py").removesuffix("/__init__") for path in paths]
        offered = [name.replace("/", ".") for name in names if name not in _STEMS]
        return tuple(name for name in offered if all(part.isidentifier() for part in name.split(".")))


_STEMS = frozenset(name.removesuffix(".py") for name in _SUPPORT)


async def look(workspace: Workspace, plan: VerifyPlan, drafts: Sequence[FileDraft] = ()) -> Program:
    """Read what there is to verify, with `drafts` laid over it."""
    laid = {draft.path: draft.text for draft in drafts}
    files = await files_with(workspace, drafts)

    async def read(path: str) -> str | None:
        return laid[path] if path in laid else await workspace.read(path)

    sources = {path: await read(path) for path in files if path.endswith(".py")}
    texts = {path: await read(path) for path in READ_TOO if path in files}
    own = None if plan.own is None else frozenset(plan.own)
    return Program(
        root=str(workspace.root),
        files=files,
        sources=sources,
        entry=plan.entry.removeprefix("./") if plan.entry is not None else _entry(sources, own),
        own=own,
        texts={path: text for path, text in texts.items() if text is not None},
    )


async def files_with(workspace: Workspace, drafts: Sequence[FileDraft]) -> tuple[str, ...]:
    """Return the paths of a workspace's files, with `drafts` laid over them, sorted."""
    there = {entry.path for entry in await workspace.files()}
    laid = {draft.path for draft in drafts}
    return tuple(sorted(there - laid | {draft.path for draft in drafts if draft.text is not None}))


def is_test(path: str) -> bool:
    """Whether a file is one that test runners look into."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test_") or name.endswith("_test.py") or name == "tests.py")


def is_test_support(path: str) -> bool:
    """Whether a file is run by the test runner only, so that the stand-in for pytest serves it."""
    return is_test(path) or path.rpartition("/")[2] == "conftest.py"


def is_for_tests(path: str) -> bool:
    """Whether only tests import a file: it is one, or stands in the folder for them."""
    return is_test_support(path) or path.startswith(("tests/", "test/"))


def is_of_a_tool(path: str) -> bool:
    """Whether a file is only ever run by a tool that builds, tests or documents, with whatever that brings."""
    folder, _, name = path.rpartition("/")
    return path in _OF_TOOLS or (name == "conf.py" and folder.partition("/")[0] in _DOCUMENTS)


def find_entry(sources: dict[str, str | None]) -> str | None:
    """Return main.py, else __main__.py, else the one file with a `__main__` guard, else the only one at the top."""
    candidates = [path for path in sources if not is_test(path) and path.rpartition("/")[2] not in _SUPPORT]
    for name in ("main.py", "__main__.py", "src/main.py"):
        if name in candidates:
            return name
    packages = [path for path in candidates if path.endswith("/__main__.py")]
    guarded = [path for path in candidates if _GUARD.search(sources[path] or "")]
    return _only(packages) or _only(guarded) or _only([path for path in candidates if "/" not in path])


def _entry(sources: dict[str, str | None], own: frozenset[str] | None) -> str | None:
    """Return what is started; of a project that was there before nothing that is not plainly its program."""
    entry = find_entry(sources)
    is_plain = entry is None or own is None or entry in own or entry.rpartition("/")[2] in _PROGRAMS
    return entry if is_plain else None


def _only(paths: Collection[str]) -> str | None:
    return next(iter(paths)) if len(paths) == 1 else None


def listed(paths: Iterable[str], most: int = 12) -> str:
    """Return paths for a sentence, not too many of them."""
    paths = list(paths)
    more = f" and {len(paths) - most} more" if len(paths) > most else ""
    return ", ".join(paths[:most]) + more if paths else "nothing"
