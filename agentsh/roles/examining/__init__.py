"""Finding out what a model can do, by asking it what roles ask."""
