"""What somebody in a world can do: typed actions, one noun a module, in one registry that plugins add to."""
