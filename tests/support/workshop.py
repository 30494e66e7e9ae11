"""A team that plans, writes, tries and mends a program, on a script, with the real engine, sandbox and gates."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.events import Recorded, SessionFinished, StepFinished
from agentsh.core.files import FileDraft
from agentsh.core.ids import SessionName
from agentsh.core.model import JsonObject
from agentsh.core.rulebook import RuleSettings
from agentsh.core.settings import RunOptions, Settings
from agentsh.core.verdict import Verdict
from agentsh.library.home import find_home
from agentsh.roles.actions.drafts import as_answer
from agentsh.store.catalogue import read_session
from agentsh.wiring import started

TEAM = "---\nname: workshop\nsummary: Makes a program.\nroles: [planner, maker, checker]\nverify: true\n---\nMakes.\n"
PLANNER = "---\nname: planner\nprofile: Planner\nwatch:\n  user_requirement: [plan_it]\nactions: [plan_it]\n---\n"
MAKER = "---\nname: maker\nprofile: Maker\nwatch:\n  plan_it: [build]\n  try_it: [mend]\nactions: [build, mend]\n---\n"
CHECKER = "---\nname: checker\nprofile: Checker\nwatch:\n  build: [try_it]\n  mend: [try_it]\nactions: [try_it]\n---\n"
PLAN = (
    "---\nname: plan_it\nsummary: Plans it.\ndoes: ask\noutput:\n  entry: str\n  entry_args: list[str]\n"
    "  entry_stdin: str\n---\nPlan it: {{ idea }}\n"
)
BUILD = "---\nname: build\nsummary: Writes it.\ndoes: write_files\n---\nBuild it: {{ idea }}\n"
MEND = (
    "---\nname: mend\nsummary: Mends it.\ndoes: write_files\ncandidates: {candidates}\n---\n"
    "Mend it, round {{{{ round }}}}: {{{{ verdict.failure.gate }}}}\n{{{{ verdict.failure.evidence }}}}\n"
    "{{% for path, text in files.items() %}}\n~~~ {{{{ path }}}}\n{{{{ text }}}}\n~~~\n{{% endfor %}}\n"
)
TRY = (
    "---\nname: try_it\nsummary: Tries it.\ndoes: verify\ncontext: [plan_it]\nrounds: 5\ntimeout_s: {timeout_s}\n"
    "on_fail: [maker]\n---\n"
)

Files = Mapping[str, str]


@dataclass(frozen=True)
class Made:
    """What a session came to."""

    finished: SessionFinished
    events: list[Recorded]
    root: Path

    @property
    def workspace(self) -> dict[str, str]:
        """The files that were made."""
        found = (path for path in self.root.rglob("*") if path.is_file() and not {".git", ".venv"} & set(path.parts))
        return {str(path.relative_to(self.root)): path.read_text("utf-8") for path in found}

    @property
    def verdicts(self) -> list[Verdict]:
        """What each verification came to."""
        steps = [one.event for one in self.events if isinstance(one.event, StepFinished)]
        return [Verdict.model_validate(step.result) for step in steps if step.step == "verify"]

    def told(self, action: str) -> list[JsonObject]:
        """Return what an action published as data, oldest first."""
        said = [one.event.message for one in self.events if one.event.kind == "message.published"]
        return [message.data or {} for message in said if message.cause_by == action]


@dataclass(frozen=True)
class Workshop:
    """A home with that team in it."""

    root: Path
    allow: tuple[str, ...] = ()
    """Rules on what may happen, such as `install *`."""
    candidates: int = 1
    timeout_s: float = 20.0

    async def make(self, *drafts: Files | str, plan: JsonObject | None = None) -> Made:
        """Let the team write the first of `drafts`, and the others in turn when it is sent back."""
        home = self.root / "home"
        furnish(home, candidates=self.candidates, timeout_s=self.timeout_s)
        script = self.root / "script.yaml"
        script.write_text(json.dumps({"rules": rules(drafts, plan)}), "utf-8")
        options = RunOptions(
            idea="A tool",
            team="workshop",
            provider="scripted",
            model=str(script),
            session=SessionName("s"),
            approve="always",
        )
        settings = Settings(rules=RuleSettings(allow=self.allow))
        async with started(options, settings, find_home(self.root, home), terminal=False) as session:
            finished = await session.run()
        return Made(finished, read_session(home / "sessions" / "s.db"), home / "sessions" / "s")


def furnish(home: Path, *, candidates: int = 1, timeout_s: float = 20.0) -> None:
    """Put the team into a home."""
    pages = {
        "teams/workshop": TEAM,
        "roles/planner": PLANNER,
        "roles/maker": MAKER,
        "roles/checker": CHECKER,
        "actions/plan_it": PLAN,
        "actions/build": BUILD,
        "actions/mend": MEND.format(candidates=candidates),
        "actions/try_it": TRY.format(timeout_s=timeout_s),
    }
    for name, text in pages.items():
        page = home / "prompts" / f"{name}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(text, "utf-8")


def rules(drafts: Sequence[Files | str], plan: JsonObject | None = None) -> list[JsonObject]:
    """Return what the model says: a plan, the first of `drafts`, and the others in turn, the last again and again.

    Asked for anything else, such as to say it better, it cannot.
    """
    first, *later = [draft if isinstance(draft, str) else answer(draft) for draft in drafts]
    planned: JsonObject = {"entry": "main.py", "entry_args": [], "entry_stdin": "", **(plan or {})}
    found: list[JsonObject] = [
        {"match": "Plan it", "json": planned},
        {"match": "Build it", "reply": first},
        *({"match": "Mend it", "reply": reply, "times": 1} for reply in later),
    ]
    found += [{"match": "Mend it", "reply": later[-1]}] if later else []
    return [*found, {"reply": "I cannot."}]


def answer(files: Files) -> str:
    """Return files as a model gives them."""
    return as_answer([FileDraft(path=path, text=text) for path, text in files.items()])
