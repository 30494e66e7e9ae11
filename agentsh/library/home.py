"""Where agentsh keeps things: a project folder, or the user's own data folder; and where prompts are looked for."""

from dataclasses import dataclass, replace
from pathlib import Path

from agentsh.core.errors import AgentshError, UsageError

CONFIG_NAME = "agentsh.toml"
_APP = "agentsh"


@dataclass(frozen=True)
class Home:
    """A folder with sessions, prompts and plugins; nothing in it has to exist yet."""

    root: Path
    """Absolute."""
    config: Path
    """The settings file."""
    prompts: Path
    """The prompts that are looked at first."""
    own: bool = False
    """Whether the settings are of its user's choice; else they were come upon, and anybody may have written them."""

    @property
    def sessions(self) -> Path:
        """Where session files and their workspaces lie."""
        return self.root / "sessions"

    @property
    def plugins(self) -> Path:
        """The project's own plugins."""
        return self.root / "plugins"

    @property
    def examined(self) -> Path:
        """What models were found to be able to do."""
        return self.root / "models.json"

    @property
    def shelves(self) -> tuple[Path, ...]:
        """The search path: these prompts, the user's, those that ship with agentsh."""
        return (self.prompts, user_folder() / "prompts", shipped_prompts())


def find_home(start: Path, explicit: Path | None = None) -> Home:
    """Return the home to work in.

    Args:
        start: the folder from which to look upwards for agentsh.toml; outside of projects its prompts/ counts.
        explicit: what `--home` says; it wins, and need not exist yet.

    Raises:
        UsageError: `explicit` is not a folder.
    """
    if explicit is not None:
        root = explicit.expanduser().absolute()
        if root.exists() and not root.is_dir():
            raise UsageError(f"the home {str(explicit)!r} is not a folder", hint="Name a folder with --home.")
        return replace(_project(root), own=True)
    here = start.absolute()
    for folder in (here, *here.parents):
        if (folder / CONFIG_NAME).is_file():
            return replace(_project(folder), own=folder == user_folder())
    from platformdirs import user_data_path

    return Home(user_data_path(_APP, appauthor=False), user_folder() / CONFIG_NAME, here / "prompts", own=True)


def _project(root: Path) -> Home:
    return Home(root, root / CONFIG_NAME, root / "prompts")


def user_folder() -> Path:
    """Return the user's own config folder: settings and prompts for work outside of projects."""
    from platformdirs import user_config_path

    return user_config_path(_APP, appauthor=False)


def shipped_prompts() -> Path:
    """Return the prompts that come with agentsh: inside the package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    found = next(
        (path for path in (package / "shipped" / "prompts", package.parent / "prompts") if path.is_dir()), None
    )
    if found is None:
        raise AgentshError("the prompts that ship with agentsh are missing", hint="Install agentsh again.")
    return found
