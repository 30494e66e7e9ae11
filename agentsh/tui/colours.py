"""The themes of the shell, and the colour that each role keeps throughout a session."""

from textual.theme import Theme

from agentsh.core.ids import BOSS

DARK = "agentsh-dark"
LIGHT = "agentsh-light"

_DARK_HUES = ("#7aa2f7", "#9ece6a", "#e0af68", "#bb9af7", "#7dcfff", "#f7768e", "#73daca", "#ff9e64")
_MIDDLE_HUES = ("#5b84d8", "#5c9a3a", "#b9812f", "#9a6ad0", "#2f9cc0", "#d05a70", "#3a9c8c", "#d0702f")
_LIGHT_HUES = ("#1d4fb8", "#2f6b08", "#805408", "#7a3fb5", "#00728f", "#b3273f", "#0a7f6c", "#b04a00")


def _hues(hues: tuple[str, ...]) -> dict[str, str]:
    return {f"role-{place}": hue for place, hue in enumerate(hues)}


def _bars(bar: str, held: str, behind: str) -> dict[str, str]:
    """Return the colours of scrollbars: quiet, until they are held."""
    names = (
        "scrollbar-background",
        "scrollbar-background-hover",
        "scrollbar-background-active",
        "scrollbar-corner-color",
    )
    return {"scrollbar": bar, "scrollbar-hover": held, "scrollbar-active": held, **dict.fromkeys(names, behind)}


def _cursor(ground: str, ground_blurred: str, front: str) -> dict[str, str]:
    """Return the colours of the row under a list's cursor: its own colours stay readable there."""
    return {
        "block-cursor-background": ground,
        "block-cursor-foreground": front,
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": ground_blurred,
        "block-cursor-blurred-foreground": front,
    }


THEMES = (
    Theme(
        name=DARK,
        primary="#7aa2f7",
        secondary="#8a9bd6",
        accent="#e0af68",
        warning="#e0af68",
        error="#f7768e",
        success="#9ece6a",
        foreground="#c8d0ee",
        background="#12131a",
        surface="#181a24",
        panel="#222535",
        dark=True,
        variables={
            "border": "#2f344d",
            "border-blurred": "#2f344d",
            "muted": "#99a2c9",
            "faint": "#8891ba",
            "text-disabled": "#8891ba",
            "footer-key-foreground": "#7aa2f7",
            **_cursor("#252b40", "#1f2333", "#c8d0ee"),
            **_bars("#2f344d", "#4a5278", "#181a24"),
            **_hues(_DARK_HUES),
        },
    ),
    Theme(
        name=LIGHT,
        primary="#1d4fb8",
        secondary="#4a5f9e",
        accent="#805408",
        warning="#805408",
        error="#b3273f",
        success="#2f6b08",
        foreground="#23273a",
        background="#f6f6f9",
        surface="#ffffff",
        panel="#e7e9f2",
        dark=False,
        variables={
            "border": "#c5cadd",
            "border-blurred": "#c5cadd",
            "muted": "#545b78",
            "faint": "#5f6683",
            "text-disabled": "#5f6683",
            "footer-key-foreground": "#1d4fb8",
            **_cursor("#dfe6f5", "#eceff8", "#23273a"),
            **_bars("#c5cadd", "#9aa2c0", "#ffffff"),
            **_hues(_LIGHT_HUES),
        },
    ),
)


FALLBACKS = {"muted": "#858585", "faint": "#707070", **_hues(_MIDDLE_HUES)}
"""For themes that do not name these: readable on dark and on light."""


class RoleColours:
    """Gives each name a hue, in the order in which the names come: the same team looks the same every time."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._fixed = {BOSS: "accent", "session": "muted"}

    def of(self, name: str) -> str:
        """Return the colour of `name` as a variable of the theme, such as `role-3`."""
        if name in self._fixed:
            return self._fixed[name]
        place = self._known.setdefault(name, len(self._known))
        return f"role-{place % len(_MIDDLE_HUES)}"
