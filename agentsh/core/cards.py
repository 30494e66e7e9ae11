"""What a user's files say: actions, roles and teams, read and checked. Library files become these."""

from typing import Literal

from pydantic import Field

from agentsh.core.ids import USER_REQUIREMENT, ActionName, RoleName
from agentsh.core.model import Frozen, JsonObject

Does = Literal[
    "ask",
    "write_files",
    "edit_files",
    "pick_files",
    "write_function",
    "verify",
    "think",
    "choose",
    "plan",
    "use_tools",
    "run_cells",
]
"""ask: one answer, structured when there is an output. think: the same, for a world's ears alone.
choose: one of the choices that the conductor gives, with its reason.
plan: steps, each done by one of the doers that the conductor names, which may wait for others.
write_files: fenced files into the workspace. edit_files: changes to files that are there.
pick_files: which files of the workspace matter.
write_function: one pure function, several candidates, chosen by running them. verify: the gates; no model.
use_tools: calls tools until there is an answer. run_cells: does it by Python, piece after piece."""


class Review(Frozen):
    """Each thing that an action wrote is judged by another action, and written again while it is not good."""

    action: ActionName
    rounds: int = Field(default=2, ge=1, le=10)
    """Most rewritings of one file."""


class Repeat(Frozen):
    """After this action, unless its boolean output `until` is true, the role goes back to action `back_to`."""

    until: str
    back_to: ActionName
    rounds: int = Field(default=2, ge=1, le=10)


class ActionCard(Frozen):
    """One skill: a prompt file, an output schema, the tools it may use."""

    name: ActionName
    summary: str = ""
    does: Does = "ask"
    output: JsonObject | None = None
    """JSON schema of the structured output; None: plain Markdown."""
    document: str | None = None
    """Path in the workspace where the published text is kept too, such as `docs/prd.md`."""
    for_each: str | None = None
    """`write_tasks.tasks as task`: run once an item of that list in the newest message of that action."""
    context: tuple[ActionName, ...] | None = None
    """Which messages stand in the prompt, newest of each; None: what the role observed."""
    files: Literal["all", "chosen"] = "all"
    """Which files of the workspace its prompt shows: all, or those that were picked, written or blamed before."""
    tools: tuple[str, ...] = ()
    max_tokens: int = Field(default=1200, ge=1)
    temperature: float | None = Field(default=None, ge=0, le=2)
    candidates: int = Field(default=1, ge=1, le=16)
    """How many drafts to try at the most: for write_function, and for write_files where it goes over no list."""
    review: Review | None = None
    repeat: Repeat | None = None
    rounds: int = Field(default=5, ge=0, le=20)
    """For verify: how often a failure goes back to be mended."""
    max_calls: int = Field(default=20, ge=1, le=200)
    """For use_tools and run_cells: most calls, or pieces, before it has to answer."""
    timeout_s: float = Field(default=60.0, gt=0, le=3600)
    """For verify: deadline of each single run of the program or of its tests."""
    on_fail: tuple[RoleName, ...] = ()
    """For verify: who gets a failing verdict."""
    prompt: str = ""
    """Jinja template of the body."""
    source: str = ""
    """File that it was read from."""


class MemoryCard(Frozen):
    """How much a role remembers in its prompts."""

    window: int = Field(default=12, ge=0, le=1000)
    """Newest messages kept word by word; 0: nothing is remembered but what an action is about."""
    long_term: bool = False


ReactMode = Literal["react", "by_order", "plan_and_act"]
ReviewMode = Literal["never", "end", "always"]


class PlanningCard(Frozen):
    """How a role plans, when it reacts by plan_and_act."""

    action: ActionName = ActionName("plan")
    """Makes the plan, and makes it anew."""
    step: ActionName = ActionName("plan_step")
    """Its prompt tells which step is to be done now, below the prompt of the step's own action."""
    review: bool = False
    """Whether the Boss approves each plan before it is followed."""
    replans: int = Field(default=2, ge=0, le=10)
    """How often the plan is made anew: when a step fails, when there is news, when the Boss refuses it."""
    steps: int = Field(default=8, ge=1, le=30)
    """Most steps."""


class RoleCard(Frozen):
    """Who somebody is and what they can do. Source: MetaGPT's Role."""

    name: RoleName
    profile: str
    goal: str = ""
    constraints: str = ""
    backstory: str = ""
    watch: dict[ActionName, tuple[ActionName, ...]] = {USER_REQUIREMENT: ()}
    """Cause → which of the role's actions it sets off; none named: all of them, by the react mode."""
    tags: tuple[str, ...] = ()
    """Message tags that it listens to as well."""
    actions: tuple[ActionName, ...] = ()
    react: ReactMode = "by_order"
    planning: PlanningCard = PlanningCard()
    max_loops: int = Field(default=1, ge=1, le=50)
    model: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)
    tools: tuple[str, ...] = ()
    review: ReviewMode = "never"
    """Which of the documents that it writes the Boss approves, edits or refuses before others see them: none, those of
    its last action, or all. Source: AutoGen's human input modes."""
    human: bool = False
    memory: MemoryCard = MemoryCard()
    source: str = ""


class BudgetCard(Frozen):
    """How much a session may use; None: no limit."""

    max_tokens: int | None = Field(default=None, ge=1)
    max_seconds: float | None = Field(default=None, gt=0)
    max_rounds: int | None = Field(default=None, ge=1)
    max_steps: int | None = Field(default=None, ge=1)
    max_money: float | None = Field(default=None, gt=0)


class TeamCard(Frozen):
    """Roles, who may speak when, and what ends it."""

    name: str
    summary: str = ""
    conductor: str = "sop"
    roles: tuple[RoleName, ...] = Field(min_length=1)
    """File names, or `file as name` for two roles of one profile; names once read."""
    entry: RoleName | None = None
    """Who gets the idea; None: whoever watches user_requirement."""
    verify: bool = True
    """Whether the program that was made has to run and pass."""
    verify_command: str | None = None
    done: str | None = None
    """Name of an action: the team is finished when it has published; None: when nobody is due."""
    budget: BudgetCard = BudgetCard()
    branch: bool = False
    """Whether work in a repository of the user's is committed, to a branch of its own; else nothing is."""
    small_model: bool = False
    """Made for models too small for free-form teamwork."""
    setting: str = ""
    """Where its roles live, for a world: their prompts begin with it, not with the Boss and the team."""
    options: JsonObject = {}
    """The conductor's own keys, as its options in `core.options` say they are."""
    source: str = ""


class TeamFile(Frozen):
    """A team with everything it refers to, read and cross-checked."""

    team: TeamCard
    roles: dict[RoleName, RoleCard]
    actions: dict[ActionName, ActionCard]
    teams: dict[str, TeamCard] = {}
    """Teams within it, by name; their roles and actions are among its own."""
