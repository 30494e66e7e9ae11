"""Runs code that a model wrote so that it can hurt nobody."""

from agentsh.sandbox.opening import open_sandbox

__all__ = ["open_sandbox"]
