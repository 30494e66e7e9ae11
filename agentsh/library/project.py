"""Makes a project folder: settings to fill in, and places for prompts, plugins and sessions."""

from pathlib import Path

from agentsh.core.errors import UsageError
from agentsh.library.home import CONFIG_NAME

_CONFIG = """\
# Settings of this project. What is commented out shows the default; flags and AGENTSH_* variables win over this file.

[model]
# provider = "ollama"             # ollama, local, openai or scripted; left out: ollama, else the embedded demo model
# host = "http://127.0.0.1:11434"
# model = "qwen2.5-coder:7b"      # agentsh models list
# num_ctx = 8192                  # context window in tokens; more costs memory
# temperature = 0.2
# parallel = 1                    # most calls at once; as OLLAMA_NUM_PARALLEL of the server
# keep_alive = "30m"

# Several model servers:
# [[model.hosts]]
# url = "http://192.168.1.20:11434"
# models = ["qwen2.5-coder:14b"]
# parallel = 2

# Servers of tools, over MCP; roles name `time`, or `time.TOOL`, under tools:
# [mcp.time]
# command = ["uvx", "mcp-server-time"]    # or url = "http://127.0.0.1:8000/mcp"

[run]
# team = "software-company"       # agentsh team list
# approve = "ask"                 # ask, once, session, always or never

[run.budget]
# max_tokens = 400000
# max_seconds = 3600
# max_rounds = 40
# max_steps = 400
"""

_PROMPTS = """\
# Prompts

Put files here to change or add actions, roles and teams: `actions/NAME.md`, `roles/NAME.md`, `teams/NAME.md`.
A file here wins over the shipped one of the same name. `agentsh team show NAME` says which files a team uses,
`agentsh team check NAME` what is wrong with them.
"""

_PLUGINS = """\
# Plugins

Python files of this project. They run only after `agentsh plugins trust`.
"""

_SESSIONS = """\
# Sessions

Each session is one file, `NAME.db`, beside the folder `NAME/` that its team writes. `agentsh sessions list` shows them.
"""

_FILES = {
    CONFIG_NAME: _CONFIG,
    "prompts/README.md": _PROMPTS,
    "plugins/README.md": _PLUGINS,
    "sessions/README.md": _SESSIONS,
    "sessions/.gitignore": "*\n!.gitignore\n!README.md\n",
}
_FOLDERS = ("prompts/actions", "prompts/roles", "prompts/teams", "plugins", "sessions")


def init_project(folder: Path) -> list[Path]:
    """Make `folder` a project and return the files that were written; what is there is left as it is.

    Raises:
        UsageError: it is a project already, or cannot be written.
    """
    if (folder / CONFIG_NAME).exists():
        raise UsageError(f"{str(folder)!r} is a project already: it has {CONFIG_NAME}", hint="Edit that file.")
    try:
        return _write(folder)
    except OSError as error:
        raise UsageError(f"{str(folder)!r} cannot be made a project: {error.strerror}") from None


def _write(folder: Path) -> list[Path]:
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in _FILES.items():
        path = folder / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")
            written.append(path)
    return written
