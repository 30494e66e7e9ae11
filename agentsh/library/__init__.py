"""Files that users write, read and checked: prompts, roles, teams, settings."""
