"""Languages besides Python, each by its own runner: a small module each behind one protocol."""

from agentsh.verify.toolchains.go import Go
from agentsh.verify.toolchains.make import Make
from agentsh.verify.toolchains.node import Node
from agentsh.verify.toolchains.rust import Rust
from agentsh.verify.toolchains.scripts import PERL, PHP, RUBY
from agentsh.verify.toolchains.shell import Shell
from agentsh.verify.toolchains.toolchain import Toolchain

TOOLCHAINS: tuple[Toolchain, ...] = (Node(), Go(), Rust(), RUBY, PERL, PHP, Make(), Shell())
"""In the order in which one of them is taken for what the program is written in, when it is not Python."""

__all__ = ["TOOLCHAINS", "Toolchain"]
