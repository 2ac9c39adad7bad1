"""The vault: payloads as received, sealed, read by a role of its own, kept for a time."""
