"""Each module measures one thing; `python -m benchmarks [name…]` prints one JSON line for each."""
