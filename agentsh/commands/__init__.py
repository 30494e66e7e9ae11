"""Slash commands, once for every shell: parsed, completed, helped and run here, answered without a screen."""
