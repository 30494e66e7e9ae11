"""The systems of worlds that are lived in, one a module. Source: argOS, Generative Agents, AgentVerse, Concordia."""
