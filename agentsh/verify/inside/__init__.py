"""Programs that run inside the sandbox, on its Python, with nothing but the standard library.

Each is handed over as text and reads one JSON request from standard input; its last line of output is the answer:
the request's `token`, then JSON.
"""
