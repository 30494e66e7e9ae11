"""The line shell: a session at one prompt, for terminals of every kind, pipes and screen readers."""
