"""What an action can do, by the word that its file says it with."""

from collections.abc import Awaitable, Callable

from agentsh.core.cards import Does
from agentsh.core.messages import Message
from agentsh.roles.actions.ask import ask
from agentsh.roles.actions.choose import choose
from agentsh.roles.actions.edit_files import edit_files
from agentsh.roles.actions.make_plan import make_plan
from agentsh.roles.actions.pick_files import pick_files
from agentsh.roles.actions.run_cells import run_cells
from agentsh.roles.actions.think import think
from agentsh.roles.actions.use_tools import use_tools
from agentsh.roles.actions.verify import verify
from agentsh.roles.actions.write_files import write_files
from agentsh.roles.actions.write_function import write_function
from agentsh.roles.work import Work

Behaviour = Callable[[Work], Awaitable[Message]]

BEHAVIOURS: dict[Does, Behaviour] = {
    "ask": ask,
    "write_files": write_files,
    "write_function": write_function,
    "verify": verify,
    "think": think,
    "use_tools": use_tools,
    "run_cells": run_cells,
    "choose": choose,
    "plan": make_plan,
    "pick_files": pick_files,
    "edit_files": edit_files,
}
