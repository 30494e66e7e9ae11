"""Who reacts: role cards brought to life, their actions, prompts and memory."""
