"""How people deal with each other in a room: order, visibility, selector, updater, describer. Source: AgentVerse."""
