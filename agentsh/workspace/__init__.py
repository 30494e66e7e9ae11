"""The folder that a team writes: safe paths, atomic writes, one commit a change."""
