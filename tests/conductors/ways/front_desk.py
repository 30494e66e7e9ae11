"""A request is passed to the one who can answer it."""

from tests.conductors.ways import Way, rule

WAY = Way(
    team="front-desk",
    idea="What do owls eat?",
    rules=[
        rule("manager", "Who of your team", json={"why": "It asks for facts.", "choice": "researcher"}),
        rule("researcher", "Your task: The Boss's request", reply="Mice, for the most part."),
    ],
    published=["choose_worker", "do_task"],
)
