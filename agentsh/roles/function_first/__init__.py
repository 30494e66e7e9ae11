"""Function first: how a small model gets to a program that runs.

One pure function is asked for by signature and sentence, in several drafts; running them on examples chooses among
them; the command line, the tests and the papers around it are scaffolded. Who asks and who runs is passed in.
"""
