import random

import pytest

from agentsh.providers.repeats import RepeatDetector


def chunks_until_loop(text: str, size: int = 7) -> int | None:
    """Return how many characters were read when the loop was noticed; None: it was not."""
    detector = RepeatDetector()
    for start in range(0, len(text), size):
        if detector.feed(text[start : start + size]):
            return start + size
    return None


@pytest.mark.parametrize(
    "phrase",
    [
        "I am sorry, I cannot do that.\n",
        "- item\n- other item\n",
        "ha",
        "The plan is to read the file, then to parse the file, and then to write the file again. " * 4,
        "print(1)\n" * 3 + "print(2)\n",
        "\n",
        " \t\n",
    ],
)
@pytest.mark.parametrize("size", [1, 5, 64, 1000])
def test_a_phrase_that_never_ends_is_noticed(phrase: str, size: int) -> None:
    noticed = chunks_until_loop("A sensible beginning. " * 3 + phrase * 20_000, size)
    assert noticed is not None
    assert noticed < max(4000, 16 * len(phrase)) + 1100


def test_a_loop_after_a_long_sensible_answer_is_noticed_as_soon() -> None:
    words = random.Random(5)
    sensible = " ".join(words.choice(["alpha", "beta", "gamma", "delta", "of", "the"]) for _ in range(4000))
    noticed = chunks_until_loop(sensible + "and so on. " * 1000)
    assert noticed is not None
    assert len(sensible) < noticed < len(sensible) + 3000


@pytest.mark.parametrize(
    "text",
    [
        "=" * 200 + "\n" + "text\n" * 40,
        "\n".join(f"| {n} | {n * n} | {n % 7} |" for n in range(2000)),
        "GRID = [\n" + "    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],\n" * 40 + "]\n",
        "\n".join(f"def test_case_{n}():\n    assert f({n}) == {n * 3}\n" for n in range(300)),
        "x" * 1000 + " " * 400 + "y",
    ],
)
def test_tables_grids_and_rows_of_tests_are_no_loop(text: str) -> None:
    assert chunks_until_loop(text) is None


def test_reading_on_takes_no_longer_in_a_long_answer() -> None:
    detector = RepeatDetector()
    words = random.Random(1)
    for _ in range(20_000):
        assert not detector.feed(f"{words.random()} ")
    assert sum(len(value) for value in vars(detector).values() if isinstance(value, str)) < 10_000
