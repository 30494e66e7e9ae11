"""Who may react next: pure decisions over the state of a session."""
