"""The command line: each command its own module, heavy imports inside."""
