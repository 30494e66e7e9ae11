"""Names of styles as the terminal's own colours: whatever its theme is, they fit it."""

from collections.abc import Sequence

from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.styles import Style

from agentsh.repl.lines import Part

STYLE = Style.from_dict(
    {
        "role": "ansicyan bold",
        "boss": "ansigreen bold",
        "head": "bold",
        "code": "ansicyan",
        "dim": "dim",
        "gutter": "dim",
        "good": "ansigreen",
        "bad": "ansired bold",
        "warn": "ansiyellow",
        "asked": "ansiyellow bold",
        "prompt": "ansigreen bold",
        "placeholder": "dim",
        "bottom-toolbar": "noreverse",
        "bottom-toolbar.text": "",
    }
)


def styled(parts: Sequence[Part]) -> FormattedText:
    """Return parts as prompt_toolkit takes them."""
    return FormattedText([(f"class:{style}" if style else "", words) for style, words in parts])
