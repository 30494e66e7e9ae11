"""Files, written as fenced blocks: one answer an item, each judged and written again while it is not good."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from agentsh.core.files import FileDraft
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.roles.actions.candidates import best_of
from agentsh.roles.actions.drafts import Reader, as_answer, reader
from agentsh.roles.actions.items import Item, items
from agentsh.roles.actions.paths import is_plain, named_in
from agentsh.roles.actions.review import judge
from agentsh.roles.question import Question
from agentsh.roles.reviewing import Reviewable, as_wanted
from agentsh.roles.variables import says_files
from agentsh.roles.work import Work


@dataclass
class _Written:
    """What the action has written so far."""

    lines: dict[str, int] = field(default_factory=dict)
    """By path."""
    objections: dict[str, str] = field(default_factory=dict)
    """What the last review of an item still wanted changed, by the item's label."""
    tried: list[JsonObject] = field(default_factory=list)
    """How far each candidate got, when there were several."""

    def add(self, drafts: tuple[FileDraft, ...]) -> None:
        """Note that these are in the workspace."""
        self.lines |= {draft.path: len((draft.text or "").splitlines()) for draft in drafts}


async def write_files(work: Work) -> Message:
    """Write each item's files as they come, and publish which they are. Raises OutputInvalid; UnsafePath."""
    todo = await items(work)
    written = _Written()
    for item in todo:
        others = {other.path for other in todo if other.path is not None} - {item.path}
        await _write_item(work, item, others, written)
    return await work.publish(_told(written), _data(written))


async def _write_item(work: Work, item: Item, others: set[str], written: _Written) -> None:
    files = await _relevant(work, item, written)
    question = await work.question(label=item.label, extra=item.variables, files=files)
    drafts = await _ask(work, question, item, others, written)
    review = work.action.review
    for time in range(review.rounds) if review else ():
        judgement = await judge(work, item, drafts, time)
        if judgement.approved:
            written.objections.pop(item.label, None)
            return
        written.objections[item.label] = judgement.comments
        question = question.then(as_answer(drafts), _rewrite(judgement.comments))
        drafts = await _ask(work, question, item, others, written)


async def _ask(
    work: Work, question: Question, item: Item, others: set[str], written: _Written
) -> tuple[FileDraft, ...]:
    drafts = await _wanted(work, question, reader(item.path, others), written)
    await work.reaction.write(drafts, f"{work.action.name}: {_paths(drafts)}")
    written.add(drafts)
    return drafts


async def _wanted(work: Work, question: Question, read: Reader, written: _Written) -> tuple[FileDraft, ...]:
    """Return files as the Boss wants them, where the role's card says that the Boss sees them first."""

    async def make(asked: Question) -> tuple[FileDraft, ...]:
        drafts, tried = await best_of(work, asked, read)
        written.tried += tried
        return drafts

    how = Reviewable(what=lambda drafts: f"write {_paths(drafts)}", text=as_answer, read=read, make=make)
    return await as_wanted(work, question, how)


async def _relevant(work: Work, item: Item, written: _Written) -> dict[str, str] | None:
    """Return the files that an item's prompt shows: its own, those that it names, those just written."""
    if item.path is None:
        return None
    if not says_files(work.action.prompt):
        return {}
    named: JsonValue = list(item.variables.values())
    paths = dict.fromkeys(path for path in [item.path, *named_in(named), *written.lines] if is_plain(path))
    return await work.reaction.read(list(paths))


def _paths(drafts: tuple[FileDraft, ...]) -> str:
    return ", ".join(draft.path for draft in drafts)


def _rewrite(comments: str) -> str:
    return f"A review wants changes:\n\n{comments}\n\nWrite it again, whole, with these changes made."


def _told(written: _Written) -> str:
    if not written.lines:
        return "There was nothing to write."
    files = "\n".join(f"- `{path}` ({_lines(count)})" for path, count in written.lines.items())
    open_ = "".join(
        f"\n\nThe last review of {label or 'it'} said:\n\n{said}" for label, said in written.objections.items()
    )
    return f"Written:\n\n{files}{_chosen(written)}{open_}"


def _chosen(written: _Written) -> str:
    if len(written.tried) < 2:
        return ""
    passed = sum(bool(told["passed"]) for told in written.tried)
    return f"\n\nChosen by running {len(written.tried)} drafts, of which {passed} passed."


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _data(written: _Written) -> JsonObject:
    files: list[JsonValue] = [{"path": path, "lines": count} for path, count in written.lines.items()]
    objections: JsonObject = dict(written.objections)
    tried: JsonObject = {"tried": [*written.tried]} if written.tried else {}
    return {"files": files, "objections": objections, **tried}
