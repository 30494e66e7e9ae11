"""The Textual app: a client of sessions and of the slash commands, and of nothing else.

Importing this costs nothing; `app` is all that the first paint needs, and everything else is imported when it is shown.
"""
