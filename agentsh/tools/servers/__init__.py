"""Tools of servers that speak MCP: programs over stdin and stdout, or addresses over HTTP."""
