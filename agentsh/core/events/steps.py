"""The steps of a reaction, and what happens to a model call on its way."""

from typing import Literal

from agentsh.core.chat import Usage
from agentsh.core.controls import PartialUse
from agentsh.core.ids import ActionName, ReactionId, RoleName
from agentsh.core.model import Dumped, Frozen
from agentsh.core.tools import CallProtocol

StepKind = Literal["model", "run", "read", "write", "verify", "tool", "person", "publish", "tick", "news"]


class StepStarted(Frozen):
    """A side effect is about to happen."""

    kind: Literal["step.started"] = "step.started"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    step: StepKind
    request_hash: str
    request: Dumped = None
    safe_to_retry: bool = True
    action: ActionName | None = None
    """What the step is for."""
    protocol: CallProtocol | None = None
    """How whoever plays the role is asked for calls meanwhile; None: it is to make none."""


class StepFinished(Frozen):
    """The side effect happened; from now on its result is read from here."""

    kind: Literal["step.finished"] = "step.finished"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    step: StepKind
    request_hash: str
    result: Dumped
    usage: Usage | None = None
    seconds: float = 0.0


WITHDRAWN = "withdrawn"
"""The failure of a question to a person that is asked of the model instead; human.withdrawn tells it."""


class StepFailed(Frozen):
    """The side effect did not come about."""

    kind: Literal["step.failed"] = "step.failed"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    step: StepKind
    request_hash: str
    error: str
    failure: str = ""
    partial: str = ""
    """Text that a generation had produced when it was cut."""


class GenerationStopped(Frozen):
    """A person interrupted a generation; its step waits for what becomes of the partial text."""

    kind: Literal["generation.stopped"] = "generation.stopped"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    partial: str
    """Everything that was said, what it went on from included."""
    usage: Usage = Usage()
    """Estimated: a server that was interrupted does not say."""


class GenerationSettled(Frozen):
    """What becomes of a stopped generation: `text` is the answer, or what the model goes on from."""

    kind: Literal["generation.settled"] = "generation.settled"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    how: PartialUse
    text: str = ""


class ModelLoading(Frozen):
    """The server loads a model before it can answer."""

    kind: Literal["model.loading"] = "model.loading"
    role: RoleName
    model: str
    host: str


class ModelTruncated(Frozen):
    """The server saw far fewer prompt tokens than were sent: it has probably cut the prompt."""

    kind: Literal["model.truncated"] = "model.truncated"
    reaction: ReactionId
    role: RoleName
    estimated_tokens: int
    seen_tokens: int
    num_ctx: int


class ModelRetried(Frozen):
    """A passing fault of the server; the call is made again."""

    kind: Literal["model.retried"] = "model.retried"
    reaction: ReactionId
    role: RoleName
    attempt: int
    reason: str
