"""Breakpoints on components: looked at after each tick, for what it changed."""

from agentsh.core.worlds import EntityId
from agentsh.engine.breakpoints import Breakpoint, Passage
from agentsh.engine.gate import Gate
from agentsh.world.store import Marks, Store


class Watches:
    """Closes the gate when a condition has become true; while it stays true it does not close it again."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._true: dict[str, set[EntityId]] = {}

    def look(self, store: Store, touched: Marks, at: Passage) -> None:
        """Look at what a tick changed; `at` is the tick that comes next."""
        for point in tuple(self._gate.breakpoints):
            if point.condition is not None and self._became_true(point, store, touched):
                self._gate.close()
                self._gate.hit(point.text, at)
                return

    def _became_true(self, point: Breakpoint, store: Store, touched: Marks) -> bool:
        condition = point.condition
        kind = store.kinds.by_name.get(condition.kind) if condition is not None else None
        if condition is None or kind is None:
            return False
        held = self._true.setdefault(point.text, set())
        news = False
        for entity in touched.get(kind.type, ()):
            component = store.find(entity, kind.type)
            if component is None or not condition.holds(component):
                held.discard(entity)
            elif entity not in held:
                held.add(entity)
                news = True
        return news
