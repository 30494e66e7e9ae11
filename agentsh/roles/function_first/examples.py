"""Examples in an idea: calls and what they have to give, in the many ways in which people write them.

`level -> True, banana -> False` · `count_vowels("hello") -> 2` · `f(1, 2) = 3` · `'abc' => 'cba'` ·
`returns 3 for [1, 2]` · a doctest. Python literals are taken as such, bare words as text.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agentsh.core.model import Frozen
from agentsh.core.verdict import Example
from agentsh.roles.function_first.literal import Value, is_bare, leading, loose, span_end, strict, values
from agentsh.roles.function_first.python import value_of
from agentsh.roles.function_first.signature import TYPE, Signature, calls, read_parameters

MOST_EXAMPLES = 12
_ARROW = re.compile(r"[ \t]*(?:->|=>|→|⇒)[ \t]*")
_WORDS = r"==?|(?:it\s+|that\s+|which\s+)?(?:returns?|gives?|yields?|becomes|is|should\s+(?:be|return|give))"
_EQUALS = re.compile(rf"[ \t]*(?:{_WORDS})[ \t]+|[ \t]*==?[ \t]*")
_RETURNS = re.compile(r"\b(?:returns?|gives?|yields?)\s+\Z")
_FOR = re.compile(r"\s+(?:for|on|from|when\s+given|if\s+given|given)\s+(?:the\s+input\s+|input\s+)?")
_DOCTEST = re.compile(r">>>\s*\Z")
_SEPARATOR = re.compile(r"[,;\n:()]|\.(?=\s|\Z)|\s(?:and|or|but)\s|\s-\s")
_LEAD = re.compile(
    r"(?:[-*•>]\s+|(?:for\s+example|for\s+instance|examples?|e\.g\.|such\s+as|like|and|or|with|input|returns?)\b[\s:,]*)+",
    re.IGNORECASE,
)
_RETURN_TYPE = re.compile(rf"\s*->\s*{TYPE}")
_MOST_BARE_WORDS = 4


class Found(Frozen):
    """An example and where in the text it stands."""

    arguments: tuple[Value, ...]
    result: Value
    start: int
    end: int


def find_examples(idea: str, signature: Signature) -> tuple[Example, ...]:
    """Return the examples that `idea` gives for a function, in its order, each once."""
    found = locate_examples(idea, signature)
    sources = zip(_alike_arguments(found), _alike([one.result for one in found]), strict=True)
    examples = [Example(args=", ".join(arguments), result=result) for arguments, result in sources]
    return tuple(dict.fromkeys(examples))[:MOST_EXAMPLES]


def locate_examples(idea: str, signature: Signature) -> list[Found]:
    """Return the examples with their places, in order; where two readings overlap, the surer one holds."""
    taken: list[Found] = []
    text = without_signature(idea, signature)
    for reading in (_called, _arrows, _equated, _backwards):
        for one in reading(text, signature):
            apart = all(one.end <= other.start or other.end <= one.start for other in taken)
            if apart and signature.takes(len(one.arguments)):
                taken.append(one)
    return sorted(taken, key=lambda one: one.start)


def without_signature(idea: str, signature: Signature) -> str:
    """Return `idea` with spaces where the signature stands, so that all else keeps its place."""
    for call in calls(idea):
        if call.name == signature.name and read_parameters(call.inside) == signature.parameters:
            typed = _RETURN_TYPE.match(idea, call.end)
            end = typed.end() if typed else call.end
            idea = idea[: call.start] + " " * (end - call.start) + idea[end:]
    return idea


def _called(idea: str, signature: Signature) -> Iterator[Found]:
    """`f("hello") -> 2`, `f(1, 2) = 3`, `f(x) returns 4`, and doctests."""
    for call in calls(idea):
        if call.name == signature.name and (result := _result_of_call(idea, call.start, call.end)) is not None:
            yield Found(arguments=_arguments(call.inside), result=result, start=call.start, end=result.end)


def _result_of_call(idea: str, start: int, end: int) -> Value | None:
    end += idea[end : end + 1] == "`"
    if (arrow := _ARROW.match(idea, end)) is not None:
        return _value_at(idea, arrow.end())
    if (words := _EQUALS.match(idea, end)) is not None:
        return leading(idea, words.end())
    if _DOCTEST.search(idea, 0, start) and idea[end : end + 1] == "\n":
        return leading(idea, end + 1)
    return None


def _arguments(inside: str) -> tuple[Value, ...]:
    parts = (inside[start:end] for start, end in _items(inside, re.compile(",")))
    return tuple(value for part in parts if (value := _value(part)) is not None)


def _arrows(idea: str, signature: Signature) -> Iterator[Found]:
    """`level -> True, banana -> False`: what stands before an arrow is as many items as there are parameters."""
    begin = 0
    for arrow in _outer_arrows(idea):
        result = _value_at(idea, arrow.end())
        if result is None:
            continue
        found = _before(idea, begin, arrow.start(), len(signature.parameters))
        if found is not None:
            start, arguments = found
            yield Found(arguments=arguments, result=result, start=start, end=result.end)
        begin = result.end


def _outer_arrows(idea: str) -> Iterator[re.Match[str]]:
    """Yield the arrows that stand in no quotes and in no brackets but such as hold whole examples."""
    position = 0
    while position < len(idea):
        end = span_end(idea, position)
        if end is not None and (idea[position] != "(" or not _ARROW.search(idea, position, end)):
            position = end
        elif (arrow := _ARROW.match(idea, position)) is not None:
            yield arrow
            position = arrow.end()
        else:
            position += 1


def _before(idea: str, begin: int, end: int, count: int) -> tuple[int, tuple[Value, ...]] | None:
    """Return the last `count` items of idea[begin:end], and where they start."""
    items = [(begin + start, begin + stop) for start, stop in _items(idea[begin:end], _SEPARATOR)]
    items = [(start, stop) for start, stop in items if idea[start:stop].strip()]
    if not items or not count:
        return None
    whole = leading(idea, items[-1][0])
    if count > 1 and whole is not None and whole.source.startswith("("):
        parts = value_of(whole.source)
        given = parts if isinstance(parts, tuple) else ()
        return items[-1][0], tuple(Value(source=repr(part), start=whole.start, end=whole.end) for part in given)
    chosen = items[-count:]
    start = chosen[0][0] + _lead(idea[chosen[0][0] : chosen[0][1]])
    texts = [idea[start : chosen[0][1]], *(idea[at:stop] for at, stop in chosen[1:])]
    arguments = tuple(value for text in texts if (value := _value(text)) is not None)
    return start, arguments


def _lead(item: str) -> int:
    """Return how much of an item stands before its value: `for example`, a bullet, or a whole sentence."""
    stripped = len(item) - len(item.lstrip())
    lead = _LEAD.match(item, stripped)
    start = lead.end() if lead else stripped
    words = item[start:].split()
    if strict(item[start:]) is None and words and (len(words) > _MOST_BARE_WORDS or strict(words[-1]) is not None):
        return item.rindex(words[-1])
    return start


def _equated(idea: str, signature: Signature) -> Iterator[Found]:
    """`32 gives 0.0`, `'abc' becomes 'cba'`: unmistakable values on both sides."""
    found = list(values(idea))
    count = len(signature.parameters)
    for n in range(count, len(found)):
        arguments, result = found[n - count : n], found[n]
        between = _EQUALS.fullmatch(idea, arguments[-1].end, result.start) if arguments else None
        if between and _listed(idea, arguments):
            yield Found(arguments=tuple(arguments), result=result, start=arguments[0].start, end=result.end)


def _backwards(idea: str, signature: Signature) -> Iterator[Found]:
    """`returns 3 for [1, 2]`."""
    found = list(values(idea))
    count = len(signature.parameters)
    for n in range(len(found) - count):
        result, arguments = found[n], found[n + 1 : n + 1 + count]
        said = (
            arguments
            and _RETURNS.search(idea, 0, result.start)
            and _FOR.fullmatch(idea, result.end, arguments[0].start)
        )
        if said and _listed(idea, arguments):
            yield Found(arguments=tuple(arguments), result=result, start=result.start, end=arguments[-1].end)


def _listed(idea: str, found: Sequence[Value]) -> bool:
    """Whether only commas or `and` stand between the values."""
    pairs = pairwise(found)
    return all(idea[left.end : right.start].strip() in (",", "and", ", and") for left, right in pairs)


def _value_at(idea: str, start: int) -> Value | None:
    """Return the value at `start`: an unmistakable one when it stands alone, else the bare words up to a separator."""
    value = leading(idea, start)
    if value is not None and (value.bare is None or _ends(idea, value.end)):
        return value
    stop = next((end for _, end in _items(idea[start:], _SEPARATOR) if end), 0)
    return _value(idea[start : start + stop], start)


def _ends(idea: str, position: int) -> bool:
    rest = idea[position:].lstrip(" \t`")
    return not rest or _SEPARATOR.match(rest) is not None or _SEPARATOR.match(idea, position) is not None


def _value(text: str, start: int = 0) -> Value | None:
    source = loose(text)
    if source is None:
        return None
    return Value(
        source=source,
        start=start,
        end=start + len(text.rstrip()),
        bare=text.strip().strip("`").strip() if is_bare(text) else None,
    )


def _items(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """Yield the stretches of `text` between separators that stand in no quotes and no brackets that are values."""
    start = position = 0
    while position < len(text):
        value = None if text[position].isspace() else span_end(text, position)
        if value is not None and strict(text[position:value]) is not None:
            position = value
        elif (match := separator.match(text, position)) is not None and match.end() > position:
            yield start, position
            start = position = match.end()
        else:
            position += 1
    yield start, len(text)


def _alike_arguments(found: Sequence[Found]) -> list[tuple[str, ...]]:
    """Return the sources of each example's arguments, each parameter's values alike."""
    width = max((len(one.arguments) for one in found), default=0)
    columns = [_alike([one.arguments[n] for one in found if n < len(one.arguments)]) for n in range(width)]
    feeds = [iter(column) for column in columns]
    return [tuple(next(feeds[n]) for n in range(len(one.arguments))) for one in found]


def _alike(column: Sequence[Value]) -> list[str]:
    """Return the values' sources; where one of them is text, bare numbers among them were meant as text too."""
    is_text = any(value.source[:1] in "'\"" for value in column)
    return [repr(value.bare) if is_text and value.bare is not None else value.source for value in column]
