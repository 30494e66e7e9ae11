"""What a terminal shows that is too small for anything else."""

from textual.widgets import Static

LEAST_WIDTH = 30
LEAST_HEIGHT = 9


class TooSmall(Static):
    """Says so, in whatever room there is."""

    DEFAULT_CSS = """
    TooSmall { display: none; width: 100%; height: 100%; color: $text-warning; }
    """

    def __init__(self) -> None:
        super().__init__(f"agentsh needs {LEAST_WIDTH}x{LEAST_HEIGHT}", markup=False)
