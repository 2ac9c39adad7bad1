"""Backup and restore: the record, the evidence and, in another place, the secrets."""
