"""Lists that direct attention, and queues from which members take one thing after another."""
