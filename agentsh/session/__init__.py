"""The facade: send a control, follow events, look at a snapshot."""
