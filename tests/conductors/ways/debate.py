"""Two rounds of arguments and a verdict."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="debate",
    idea="Should the bridge be for walkers alone?",
    rules=[
        rule("advocate", "Round 1 of 2", reply="It is narrow."),
        rule("opponent", "Round 1 of 2", reply="Carts are narrow too."),
        rule("advocate", "Round 2 of 2", reply="Not with horses."),
        rule("opponent", "Round 2 of 2", reply="Horses can wait."),
        rule("judge", "The debate is over", reply="For walkers alone, because nobody waits on a bridge."),
    ],
    published=["argue", "give_verdict"],
    files=["verdict.md"],
)
