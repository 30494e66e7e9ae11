"""Fills prompt templates; whatever is wrong with one is a FileError that names its file and line.

What every template may use, and nothing else (`PROMPT_VARIABLES`):

    idea      what the Boss asked for
    context   messages that matter here, newest of each action: a list of {role, action, content, data}
    observed  messages that set the role off: a list like `context`
    item      with for_each: the item that this run is about
    files     the workspace files that matter here: path → text
    map       the workspace at a glance: each file and what it defines, as much as there is room for
    verdict   of the last verification: {passed, failure: {gate, evidence, path, line}, gates}, or none
    round     which round of mending this is, from 1
    role      who is asked: {name, profile, goal, constraints}
    others    names of the other roles
    vars      what `--var KEY=VALUE` gave
    turn      what the team's conductor tells the role for this turn: the phase, its partner, its choices …
    plan      for an action that makes a plan: {doers: [{name, summary}], done: [texts], why, most}; why it is made anew
    led       whether a weak model is asked: one that picks among calls, or cells, that are put before it
    step      which step of the role's plan this is: {id, text}; none: it follows no plan
    world     for agents of a world: what it tells them, see prompts/actions/think.md
    examples  calls and the results that they have to give: a list of {args, result}

What was said before stands in the conversation itself, so there is no variable for it. Templates include others with
`{% include "parts/house_rules.md" %}`, found along the search path.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from agentsh.core.errors import FileError
from agentsh.core.model import JsonObject
from agentsh.library.front import read_text, split_front
from agentsh.library.places import clipped, nearest

if TYPE_CHECKING:
    from jinja2 import Template, nodes

    from agentsh.library.template_language import PromptEnvironment

PROMPT_VARIABLES = frozenset(
    (
        "idea",
        "context",
        "observed",
        "item",
        "files",
        "verdict",
        "round",
        "role",
        "others",
        "vars",
        "examples",
        "world",
        "turn",
        "plan",
        "step",
        "map",
        "led",
    )
)
MOST_INCLUDES = 10
"""Deepest chain of files that include each other."""
_MOST_CACHED = 256


@dataclass(frozen=True)
class TemplateText:
    """A template as it stands in a file."""

    path: str
    text: str
    first_line: int | None = None
    """Line of the file on which it begins; None: it is looked up when an error needs it."""

    def error(self, line: int, message: str, hint: str = "") -> FileError:
        """Return the error for `line`, from 1, of the template."""
        first_line = self.first_line or self._find_first_line()
        if first_line is None:
            return FileError(self.path, None, f"line {line} of its text: {clipped(message)}", hint=hint)
        return FileError(self.path, first_line + line - 1, clipped(message), hint=hint)

    def _find_first_line(self) -> int | None:
        try:
            here = read_template(Path(self.path))
        except FileError:
            return None
        return here.first_line if here.text == self.text else None


def read_template(path: Path) -> TemplateText:
    """Return the template in a file, with or without front matter. Raises FileError."""
    text = read_text(path)
    if not text.startswith("---"):
        return TemplateText(str(path), text.rstrip(), 1)
    front = split_front(str(path), text)
    return TemplateText(str(path), front.body, front.body_line)


class PromptRenderer:
    """Fills templates; includes are looked for in `folders`, first one first. Fulfils `ports.Renderer`."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        self._folders = tuple(folders)
        self._compiled: dict[tuple[TemplateText, str | None], Template] = {}
        self._passed: set[tuple[TemplateText, frozenset[str]]] = set()
        """Which templates have been checked, each for the names that it may use."""
        self._made: PromptEnvironment | None = None

    def render(self, template: str, variables: JsonObject, *, source: str = "") -> str:
        """Return the text that `template` gives with `variables`.

        Args:
            template: what stands below a prompt file's front matter.
            variables: values of the names that it may use.
            source: the file that it comes from, for errors.

        Raises:
            FileError: it is no template, uses an unknown name, or does too much; names the file and line.
        """
        text = TemplateText(source or "prompt", template)
        self.check(text, variables)
        return self._run(self._compile(text), text, variables)

    def check(self, text: TemplateText, known: Iterable[str] = PROMPT_VARIABLES) -> None:
        """Raise FileError when `text` could not be rendered with the names `known`."""
        names = frozenset(known)
        if (text, names) in self._passed:
            return
        self._look_through(text, names, (_same_path(text.path),))
        if len(self._passed) >= _MOST_CACHED:
            self._passed.clear()
        self._passed.add((text, names))

    def _run(self, template: Template, text: TemplateText, variables: JsonObject) -> str:
        from jinja2 import TemplateError

        from agentsh.library.template_language import MOST_CHARACTERS, TURNS, TooMuch, Turns

        parts: list[str] = []
        room = MOST_CHARACTERS
        try:
            for part in template.root_render_func(template.new_context({**variables, TURNS: Turns()})):
                parts.append(part)
                room -= len(part)
                if room < 0:
                    raise TooMuch(f"the text grows beyond {MOST_CHARACTERS} characters")
        except (
            TemplateError,
            ArithmeticError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
            RecursionError,
        ) as e:
            raise self._failure(e, text) from None
        return "".join(parts)

    def _failure(self, error: Exception, text: TemplateText) -> FileError:
        from agentsh.library.template_language import place_of_failure

        name, line = place_of_failure(error.__traceback__)
        inner = self._find(name) if name is not None else None
        hint = "A value from the command line is given with --var NAME=VALUE." if "vars." in text.text else ""
        return (inner or text).error(line, str(error) or type(error).__name__, hint)

    def _compile(self, text: TemplateText, name: str | None = None) -> Template:
        if (text, name) not in self._compiled:
            if len(self._compiled) >= _MOST_CACHED:
                self._compiled.clear()
            self._compiled[text, name] = self._built(text, name)
        return self._compiled[text, name]

    def _built(self, text: TemplateText, name: str | None) -> Template:
        from jinja2 import Template

        from agentsh.library.template_language import guard

        environment = self._environment()
        tree = self._parsed(text)
        with _faults(text, environment):
            guard(tree, environment)
            code = environment.compile(tree, name, text.path)
        return Template.from_code(environment, code, environment.make_globals(None))

    def _parsed(self, text: TemplateText) -> nodes.Template:
        from agentsh.library.template_language import check_language

        environment = self._environment()
        with _faults(text, environment):
            tree = environment.parse(text.text)
            check_language(tree)
        return tree

    def _look_through(self, text: TemplateText, known: frozenset[str], chain: tuple[str, ...]) -> None:
        """Raise FileError at the first name that is not known, in `text` and in what it includes."""
        from jinja2 import nodes

        from agentsh.library.template_language import included_name

        tree = self._parsed(text)
        with _faults(text, self._environment()):
            _check_names(tree, text, known)
        inside = known | {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
        for include in tree.find_all(nodes.Include):
            inner = self._find(included_name(include) or "")
            if inner is None and not include.ignore_missing:
                raise text.error(include.lineno, f"there is no {included_name(include)!r} to include", self._offer())
            if inner is not None:
                _check_chain(text, include.lineno, (*chain, _same_path(inner.path)))
                self._look_through(inner, inside, (*chain, _same_path(inner.path)))

    def _find(self, name: str) -> TemplateText | None:
        relative = PurePosixPath(name)
        if not name or relative.is_absolute() or ".." in relative.parts or "\0" in name:
            return None
        for folder in self._folders:
            path = folder / relative
            if path.exists() and path.resolve().is_relative_to(folder.resolve()):
                return read_template(path)
        return None

    def _offer(self) -> str:
        found = (path.relative_to(folder).as_posix() for folder in self._folders for path in folder.glob("parts/*.md"))
        return "It is looked for in the prompts folders. " + nearest("", found)

    def _environment(self) -> PromptEnvironment:
        if self._made is None:
            from agentsh.library.template_language import PromptEnvironment

            self._made = PromptEnvironment(self._included)
        return self._made

    def _included(self, name: str) -> Template | None:
        text = self._find(name)
        return None if text is None else self._compile(text, name)


def _check_names(tree: nodes.Template, text: TemplateText, known: frozenset[str]) -> None:
    from jinja2 import meta, nodes

    unknown = meta.find_undeclared_variables(tree) - known - {"range"}
    used = sorted((name.lineno, name.name) for name in tree.find_all(nodes.Name) if name.name in unknown)
    if used:
        line, name = used[0]
        raise text.error(
            line, f"unknown variable {name!r}", f"{nearest(name, known)} Known: {', '.join(sorted(known))}"
        )


def _check_chain(text: TemplateText, line: int, chain: tuple[str, ...]) -> None:
    names = " → ".join(Path(path).name for path in chain)
    if chain[-1] in chain[:-1]:
        raise text.error(line, f"files include each other in a circle: {names}", "Take one include out.")
    if len(chain) > MOST_INCLUDES:
        raise text.error(line, f"more than {MOST_INCLUDES} files deep: {names}", "Include less.")


def _same_path(path: str) -> str:
    return str(Path(path).resolve())


@contextmanager
def _faults(text: TemplateText, environment: PromptEnvironment) -> Iterator[None]:
    """Whatever is wrong with a template is an error of its file."""
    from jinja2 import TemplateSyntaxError

    from agentsh.library.template_language import LanguageError

    try:
        yield
    except TemplateSyntaxError as error:
        hint = (
            f"Filters are {', '.join(sorted(environment.filters.keys() - {'counted'}))}."
            if "filter" in str(error.message)
            else ""
        )
        raise text.error(error.lineno, error.message or "this is not a template", hint) from None
    except LanguageError as error:
        raise text.error(error.line, str(error), error.hint) from None
    except (SyntaxError, RecursionError, ValueError, MemoryError, OverflowError):
        raise text.error(1, "this template is nested too deep, or a number in it is too long", "Simplify it.") from None
