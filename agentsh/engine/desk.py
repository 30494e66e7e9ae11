"""What lies on every reaction's desk: the log, the gate, the people, and the ports to the outside."""

from dataclasses import dataclass, field

from agentsh.engine.gate import Gate
from agentsh.engine.generations import Generations
from agentsh.engine.hands import Hands
from agentsh.engine.interpreters import Interpreters
from agentsh.engine.log import EventLog
from agentsh.engine.model_queue import ModelQueue
from agentsh.engine.people import People
from agentsh.ports import Installer, Sandbox, Verifier, Workspace


@dataclass(frozen=True, slots=True)
class Desk:
    """Shared by all reactions of a session."""

    log: EventLog
    gate: Gate
    people: People
    models: ModelQueue
    sandbox: Sandbox
    workspace: Workspace
    verifier: Verifier
    generations: Generations = field(default_factory=Generations)
    hands: Hands = field(default_factory=Hands)
    interpreters: Interpreters = field(default_factory=Interpreters)
    installer: Installer | None = None
    """None: packages cannot be installed."""
