"""The nouns and facts that everything else speaks of: no I/O, no asyncio."""
