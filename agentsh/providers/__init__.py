"""Model servers behind one port: ollama, local, openai, scripted, recorded."""
