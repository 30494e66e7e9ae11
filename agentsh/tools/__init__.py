"""What roles can do beside answering: tools, each made from a typed function and its docstring."""
