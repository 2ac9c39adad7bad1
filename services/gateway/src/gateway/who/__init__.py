"""Who may call: organisations, their members and credentials, and what takes two to decide."""
