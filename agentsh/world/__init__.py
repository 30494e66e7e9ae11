"""Ticking worlds: entities with components, systems at three levels, and agents that think as roles do."""
