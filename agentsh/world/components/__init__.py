"""What the entities of a world can have, in the six categories of argOS: one module each."""
