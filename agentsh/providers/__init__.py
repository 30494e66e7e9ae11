"""Model servers behind one port: ollama, local, openai, scripted, recorded."""

import sys

# httpx tries to import a command line of its own, and goes on without it: rich, click and pygments, 70 ms, 80 modules.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
