"""A terminal shell for teams of agents. Nothing is imported here: starting is fast because of it."""
