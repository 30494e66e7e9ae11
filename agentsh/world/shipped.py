"""What ships for worlds: components, relations, systems and services, in one catalogue."""

from agentsh.world.catalogue import Catalogue


def shipped_catalogue() -> Catalogue:
    """Return everything that ships, for one session: plugins may add to it."""
    return Catalogue()
