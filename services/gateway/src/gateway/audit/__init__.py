"""What nobody can quietly undo: the log of privileged acts, and signed daily checkpoints."""
