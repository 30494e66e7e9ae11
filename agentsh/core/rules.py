"""What the rules say of a wish. deny beats ask, and ask beats allow; nothing is read from outside.

An allow rule has to fit all of a wish, exactly; a deny or ask rule any part of it, however it is spelt.
"""

import posixpath
import re
import shlex
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Final

from agentsh.core.danger import danger, every_call, program
from agentsh.core.model import Frozen
from agentsh.core.rulebook import DECISIONS, Decision, Kind, Rule, RuleSet
from agentsh.core.shell import Call, Line, of_argv, words_of

_SYSTEM_FOLDERS: Final = ("/bin/", "/usr/bin/", "/usr/local/bin/")
_SEPARATORS: Final = re.compile(r"[-_.]+")
_PACKAGE = re.compile(r"\s*([A-Za-z0-9][\w.-]*)")


class Wish(Frozen):
    """What somebody wants to happen."""

    kind: Kind
    subjects: tuple[str, ...] = ()
    """Paths, packages, hosts or tools; of a run nothing."""
    argv: tuple[str, ...] = ()
    """Of a run: the program and its arguments."""
    pattern: str = ""
    """Of a rule that would fit it; empty: made of its parts."""

    def suggested(self) -> tuple[str, ...]:
        """Return patterns of rules that would fit this wish and what is much like it."""
        if self.pattern:
            return (self.pattern,)
        if self.kind != "run":
            return self.subjects or ("*",)
        names = dict.fromkeys(call.name for call in _scripted(self.line) if call.words and call.words[0].literal)
        return tuple(f"{shlex.quote(name)} *" for name in names) or ("*",)

    @property
    def line(self) -> Line:
        """The command line of a run."""
        return of_argv(self.argv)


class Judgement(Frozen):
    """What the rules say of a wish; `decision` is None when they say nothing."""

    decision: Decision | None
    why: str = ""


def judge(wish: Wish, sets: Sequence[RuleSet]) -> Judgement:
    """Return the strongest that any of the sets says of a wish, and which rule says it.

    Where a run cannot be seen through, a deny rule cannot be excluded: then it has to be asked for.
    """
    for decision in DECISIONS:
        for rule in (rule for rules in sets for rule in rules.listed(decision) if rule.kind == wish.kind):
            if fits(rule, wish, strictly=decision == "allow"):
                return Judgement(decision=decision, why=f"the rule {decision} {str(rule)!r}")
        if decision == "deny" and _may_be_denied(wish, sets):
            return Judgement(decision="ask", why="what it runs cannot be told beforehand, and some runs are denied")
    return Judgement(decision=None)


def dangerous(wish: Wish) -> str:
    """Return why a wish is asked for although such wishes are approved; empty when it is not."""
    return danger(wish.line) if wish.kind == "run" else ""


def fits(rule: Rule, wish: Wish, *, strictly: bool) -> bool:
    """Return whether a rule is about a wish: about all of it, or about any part of it.

    Args:
        rule: what a user wrote.
        wish: of the same kind, else it does not fit.
        strictly: all of the wish has to fit and be known, as for what is allowed.
    """
    if rule.kind != wish.kind:
        return False
    if wish.kind == "run":
        return _run_fits(rule.pattern, wish.line, strictly=strictly)
    matches = _MATCHERS[wish.kind]
    found = [matches(rule.pattern, subject, strictly) for subject in wish.subjects]
    return (bool(found) and all(found)) if strictly else any(found)


def _may_be_denied(wish: Wish, sets: Sequence[RuleSet]) -> bool:
    if wish.kind != "run" or not any(rule.kind == "run" for rules in sets for rule in rules.listed("deny")):
        return False
    return bool(wish.line.unclear) or any(not program(call) for call in _programs(wish.line))


def _run_fits(pattern: str, line: Line, *, strictly: bool) -> bool:
    wanted = words_of(pattern)
    if wanted == ["*"]:
        return True
    if not strictly:
        return any(_is_like(wanted, call) for call in _programs(line))
    calls = list(_scripted(line))
    return bool(calls) and not line.unclear and all(_is_exactly(wanted, call) for call in calls)


def _programs(line: Line) -> Iterator[Call]:
    """Yield every call that runs a program, or may do so."""
    return (call for call in every_call(line) if call.words or not call.assignments)


def _scripted(line: Line) -> Iterator[Call]:
    """Yield the calls of a line, those of a script in the place of the shell that is handed it."""
    for call in line.calls:
        inner = [found for found in every_call(Line((call,))) if found is not call]
        if inner and program(call) in ("sh", "bash", "dash"):
            yield from inner
        else:
            yield call


def _is_exactly(wanted: Sequence[str], call: Call) -> bool:
    """Whether a call is what the pattern says, without anything that could make it something else."""
    if not call.words or call.assignments or any(word.kind == "open" for word in call.words):
        return False
    if any(not word.literal or not _stays_inside(word.text) for word in call.writes) or not call.words[0].literal:
        return False
    name = call.name
    folder = next((folder for folder in _SYSTEM_FOLDERS if name.startswith(folder)), "")
    if folder and "/" not in name.removeprefix(folder) and "/" not in wanted[0]:
        name = name.removeprefix(folder)
    return _words_fit(wanted, [name, *(word.text for word in call.words[1:])])


def _words_fit(wanted: Sequence[str], words: Sequence[str]) -> bool:
    """Whether words are those of the pattern, each a glob; a last `*` stands for any further ones."""
    if wanted[-1:] == ["*"]:
        wanted, words = wanted[:-1], words[: len(wanted) - 1]
    return len(wanted) == len(words) and all(map(_glob, words, wanted))


def _is_like(wanted: Sequence[str], call: Call) -> bool:
    """Whether a call may be what the pattern says: the program of any folder, its words in this order among others."""
    name = program(call)
    if not name or not _glob(name, wanted[0].rpartition("/")[2].casefold()):
        return False
    words = iter(call.words[1:])
    rest = [pattern for pattern in wanted[1:] if pattern != "*"]
    return all(any(word.kind != "literal" or _glob(word.text, pattern) for word in words) for pattern in rest)


def _glob(text: str, pattern: str) -> bool:
    return fnmatchcase(text, pattern)


def _stays_inside(path: str) -> bool:
    return path == "/dev/null" or not (path.startswith(("/", "~")) or ".." in path.split("/"))


def _path_fits(pattern: str, path: str, strictly: bool) -> bool:
    """Whether a path, or a folder that it lies in, is what the pattern says."""
    if strictly and not _stays_inside(path):
        return False
    plain = _plain_path(path)
    if not strictly:
        plain, pattern = _folded(plain), _folded(pattern)
    parts = plain.split("/")
    wanted = pattern.strip("/").removeprefix("./")
    if "/" not in wanted:
        return any(_glob(part, wanted) for part in parts) if wanted != "**" else True
    regex = _path_regex(wanted)
    return any(regex.fullmatch("/".join(parts[:length])) for length in range(1, len(parts) + 1))


def _plain_path(path: str) -> str:
    return posixpath.normpath(path.replace("\\", "/")).lstrip("/")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _path_regex(pattern: str) -> re.Pattern[str]:
    """Return what a glob with folders means: `*` within a name, `**` any number of folders."""
    parts = [_part_regex(part) for part in pattern.split("/")]
    text = "/".join(parts).replace("(?:.*)/", "(?:.*/)?")
    return re.compile(text, re.DOTALL)


def _part_regex(part: str) -> str:
    if part == "**":
        return "(?:.*)"
    translated = {"*": "[^/]*", "?": "[^/]"}
    return "".join(translated.get(character) or re.escape(character) for character in part)


def _package_fits(pattern: str, wanted: str, strictly: bool) -> bool:
    """Whether a requirement such as `requests[socks]>=2` is of a package that the pattern names."""
    found = _PACKAGE.match(wanted)
    if found is None or (strictly and ("@" in wanted or "/" in wanted or ":" in wanted)):
        return not strictly
    return _glob(_canonical(found[1]), _canonical(pattern))


def _canonical(name: str) -> str:
    """Return a package's name as PEP 503 compares it; a glob stays one."""
    return _SEPARATORS.sub("-", name.strip()).lower()


def _host_fits(pattern: str, host: str, strictly: bool) -> bool:
    """Whether a host is what the pattern says; `*` as a host stands for any, so that only the rule `*` allows it."""
    wanted, found = pattern.lower().rstrip("."), host.lower().rstrip(".")
    if found == "*":
        return wanted == "*" if strictly else True
    return _glob(found, wanted)


def _tool_fits(pattern: str, name: str, strictly: bool) -> bool:
    """Whether a tool's name is what the pattern says."""
    return _glob(name, pattern) if strictly else _glob(name.casefold(), pattern.casefold())


_MATCHERS: Final[dict[Kind, Callable[[str, str, bool], bool]]] = {
    "write": _path_fits,
    "read": _path_fits,
    "install": _package_fits,
    "net": _host_fits,
    "tool": _tool_fits,
}
